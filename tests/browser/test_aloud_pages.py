"""Pages read aloud on a phone that has no voice (as Chromium without a desktop) by ours, which is the real program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import unquote_plus

import aiohttp
import pytest
import time_machine
from playwright.async_api import Locator, Page, Route, expect

from bot.db.engine import Database
from bot.errors import OutsideUnavailable
from bot.settings_speech import Speech as SpeechSettings
from integrations.speech.chosen import chosen
from integrations.speech.port import Speech
from tests.browser.test_booking_pages import fits
from tests.flows.booking import ward
from tests.flows.booking.conftest import travel
from tests.flows.booking.test_pages import HOME, Reader, sits
from tests.sandbox.stage import stage
from tests.support.chromium import browser, visit
from tests.support.fakes import PlayedSpeech
from tests.support.patience import until
from tests.support.world import World

__all__ = ["travel"]
pytestmark = pytest.mark.browser

PAGE = f"{HOME}doctors/D1023?large=1"
PLAYER = "document.querySelector('audio')"
# As htmx does it: a part of the page is another one, with a button that nobody has tapped.
SWAP = """(part) => {
  const at = document.querySelector(part);
  at.outerHTML = at.outerHTML.replace(">停<", ">朗读<").replace('"true"', '"false"');
  document.dispatchEvent(new Event("htmx:afterSwap"));
}"""
# A phone's voices come late, and one that speaks from elsewhere is none of the phone's.
LATE_VOICES = """
window.heard = [];
const told = new EventTarget();
const voices = [{lang: "en-US", localService: true}, {lang: "zh-CN", localService: false}];
Object.defineProperty(window, "speechSynthesis", {value: Object.assign(told, {
  getVoices: () => voices,
  cancel: () => {},
  speak: (words) => { window.heard.push(words.text); if (!window.dumb) { words.onstart?.(); words.onend?.(); } },
})});
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
window.comes = () => {
  voices.push({lang: "zh_CN", localService: true});
  told.dispatchEvent(new Event("voiceschanged"));
};
"""


@pytest.fixture
async def here(sqlite_database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Reader]:
    """The small hospital, with the voice of its machine."""
    world = World(sqlite_database)
    await ward.open_hospital(world)
    async with aiohttp.ClientSession() as session:
        voice = chosen(SpeechSettings(seconds=20), session)
        assert voice is not None, "espeak-ng is not on this machine; on Debian: apt-get install espeak-ng"
        world.ports.put(Speech, voice)
        async with stage(sqlite_database, world.ports) as on:
            reader = Reader(on, world)
            await sits(reader)
            yield reader


def base(reader: Reader) -> str:
    return f"http://127.0.0.1:{reader.on.settings.port}/sandbox/phone/1"


async def becomes(page: Page, script: str) -> None:
    """True of the page. Playwright's own way of waiting is forbidden by the page's policy."""

    async def so() -> bool:
        return bool(await page.evaluate(script))

    await until(so)


async def plays(page: Page, button: Locator) -> None:
    await becomes(page, f"{PLAYER} && {PLAYER}.currentTime > 0 && {PLAYER}.duration > 0")
    await expect(button).to_have_text("停")


async def test_our_voice_reads_a_page(here: Reader) -> None:
    async with browser() as running, visit(running) as visitor:
        page, asked, go_on = await visitor.page(), list[str](), asyncio.Event()

        async def hold(route: Route) -> None:
            asked.append(route.request.post_data or "")
            if len(asked) == 2:
                await go_on.wait()
            await route.continue_()

        await page.route("**/h5/patients/aloud", hold)
        for path in (f"{HOME}?large=1", PAGE):
            await page.goto(f"{base(here)}{path}")
            await fits(page)
        button = page.locator("[data-aloud]")
        await expect(button).to_have_text("朗读")
        await button.click()
        await plays(page, button)
        assert unquote_plus(asked[0]).startswith("text=王静医生")
        # One part follows the other by itself; from here on so slowly that the end is far.
        first = await page.evaluate(f"{PLAYER}.src")
        await page.evaluate(f"{PLAYER}.defaultPlaybackRate = 0.0625")
        go_on.set()
        await becomes(page, f"{PLAYER}.src !== {first!r} && {PLAYER}.currentTime > 0")
        await expect(button).to_have_text("停")
        await button.click()
        await expect(button).to_have_text("朗读")
        assert await page.evaluate(f"{PLAYER}.paused")
        # What htmx exchanges disturbs nothing, but what nobody could stop any more is still, and can be begun anew.
        await button.click()
        await plays(page, button)
        await page.evaluate(SWAP, "main > :not(.page-head)")
        await expect(button).to_have_text("停")
        await page.evaluate(SWAP, ".head-ways")
        assert await page.evaluate(f"{PLAYER}.paused")
        await expect(button).to_have_text("朗读")
        # To the end, which comes soon where there is but one line.
        await page.evaluate(f"{PLAYER}.defaultPlaybackRate = 2")
        await page.evaluate("document.querySelector('main').replaceChildren(document.querySelector('.page-head'))")
        await page.evaluate("document.querySelector('.page-foot')?.remove()")
        await button.click()
        await becomes(page, f"{PLAYER}.ended")
        await expect(button).to_have_text("朗读")


async def test_whose_voice_it_is_and_where_there_is_none(here: Reader) -> None:
    away = PlayedSpeech(most=100)
    away.errors = [OutsideUnavailable("away")]
    here.world.ports.put(Speech, away)
    async with browser() as running, visit(running, (320, 640)) as visitor:
        page = await visitor.page()
        await page.goto(f"{base(here)}{PAGE}")
        await fits(page)
        button = page.locator("[data-aloud]")
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text("现在读不出来，请过一会儿")
        await expect(button).to_have_text("朗读")
        await visitor.context.set_offline(True)
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text("请重新打开")
        await visitor.context.set_offline(False)
        # Somebody unknown on a page for everybody cannot ask ours: nothing until the phone's own voice is there.
        await visitor.context.clear_cookies()
        await page.add_init_script(LATE_VOICES)
        await page.goto(f"{base(here)}/h5/patients/privacy?large=1")
        await expect(button).to_be_hidden()
        await page.evaluate("comes()")
        await button.click()
        await expect(button).to_have_text("朗读")
        assert await page.evaluate("heard.length") > 3
        # Beside ours, the phone's own is taken.
        asked = len(away.said)
        await page.goto(f"{base(here)}{PAGE}")
        await page.evaluate("comes()")
        await button.click()
        await becomes(page, "heard.length > 3")
        await expect(button).to_have_text("朗读")
        assert len(away.said) == asked
        # Of a list to choose from, what is chosen.
        await page.goto(f"{base(here)}/h5/patients/new?large=1")
        await page.evaluate("comes()")
        await button.click()
        await becomes(page, "heard.length > 3")
        heard = await page.evaluate("heard")
        assert "身份证" in heard and "护照" not in heard, heard
        await expect(button).to_have_text("朗读")
        # One that was promised and says nothing gives way to ours.
        await page.evaluate("window.dumb = true")
        await button.click()
        await until(lambda: len(away.said) > asked)
