"""A locked patient is refused on the page, appeals in one tap, the clerk lifts the lock, and the patient books; with
all processes running."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from bot.db.engine import Database
from flows.booking.standing.missing import store
from flows.patients.store import person
from tests.browser.test_booking_pages import HOME, confirms, fits, later, registers, title
from tests.browser.test_stops import picture, signs_in
from tests.support.chromium import DESK, browser, taps_twice, visit
from tests.support.installation import everything

pytestmark = pytest.mark.browser


async def lock(folder: Path) -> None:
    """Whoever is registered did not come three times."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'var' / 'daoyi.sqlite'}")
    try:
        async with database.transaction() as tx:
            who = await tx.scalar(select(person.c.id).order_by(person.c.id.desc()).limit(1))
            assert await store.add_lock(tx, who, [], tx.now + timedelta(days=90))
    finally:
        await database.close()


async def test_a_locked_patient_appeals_and_books(swift_path: Path) -> None:
    async with everything(swift_path) as (address, _), browser() as running:
        base = address.removesuffix("/sandbox/")
        async with visit(running) as phone, visit(running, DESK) as office:
            page, desk = await phone.page(), await office.page()
            async with aiohttp.ClientSession() as session:
                await session.post(f"{address}api/phones/1/event", json={"event": "subscribe"})
            await chosen(page, address)
            await page.get_by_role("link", name="登记就诊人").click()
            await registers(page, address)
            await title(page, "给谁挂号")
            await lock(swift_path)
            await page.get_by_role("button", name="下一步").click()
            await title(page, "没有约上")
            await expect(page.get_by_role("alert")).to_contain_text("前不能预约")
            await fits(page)
            await picture(page, "refused")
            await taps_twice(page.get_by_role("button", name="申诉"))
            await title(page, "申诉收到了")
            await page.fill("#said", "那几天住院了，有出院记录")
            await page.get_by_role("button", name="发给门诊办公室").click()
            await expect(page.get_by_role("status")).to_contain_text("转给门诊办公室")
            await fits(page)
            await picture(page, "appeal")
            await page.goto(f"{address}{HOME}mine/")
            await fits(page)
            await picture(page, "mine")
            await page.get_by_role("link", name="看申诉的进展").click()
            await signs_in(desk, base, (swift_path / "up.log").read_text(encoding="utf-8"))
            await answers(desk)
            await page.reload()  # at night the notice on the phone waits for the morning
            await title(page, "申诉通过了")
            await picture(page, "accepted")
            await chosen(page, address)
            await confirms(page)


async def chosen(page: Page, address: str) -> None:
    await page.goto(address + HOME + "experts")
    await page.locator(".rows .whom").first.click()
    await later(page)
    await page.locator(".times a").first.click()


async def answers(page: Page) -> None:
    await page.click("nav >> text=爽约与申诉")
    await expect(page.locator("h1")).to_have_text("申诉")
    row = page.locator("table.rows tbody tr").first
    await expect(row).to_contain_text("待答复")
    await row.click()
    await expect(page.locator("#beside .said").first).to_contain_text("出院记录")
    await page.fill("#answer", "已看出院记录，暂停解除")
    await picture(page, "desk-appeal")
    await taps_twice(page.get_by_role("button", name="通过，解除暂停"))
    await expect(page.locator("table.rows tbody tr").first).to_contain_text("通过")
    await page.click("nav >> text=黑名单")
    await expect(page.locator("table.rows tbody tr").first).to_contain_text("提前解除")
    await page.locator("table.rows tbody tr").first.click()
    await picture(page, "desk-blacklist")
    await page.click("nav >> text=爽约 >> nth=-1")
    await page.click(".side nav >> text=签到")
    await expect(page.locator("h1")).to_have_text("签到")
    await picture(page, "desk-arrivals")
