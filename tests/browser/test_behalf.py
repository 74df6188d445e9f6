"""A clerk has somebody on the phone who has no account: registers them, books, changes and cancels, by keyboard where
it can be. All processes are running."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.test_sandbox_phone import NUMBER
from tests.browser.test_stops import picture, signs_in
from tests.support.chromium import DESK, browser, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser


async def test_a_caller_is_registered_booked_changed_and_cancelled(tmp_path: Path) -> None:
    async with everything(tmp_path) as (address, _), browser() as running, visit(running, DESK) as office:
        base = address.removesuffix("/sandbox/")
        page = await office.page()
        await signs_in(page, base, (tmp_path / "up.log").read_text(encoding="utf-8"))
        await registers(page)
        await books(page)
        await changes(page)
        await cancels(page)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def registers(page: Page) -> None:
    """F2 finds nobody; the way to a new record stands there."""
    await page.keyboard.press("F2")
    await page.keyboard.type("陈思远")
    await page.keyboard.press("Enter")
    await page.locator("#found >> text=给这位患者建档").click()
    for name, value in (("name", "陈思远"), ("document_number", NUMBER), ("mobile", "13800000001")):
        await page.fill(f"#{name}", value)
    await page.locator("input[name=consent]").check()
    await page.get_by_role("button", name="建档", exact=True).click()
    await expect(page.locator(".alert-success")).to_contain_text("建好了")
    await expect(page.locator(".persons-visits")).to_contain_text("没有还没看的预约")


async def books(page: Page) -> None:
    await page.locator(".head-actions >> text=代约").click()
    await expect(page.locator(".filters input[name=q]:focus")).to_be_visible()
    # In three days: whatever the hour, the patient's own time to cancel is not over.
    day = "new Date(Date.now() + 3 * 86400000 + 8 * 3600000).toISOString().slice(0, 10)"
    await page.fill("input[name=day]", await page.evaluate(day))
    await page.get_by_role("button", name="找", exact=True).click()
    await page.wait_for_url(re.compile(r"day=\d"))
    await page.locator("table.rows tbody tr", has_text=re.compile(r"\d\d:\d\d")).locator("a").first.click()
    await expect(page.locator(".free-times button:focus")).to_be_visible()
    await picture(page, "behalf-times")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("念给患者听，再确认")
    await picture(page, "behalf-held")
    await page.keyboard.press("Enter")
    await expect(page.locator(".alert-success")).to_contain_text("约好了")
    await expect(page.locator("td", has_text="已预约")).to_be_visible()


async def changes(page: Page) -> None:
    await page.get_by_role("link", name="改时间").click()
    await expect(page.locator("h1")).to_contain_text("改时间")
    await page.locator(".free-times button").last.click()
    await expect(page.locator(".alert-success")).to_contain_text("改好了")
    await picture(page, "behalf-changed")


async def cancels(page: Page) -> None:
    await page.get_by_role("link", name="取消", exact=True).click()
    await page.fill("#why", "本人来电，时间不合适")
    await page.keyboard.press("Enter")
    await expect(page.locator(".alert-success")).to_contain_text("取消了")
    await expect(page.locator("main")).to_contain_text("没有还没看的预约")
    await expect(page.locator("td", has_text="已取消")).to_be_visible()
