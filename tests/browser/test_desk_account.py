"""One's own sign-ins: another browser is sent away, a lost phone is made good by a recovery code, then by a reset."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from bot.db.engine import Database
from tests.browser.test_desk import FRESH, first_time
from tests.support.chromium import DESK, browser, visit
from tests.support.desk import PASSWORD, Desk, desk

pytestmark = pytest.mark.browser


async def with_password(page: Page, here: Desk, password: str) -> None:
    await page.goto(str(here.server.make_url("/desk/")))
    await page.fill("#login", "wang.jing")
    await page.fill("#password", password)
    await page.keyboard.press("Enter")


async def test_sessions_recovery_codes_and_a_reset(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running:
        boss = await here.enter(await here.hire("boss", admin=True))
        clerk = await here.hire("wang.jing", role={"audit.view": "all"}, enrolled=False)
        async with visit(running, DESK) as at_work, visit(running, (1024, 768)) as at_home:
            page = await first_time(at_work, here, "wang.jing", PASSWORD)
            await page.goto(str(here.server.make_url("/desk/account")))
            await page.click("text=重新生成备用码")
            await expect(page.locator(".codes li")).to_have_count(10)
            codes = await page.locator(".codes li").all_inner_texts()
            await page.click("text=我记好了")

            here.clock.shift(timedelta(seconds=31))
            other = await at_home.page()
            await with_password(other, here, FRESH)
            await other.fill("#code", "000000")
            await other.keyboard.press("Enter")
            await expect(other.locator("[role=alert]")).to_be_visible()
            await other.fill("#code", codes[0])
            await other.keyboard.press("Enter")
            await expect(other.locator("h1")).to_have_text("我的工作")

            await page.goto(str(here.server.make_url("/desk/account")))
            rows = page.locator("table.rows tbody tr")
            await expect(rows).to_have_count(2)
            await expect(page.locator("main")).to_contain_text("还有 9 个备用码")
            await rows.filter(has_text="结束").get_by_role("button", name="结束").click()
            await expect(rows).to_have_count(1)
            await other.goto(str(here.server.make_url("/desk/audit/")))
            await expect(other.locator("h1")).to_have_text("登录")

            await boss.get(f"/desk/staff/person/{clerk.public_id}")
            shown = await boss.post(f"/desk/staff/person/{clerk.public_id}/reset", factor="on")
            await page.reload()
            await expect(page.locator("h1")).to_have_text("登录")
            await with_password(page, here, FRESH)
            await expect(page.locator("[role=alert]")).to_be_visible()
            here.clock.shift(timedelta(seconds=31))
            await with_password(page, here, shown.split('id="password">')[1].split("<")[0])
            await expect(page.locator("h1")).to_have_text("绑定动态口令")
