"""An administrator makes a role that may see one clinic only; its holder sees only that, on every page and in Excel."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from bot.access import factor
from bot.db.engine import Database
from tests.browser.test_desk import first_time
from tests.flows.booking import ward
from tests.flows.booking.test_office import OWN, doctor, office
from tests.support.chromium import DESK, PHONE, Visit, browser, measured, presses, visit
from tests.support.desk import PASSWORD, Desk, Staff

pytestmark = pytest.mark.browser
DAY = f"since={ward.TOMORROW}&until={ward.TOMORROW}"


def cells(body: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())


async def enter(visitor: Visit, here: Desk, staff: Staff) -> Page:
    """Through the door with a code that nobody has used."""
    here.clock.shift(timedelta(seconds=31))
    page = await visitor.page()
    await page.goto(str(here.server.make_url("/desk/")))
    await page.fill("#login", staff.login)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.fill("#code", factor.code_now(staff.secret, datetime.now(UTC)))
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("我的工作")
    return page


def choice(page: Page, right: str) -> Locator:
    """The row of a right, whatever it is called there."""
    return page.locator("tr", has=page.locator(f'[name="right:{right}"]'))


async def test_a_role_for_one_clinic_shows_and_exports_that_clinic_only(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _), browser() as running:
        boss = await here.hire("boss", admin=True)
        await here.hire("wang.jing", enrolled=False)
        async with visit(running, DESK) as visitor:
            page = await enter(visitor, here, boss)
            await page.click("nav >> text=角色与权限")
            await page.click("text=新角色")
            await page.fill("#name", "呼吸门诊护士")
            for right in ("booking.view", "booking.use"):
                await choice(page, right).locator("text=本科室").click()
            await choice(page, "booking.export").locator("text=有 >> nth=-1").click()
            await page.click("text=保存角色")
            await expect(page.locator("th.role", has_text="呼吸门诊护士")).to_be_visible()
            await page.goto(str(here.server.make_url("/desk/staff/?q=wang.jing")))
            await presses(page, "j", "Enter")
            beside = page.locator("#beside")
            await beside.locator("label", has_text="呼吸门诊护士").click()
            await beside.locator("label", has_text="呼吸内科").click()
            await beside.locator("text=保存").click()
            await expect(page.locator("table.rows td", has_text="呼吸门诊护士")).to_be_visible()
        here.clock.shift(timedelta(seconds=31))
        async with visit(running, DESK) as visitor:
            page = await first_time(visitor, here, "wang.jing", PASSWORD)
            await page.click("nav >> text=预约办公")
            for path in (f"?day={ward.TOMORROW}", f"?view=week&day={ward.TOMORROW}", f"appointments?{DAY}",
                         f"use?{DAY}", f"use?{DAY}&by=doctor", f"waiting?{DAY}"):
                await page.goto(str(here.server.make_url(f"/desk/booking/{path}")))
                text = await page.locator("main").inner_text()
                assert "心血管" not in text and "李崇文" not in text and "李*" not in text, path
                assert await page.locator("select[name=clinic] option").all_inner_texts() == ["所有门诊", "呼吸内科"]
            await page.goto(str(here.server.make_url(f"/desk/booking/use?{DAY}")))
            await expect(page.locator("[data-chart] canvas").first).to_be_visible()
            await page.goto(str(here.server.make_url(f"/desk/booking/appointments?{DAY}")))
            await presses(page, "j", "Enter")
            await expect(page.locator("#beside h2")).to_contain_text("*")
            await page.click("summary:has-text('导出')")
            async with page.expect_download() as coming:
                await page.click("text=全部（2 行）")
            found = cells((await (await coming.value).path()).read_bytes())
            assert "呼吸内科" in found and "张*明" in found
            assert not {"心血管内科", "李崇文", "李*", "张三明"} & set(found)


async def test_a_doctor_reads_the_day_on_a_phone(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _), browser() as running:
        staff = await doctor(here, "wang", "D1023", OWN)
        here.clock.shift(timedelta(hours=15, minutes=20))
        async with visit(running, PHONE) as visitor:
            page = await enter(visitor, here, staff)
            await page.goto(str(here.server.make_url("/desk/booking/mine")))
            await expect(page.locator(".visit li").first).to_contain_text("张*明")
            assert "张三明" not in await page.content()
            assert await measured(page, "document.documentElement.scrollWidth <= innerWidth")
            small = "all => all.filter(e => e.getBoundingClientRect().height < 43).map(e => e.innerText)"
            assert not await page.locator(".visit summary, .visit li, .side nav a").evaluate_all(small)
