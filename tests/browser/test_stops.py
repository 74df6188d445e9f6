"""A clerk stops a session; the patient is told and chooses on the page; the clerk sees who has not looked, calls, and
sees what was chosen. All processes are running."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect

from bot.access import factor
from tests.browser.test_booking_pages import HOME, booked_day, comes, confirms, fits, later, registers, title
from tests.support.chromium import DESK, browser, goes_back, measured, taps_twice, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser
FRESH = "Kingfisher 77 reeds"
PICTURES = os.environ.get("PICTURES", "")


async def picture(page: Page, name: str) -> None:
    """For whoever wants to look: PICTURES=folder pytest …"""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def test_a_session_is_stopped_and_its_patient_chooses(swift_path: Path) -> None:
    async with everything(swift_path) as (address, _), browser() as running:
        base = address.removesuffix("/sandbox/")
        async with visit(running) as phone, visit(running, DESK) as office:
            page, desk = await phone.page(), await office.page()
            async with aiohttp.ClientSession() as session:
                await session.post(f"{address}api/phones/1/event", json={"event": "subscribe"})
            await page.goto(address + HOME + "experts")
            await page.locator(".rows .whom").first.click()
            await later(page)
            await page.locator(".times a").first.click()
            await page.get_by_role("link", name="登记就诊人").click()
            await registers(page, address)
            await confirms(page)
            day = await booked_day(page)
            who = await page.locator(".visit .row-name").inner_text()
            await signs_in(desk, base, (swift_path / "up.log").read_text(encoding="utf-8"))
            await stops(desk, base, day, who.split()[0])
            await chooses(page, address)
            await sees_what_was_chosen(desk)


async def signs_in(page: Page, base: str, log: str) -> None:
    """The demonstration's administrator, for the first time."""
    found = re.search(r"as (\S+) with (\S+) \(once", log)
    assert found
    await page.goto(f"{base}/desk/")
    await page.fill("#login", found[1])
    await page.fill("#password", found[2])
    await page.keyboard.press("Enter")
    secret = (await page.locator("#secret").inner_text()).replace(" ", "")
    await page.fill("#code", factor.code_now(secret, datetime.now(UTC)))
    await page.click("text=绑定 >> nth=-1")
    await page.click("text=我记好了")
    for name, value in (("old", found[2]), ("new", FRESH), ("again", FRESH)):
        await page.fill(f"#{name}", value)
    await page.click("button:has-text('换密码')")
    await expect(page.locator("h1")).to_have_text("我的工作")


async def stops(page: Page, base: str, day: str, doctor: str) -> None:
    """By the menu: the session, the reason, the preview, and only then it happens."""
    await page.click("nav >> text=停诊与替诊")
    await expect(page.locator("h1")).to_have_text("停诊与替诊")
    await picture(page, "desk-empty")
    await page.goto(f"{base}/desk/booking/stops/new?day={day}")
    await picture(page, "desk-pick")
    await page.locator("tr", has_text=doctor).locator("a", has_text="停诊").first.click()
    await page.fill("#reason", "医生临时有手术")
    await picture(page, "desk-form")
    await page.click("text=先看影响到谁")
    await expect(page.locator("h1")).to_contain_text("确认停诊")
    await expect(page.locator(".notice")).to_contain_text("医生临时有手术")
    await picture(page, "desk-preview")
    await taps_twice(page.get_by_role("button", name=re.compile("并通知 1 位")))
    await expect(page.locator(".alert-success")).to_contain_text("1 位患者")
    row = page.locator("table.rows tbody tr").first
    await expect(row).to_contain_text("没看到")
    await row.click()
    await expect(page.locator("#beside h2")).to_contain_text("陈")
    await page.locator("#beside textarea").fill("无人接听")
    await page.locator("#beside >> text=没打通").click()
    await expect(page.locator("#beside .calls")).to_contain_text("无人接听")
    await picture(page, "desk-stop")
    assert await measured(page, "document.documentElement.scrollWidth <= innerWidth")


async def chooses(page: Page, address: str) -> None:
    """From the notice on the phone to the page, and one tap."""
    choice = await comes(address, r"/h5/booking/stops/([\w-]+)")
    await page.goto(f"{address}{HOME}stops/{choice}")
    await title(page, "停诊了")
    await fits(page)
    await picture(page, "phone-ask")
    await page.get_by_role("link", name="换本门诊别的医生").click()
    await expect(page.locator("h1")).not_to_have_text("停诊了")
    await fits(page)
    await picture(page, "phone-others")
    await goes_back(page)
    await title(page, "停诊了")
    await taps_twice(page.locator("button.tap").first)
    await expect(page.locator("h1")).to_have_text(re.compile("改好了|取消了"))
    await fits(page)
    await picture(page, "phone-done")


async def sees_what_was_chosen(page: Page) -> None:
    await page.reload()
    row = page.locator("table.rows tbody tr").first
    await expect(row).to_contain_text("打开了页面")
    await expect(row).to_contain_text(re.compile("同一医生改时间|取消"))
    await picture(page, "desk-chosen")
    await page.click("text=全部停诊")
    await expect(page.locator("table.rows tbody tr").first).to_contain_text("生效")
    await picture(page, "desk-list")
