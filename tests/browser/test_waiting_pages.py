"""A patient waits on the page for a full doctor; another one cancels; what is offered is taken on the page, and the
chat knows the same."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.flows.booking import ward
from tests.flows.booking.conftest import travel
from tests.flows.booking.test_pages import HOME, Reader, reader
from tests.flows.booking.test_pages_waiting import full, offered
from tests.support.chromium import browser, taps_twice, visit

__all__ = ["full", "reader", "travel"]
pytestmark = pytest.mark.browser


async def title(page: Page, text: str) -> None:
    await expect(page.locator("h1")).to_have_text(text)


async def test_waiting_offered_and_taken(full: Reader) -> None:
    base = f"http://127.0.0.1:{full.on.settings.port}/sandbox/phone/1"
    async with browser() as running, visit(running) as visitor:
        page = await visitor.page()
        await page.goto(f"{base}{HOME}doctors/D1023?day=2027-03-02")
        await page.get_by_role("link", name="候补，有号通知我").click()
        await title(page, "候补")
        await expect(page.locator("input[name=sessions]")).to_be_checked()
        await taps_twice(page.get_by_role("button", name="开始候补"))
        await title(page, "排上候补了")
        await expect(page.get_by_role("status")).to_contain_text("排在第一位")
        assert "排在第一位" in str((await full.world.said("a", "候补")).messages)
        await offered(full)
        assert "轮到您了" in (await full.world.said("a", "候补")).messages[-1].text
        await page.goto(f"{base}{HOME}mine/")
        await page.get_by_role("link", name=re.compile("候补轮到您了")).click()
        await title(page, "候补轮到您了")
        await expect(page.locator("[data-left]")).to_have_text(re.compile(r"^1[45]:\d\d$"))
        await taps_twice(page.get_by_role("button", name="要这个号", exact=True))
        await title(page, "约好了")
        said = (await full.world.said("a", "我的预约")).messages[-1]
        assert "1 个预约" in said.text and "候补" not in str(said.options), said
        assert await ward.balanced(full.world)
