"""An administrator signs in with a phone's code, makes a role and gives it to somebody, who then sees only that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from bot.access import factor
from bot.db.engine import Database
from tests.support.chromium import DESK, Visit, browser, measured, presses, visit
from tests.support.desk import PASSWORD, Desk, desk

pytestmark = pytest.mark.browser
FRESH = "Kingfisher 77 reeds"


async def first_time(visitor: Visit, here: Desk, login: str, password: str) -> Page:
    """Everything that a first sign-in asks for."""
    page = await visitor.page()
    await page.goto(str(here.server.make_url("/desk/")))
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("绑定动态口令")
    assert await measured(page, "document.querySelector('img.qr').naturalWidth > 100")
    secret = (await page.locator("#secret").inner_text()).replace(" ", "")
    await page.fill("#code", factor.code_now(secret, datetime.now(UTC)))
    await page.click("text=绑定 >> nth=-1")
    await expect(page.locator(".codes li")).to_have_count(10)
    await page.click("text=我记好了")
    for name, value in (("old", password), ("new", FRESH), ("again", FRESH)):
        await page.fill(f"#{name}", value)
    await page.click("button:has-text('换密码')")
    await expect(page.locator("h1")).to_have_text("我的工作")
    return page


async def test_a_role_is_made_and_its_holder_sees_only_that(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running:
        await here.hire("boss", admin=True, enrolled=False)
        async with visit(running, DESK) as visitor:
            page = await first_time(visitor, here, "boss", PASSWORD)
            await page.click("nav >> text=角色与权限")
            await page.click("text=新角色")
            await page.fill("#name", "审计助理")
            row = page.locator("tr", has_text="查看操作记录")
            await row.locator("text=全部").click()
            await page.click("text=保存角色")
            await expect(page.locator("th.role", has_text="审计助理")).to_be_visible()
            await page.click("nav >> text=员工")
            await page.click("text=新员工")
            await page.fill("#login", "wang.jing")
            await page.fill("#name", "王静")
            await page.click("text=建立")
            password = await page.locator("#password").inner_text()
            await page.click("text=回到员工")
            await page.wait_for_url("**/desk/staff/?q=*")
            await presses(page, "j", "Enter")
            await expect(page.locator("#beside h2")).to_contain_text("王静")
            await page.wait_for_url("**open=*")
            await page.locator("#beside label", has_text="审计助理").click()
            await page.locator("#beside >> text=保存").click()
            await expect(page.locator("table.rows td", has_text="审计助理")).to_be_visible()
            await presses(page, "?")
            await expect(page.locator("#help")).to_be_visible()
            await page.keyboard.press("Escape")
            await page.keyboard.press("F2")
            assert await page.evaluate("document.activeElement.id") == "find"
        here.clock.shift(timedelta(seconds=31))
        async with visit(running, (1024, 768)) as visitor:
            page = await first_time(visitor, here, "wang.jing", password)
            assert await page.locator(".side nav a").all_inner_texts() == ["我的工作", "操作记录"]
            assert await page.locator("#find").count() == 0
            await page.click("nav >> text=操作记录")
            await expect(page.locator("table.rows tbody tr").first).to_be_visible()
            assert await page.locator("text=核对完整").count() == 0
            await page.locator("tr.opens").first.click()
            await expect(page.locator("#beside h2")).to_be_visible()
            await page.goto(str(here.server.make_url("/desk/staff/")))
            await expect(page.locator("h1")).to_have_text("您没有这项权限")
            wide = await measured(page, "document.documentElement.scrollWidth <= innerWidth")
            assert wide
