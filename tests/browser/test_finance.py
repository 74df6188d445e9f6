"""Two members of finance put a day right: one explains a difference on its card, the other confirms it, and the day is
balanced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import time_machine
from playwright.async_api import Page, expect

from bot.db.engine import Database
from integrations.paying.port import BillLine
from tests.flows.payment.reconciling.town import DAY, NOON, Day
from tests.flows.payment.test_desk import CHIEF, CLERK, HOME, NEXT_MORNING, till_of
from tests.support.chromium import DESK, Visit, browser, visit
from tests.support.desk import Browser, Desk, desk

pytestmark = pytest.mark.browser


async def picture(page: Page, name: str) -> None:
    """Kept where somebody wants to look: PICTURES=folder."""
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=str(Path(folder) / f"finance-{name}.png"))


async def opened(here: Desk, member: Browser, window: Visit) -> Page:
    """A tab of a member who has signed in."""
    address = str(here.server.make_url("/"))
    await window.context.add_cookies([{"name": "desk", "value": member.cookie(), "url": address}])
    return await window.page()


async def test_two_people_put_a_difference_right(database: Database) -> None:
    async with desk(database) as here:
        counter = till_of(here)
        with time_machine.travel(NOON, tick=True):
            day = Day(counter)
            for at in range(4):
                await counter.paid_order(8_800 + at * 3_150, about=f"a{at}")
            await day.learn()
            assert day.bill is not None
            day.bill["strange"] = BillLine("strange", "4200001926202703016137482915", 70_050, NOON)
            await day.run()
        here.clock.move_to(NEXT_MORNING)
        one = await here.enter(await here.hire("clerk", role=CLERK))
        two = await here.enter(await here.hire("chief", role=CHIEF))
        address = str(here.server.make_url(HOME))
        async with browser() as running, visit(running, DESK) as first, visit(running, DESK) as second:
            clerk, chief = await opened(here, one, first), await opened(here, two, second)
            await clerk.goto(address)
            await picture(clerk, "orders")
            await clerk.locator("tr.opens").first.click()
            await expect(clerk.locator("#beside h2")).to_contain_text("测试费")
            await picture(clerk, "order")
            await clerk.get_by_role("link", name="差错", exact=True).click()
            await clerk.locator("tr.opens", has_text="只有渠道有").click()
            await expect(clerk.locator("#beside h2")).to_have_text("只有渠道有")
            await picture(clerk, "difference")
            await clerk.fill("#note", "渠道联调的测试单，已与渠道客服核实")
            await clerk.get_by_role("button", name="提出销差").click()
            await expect(clerk.locator("#beside")).to_contain_text("等复核")
            await chief.goto(f"{address}differences?state=live")
            await chief.locator("tr.opens", has_text="只有渠道有").click()
            await picture(chief, "second")
            await chief.get_by_role("button", name="同意销差").click()
            await expect(chief.locator("#beside")).to_contain_text("已销差")
            await clerk.goto(f"{address}days?since={DAY.replace(day=1)}&until={DAY}")
            await expect(clerk.locator("tr", has_text="wx").first).to_contain_text("平")
            await expect(clerk.locator(".chart canvas").first).to_be_visible()
            await picture(clerk, "days")
            await clerk.goto(f"{address}merchants")
            await clerk.get_by_role("button", name="现在检查").click()
            await expect(clerk.locator(".tried")).to_contain_text("可用")
            await picture(clerk, "merchants")
            await clerk.goto(f"{address}refunds")
            await picture(clerk, "refunds")
    assert await day.state() == "balanced"
