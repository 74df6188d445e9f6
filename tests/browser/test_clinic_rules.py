"""A clerk gives a clinic and a doctor rules of their own, and a fee to a kind of session; the office lets somebody
break a rule once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from bot.db.engine import Database
from flows.booking.glance import glance
from flows.booking.refusals import TooManyOpen
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.directory.service import forget
from integrations.his.port import HospitalPort
from tests.browser.test_roster import HOME, fits, said, signed_in
from tests.browser.test_stops import picture
from tests.flows.booking import ward
from tests.support.chromium import DESK, browser, visit
from tests.support.desk import Desk, desk
from tests.support.world import World

pytestmark = pytest.mark.browser
RIGHTS = ("booking.roster.see", "booking.roster.edit", "booking.roster.publish", "booking.clinics.edit",
          "booking.standing.view", "booking.standing.answer")
CLINIC = f"{HOME}clinics/1101/"


async def opens(page: Page, here: Desk, path: str) -> None:
    await page.goto(str(here.server.make_url(path)))


async def test_a_clinic_has_rules_and_fees_of_its_own_and_lets_somebody_break_one(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running, visit(running, DESK) as visitor:
        world = World(sqlite_database)
        here.world.ports.put(HospitalPort, await ward.open_hospital(world))
        for days in (1, 2):
            await ward.session(world, ward.TODAY + timedelta(days=days), doctor="1023", capacity=2)
        await ward.sync(world)
        person = await ward.person(world, "a", "张三明")
        clerk = await here.hire("clerk", role=dict.fromkeys(RIGHTS, "all"))
        page = await visitor.page()
        await signed_in(page, here, clerk)

        await opens(page, here, f"{HOME}clinics?open=1101")
        await page.click("#beside >> text=预约规则")
        await expect(page.locator("h1")).to_have_text("呼吸内科 预约规则")
        await fits(page)
        await picture(page, "rules")
        await page.fill("#hold_minutes", "5")
        await page.fill("#max_open", "1")
        await page.fill("#min_age", "60")
        await page.fill("#max_age", "18")
        await page.click("text=看看会怎样")
        await expect(page.get_by_role("alert")).to_contain_text("最大年龄不能小于最小年龄 60")
        await page.fill("#max_age", "")
        await page.click("text=看看会怎样")
        await expect(page.locator("tbody tr")).to_have_count(3)
        await fits(page)
        await picture(page, "rules-preview")
        await page.click("text=再改改")
        await expect(page.locator("#hold_minutes")).to_have_value("5")
        await expect(page.locator("#max_open")).to_have_value("1")
        await page.fill("#min_age", "")
        await page.click("text=看看会怎样")
        await page.click("text=保存，马上生效")
        await expect(page.get_by_role("status")).to_contain_text("已保存")
        await page.select_option("#doctor-of", label="王静 主任医师")
        await page.click("button:text-is('看')")
        await page.fill("#same_doctor", "2")
        await page.click("text=看看会怎样")
        await page.click("text=保存，马上生效")
        await expect(page.locator("#same_doctor")).to_have_value("2")
        await picture(page, "rules-doctor")

        forget(world.ports)  # as if what the chat remembers of the clinic had grown old
        glance(world.ports).forget()
        told = await said(world, "王静 明天")
        told = await said(world, "1")
        assert "留 5 分钟" in told
        assert "约好了" in await said(world, "1")
        async with world.context("a") as context:
            service, day = BookingService(context), ward.TODAY + timedelta(days=2)
            segments = await ward.segments(world, f"{day:%y%m%d}am11011023")
            with pytest.raises(TooManyOpen) as no:
                await service.hold(segments[0].id, person, "second")
            about = await Appeals(context).about_refusal(no.value, person, segments[0].id)
        async with world.context("a") as context:
            await Appeals(context).file(about, "两个都是复查，号源不好等，请通融一次")

        await opens(page, here, "/desk/booking/standing/")
        await page.locator("tr.opens, tbody tr").first.click()
        await expect(page.locator("#beside .grant")).to_be_visible()
        await fits(page)
        await picture(page, "appeal-grant")
        await page.fill("#answer", "复查属实，给您一次例外")
        await page.fill("#days", "5")
        await page.click("button:text-is('通过')")
        await expect(page.locator("#beside dl.facts")).to_contain_text("例外未用：这位医生，一次")
        await picture(page, "appeal-granted")
        assert "给您一次例外" in await said(world, "申诉") or "给您一次例外" in await said(world, "1")

        await opens(page, here, CLINIC + "fees")
        await page.select_option("#kind", "expert")
        await page.fill("#fee", "50")
        await page.fill("#first", (ward.TODAY + timedelta(days=1)).isoformat())
        await page.click("text=看看会怎样")
        await fits(page)
        await picture(page, "fees-preview")
        await page.click("button:text-is('保存')")
        await expect(page.locator(".coming-fee")).to_contain_text("50.00 元")
        await fits(page)
        await picture(page, "fees")
        await opens(page, here, f"{HOME}patterns?clinic=1101")
        await page.click("text=新排班")
        await expect(page.locator("#beside")).to_contain_text("不填就按门诊的规则：专家号 50.00 元")
        await picture(page, "pattern")
