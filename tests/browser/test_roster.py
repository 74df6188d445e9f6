"""A clerk makes a weekly pattern, previews and publishes it; the patient sees its slots, books one, and keeps it when
the clerk takes the day away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from bot.access import factor
from bot.clock import now
from bot.db.engine import Database
from integrations.his.port import HospitalPort
from tests.flows.booking import ward
from tests.support.chromium import DESK, browser, measured, presses, visit
from tests.support.desk import PASSWORD, Desk, Staff, desk
from tests.support.world import World

pytestmark = pytest.mark.browser
HOME = "/desk/booking/roster/"
RIGHTS = ("booking.roster.see", "booking.roster.edit", "booking.roster.publish", "booking.clinics.edit")
TUESDAY = ward.TODAY + timedelta(days=1)


async def signed_in(page: Page, here: Desk, staff: Staff) -> None:
    await page.goto(str(here.server.make_url("/desk/")))
    await page.fill("#login", staff.login)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.fill("#code", factor.code_now(staff.secret, now()))
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("我的工作")


async def said(world: World, text: str) -> str:
    """What the patient is answered."""
    return (await world.said("a", text)).dump()


async def fits(page: Page) -> None:
    assert await measured(page, "document.documentElement.scrollWidth <= innerWidth"), page.url


async def test_a_clerk_publishes_a_pattern_and_a_patient_books_in_it(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running, visit(running, DESK) as visitor:
        world = World(sqlite_database)
        here.world.ports.put(HospitalPort, await ward.open_hospital(world))
        await ward.sync(world)
        await ward.person(world, "a", "张三明")
        clerk = await here.hire("clerk", role=dict.fromkeys(RIGHTS, "all"))
        page = await visitor.page()
        await signed_in(page, here, clerk)
        assert "没有安排出诊" in await said(world, "1023")

        await page.click("nav >> text=排班")
        await fits(page)
        await page.click("a:has-text('每周排班') >> nth=0")
        await page.click("text=新排班")
        await page.select_option("#doctor", label="王静 主任医师")
        await expect(page.locator("#kind")).to_have_value("expert")
        await page.locator(".choice.many span", has_text="二").click()
        await page.fill("#ends", "10:00")
        await page.fill("#minutes", "30")
        await page.fill("#capacity", "2")
        await page.fill("#fee", "25")
        await page.keyboard.press("Tab")
        await expect(page.locator(".cut")).to_contain_text("4 个时段，能预约 8 个号")
        await page.click("text=存成草稿")
        await expect(page.locator("tr.opens")).to_contain_text("新增，待发布")
        await presses(page, "j", "Enter")
        await expect(page.locator("#beside #minutes")).to_have_value("30")
        await page.keyboard.press("Escape")
        await page.click("text=预览并发布")
        await expect(page.locator(".sums div").first).to_have_text("2场新增")
        await fits(page)
        await page.click("text=发布 呼吸内科 的排班")
        await expect(page.locator("h1")).to_have_text("发布好了")
        await world.drain.once()

        await page.click("text=看排班表")
        await expect(page.get_by_label(re.compile("普通门诊 3月1日"))).to_have_count(1)
        await presses(page, "ArrowDown")
        await expect(page.locator("a:focus")).to_have_attribute("aria-label", re.compile("普通门诊 3月1日 加一次出诊"))
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("a:focus")).to_have_attribute("aria-label", re.compile("王静 3月2日 上午.*剩 8 / 8"))
        await page.keyboard.press("Enter")
        await expect(page.locator("#beside h2")).to_have_text("呼吸内科 · 王静")
        told = await said(world, "1023")
        assert "明天" in told and "8:00" in told
        for answer in ("1", "1", "1"):
            told = await said(world, answer)
            if "约好了" in told:
                break
        assert "约好了" in told and "25.00" in told

        await page.goto(str(here.server.make_url(f"{HOME}patterns?clinic=1101")))
        await page.locator("tr.opens").click()
        await page.click("text=结束这个排班…")
        await page.click("button:has-text('结束这个排班')")
        await expect(page.locator("tr.struck")).to_have_count(1)
        await page.click("text=预览并发布")
        await expect(page.locator("section.hit")).to_contain_text("张*明")
        await page.click("text=全部保留")
        await page.click("text=发布 呼吸内科 的排班")
        await expect(page.locator("dl.facts")).to_contain_text("1 人的时间和号不变")
        told = await said(world, "我的预约")
        assert "王静" in told and "8:00" in told
