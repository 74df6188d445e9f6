"""The office has a sought-after doctor drawn, opens the public page of what is announced, and withdraws it."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.db.engine import Database
from tests.browser.test_office import enter
from tests.flows.booking.test_desk_pool import DRAWS, hospital
from tests.support.chromium import DESK, browser, measured, visit
from tests.support.desk import desk

pytestmark = pytest.mark.browser


async def test_a_draw_is_announced_read_by_anybody_and_withdrawn(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running:
        await hospital(here)
        head = await here.hire("head", clinics=["1101"], role={"booking.fair": "department"})
        async with visit(running, DESK) as visitor:
            page = await enter(visitor, here, head)
            await page.goto(str(here.server.make_url(DRAWS)))
            await expect(page.locator("#clinic option")).to_have_text(["呼吸内科"])
            await page.select_option("#doctor", label="王静 1023")
            await page.fill("#seconds", "90")
            await page.click("text=保存")
            await expect(page.locator(".alert-success")).to_contain_text("已保存")
            row = page.locator("table.rows").nth(1).locator("tbody tr")
            await expect(row).to_contain_text("王静")
            assert await measured(page, "document.documentElement.scrollWidth <= innerWidth")
            async with page.expect_popup() as opening:
                await row.get_by_role("link", name="公开记录").click()
            record = await opening.value
            await expect(record.locator("body")).to_contain_text(re.compile(r"[0-9a-f]{64}"))
            await record.close()
            await page.click("text=不再摇号…")
            await page.get_by_role("button", name="王静不再摇号").click()
            await expect(page.locator(".alert-success")).to_contain_text("已删除")
            await expect(row).to_contain_text("撤回")
            await expect(row.get_by_role("link", name="公开记录")).to_have_count(0)
