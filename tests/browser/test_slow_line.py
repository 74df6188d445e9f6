"""On a slow line one sees that a tap was heard, a second one books nothing more, and what was sent arrives once."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.flows.booking.conftest import travel
from tests.flows.booking.test_pages import HOME, Reader, reader
from tests.flows.booking.test_pages import sits as a_session
from tests.support.chromium import browser, visit
from tests.support.patience import LONG_S

__all__ = ["reader", "travel"]
pytestmark = pytest.mark.browser


WATCH = """() => new MutationObserver(() => document.body.classList.contains("going") && heard(
    document.querySelector("footer button").disabled)).observe(document.body, { attributes: true })"""


async def test_a_tap_is_heard_before_the_answer_comes(reader: Reader) -> None:
    """The request is held back until the page has shown that it is on its way."""
    segment, _ = await a_session(reader)
    base = f"http://127.0.0.1:{reader.on.settings.port}/sandbox/phone/1"
    sent, shown = 0, asyncio.Queue[bool]()

    async def held_back(route: Route) -> None:
        nonlocal sent
        sent += 1
        async with asyncio.timeout(LONG_S):
            assert await shown.get(), "a second tap would send it again"
        await route.continue_()

    async with browser() as running, visit(running) as visitor:
        page = await visitor.page()
        await page.expose_function("heard", shown.put_nowait)
        await page.goto(f"{base}{HOME}segments/{segment}")
        await page.evaluate(WATCH)
        await page.route(f"**{HOME}segments/{segment}", held_back)
        await page.get_by_role("button", name="下一步").dblclick(no_wait_after=True)
        await expect(page.locator("h1")).to_have_text("确认预约")
        assert sent == 1
        await expect(page.locator("body.going")).to_have_count(0)
