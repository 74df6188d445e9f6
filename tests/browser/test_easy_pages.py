"""Easy mode on pages: all is larger and still fits, and a page reads itself aloud where the phone has a voice."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.test_booking_pages import fits
from tests.flows.booking.conftest import travel
from tests.flows.booking.test_pages import HOME, Reader, reader, sits
from tests.support.chromium import browser, measured, visit

__all__ = ["reader", "travel"]
pytestmark = pytest.mark.browser

# A phone's voice that only writes down what it was to say.
VOICE = """
window.heard = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [{lang: "zh-CN", localService: true}],
  speak: (words) => { window.heard.push([words.text, words.lang]); }, cancel: () => window.heard.push(["", ""]),
}});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


async def test_large_and_aloud(reader: Reader) -> None:
    await sits(reader)
    base = f"http://127.0.0.1:{reader.on.settings.port}/sandbox/phone/1"
    async with browser() as running, visit(running) as visitor:
        page = await visitor.page()
        await page.add_init_script(VOICE)
        await page.goto(f"{base}/h5/patients/easy")
        before = await page.evaluate("document.querySelector('.type-switch').getBoundingClientRect().height")
        await page.get_by_role("button", name="给我打开简单模式").click()
        await expect(page.get_by_role("button", name="朗读")).to_be_visible()
        after = await measured(page, "document.querySelector('.type-switch').getBoundingClientRect().height")
        assert after == pytest.approx(before * 1.3, rel=0.03)
        for path in ("", "dates", "doctors/D1023", "mine/"):
            await page.goto(f"{base}{HOME}{path}")
            await fits(page)
        await page.goto(f"{base}{HOME}doctors/D1023")
        button = page.locator("[data-aloud]")
        await button.click()
        heard = await page.evaluate("window.heard")
        said = [text for text, _ in heard]
        assert ["王静医生", "zh-CN"] in heard and "朗读" not in said and "标准字" not in said, said
        await expect(button).to_have_text("停")
        # Whoever reads on finds it still.
        await page.set_viewport_size({"width": 320, "height": 400})
        await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        await expect(button).to_have_class("aloud aloud-afloat")
        await expect(button).to_be_in_viewport(ratio=1)
        await button.click()
        await expect(button).to_have_class("aloud")
        await expect(button).to_have_text("朗读")
        assert (await page.evaluate("window.heard"))[-1] == ["", ""]
        # Of the ways elsewhere only where one stands is read: what matters comes soon.
        await page.goto(f"{base}{HOME}experts")
        await button.click()
        said = [text for text, _ in await page.evaluate("window.heard") if text]
        assert said[:3] == ["预约挂号", "按专家", "全部科室"], said
        assert any("王静" in text for text in said), said
        assert not {"搜索", "按日期", "妇产科", "专家号"}.intersection(said), said


async def test_large_type_on_a_narrow_phone(reader: Reader) -> None:
    appointment = await reader.book((await sits(reader))[0])
    base = f"http://127.0.0.1:{reader.on.settings.port}/sandbox/phone/1"
    async with browser() as running, visit(running, (320, 640)) as visitor:
        page = await visitor.page()
        await page.goto(f"{base}{HOME}doctors/D1023?large=1")
        breaks = "getComputedStyle(document.querySelector('.doctor-head .row-more .whole')).whiteSpace"
        assert await measured(page, breaks) == "normal"  # the name of a clinic may be longer than the line
        await page.goto(f"{base}{appointment}")
        assert await measured(page, "getComputedStyle(document.querySelector('.facts > div')).display") == "block"
