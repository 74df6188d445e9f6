"""Forms of the desk: a double click sends one once, what is done is said once, choices narrow each other."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Request, Route, expect

from bot.db.engine import Database
from integrations.his.port import HospitalPort
from tests.browser.test_roster import signed_in
from tests.flows.booking import ward
from tests.support.chromium import DESK, browser, visit
from tests.support.desk import desk
from tests.support.world import World

pytestmark = pytest.mark.browser
TWICE = "document.querySelector('main form[method=post]').requestSubmit()"


async def test_a_member_is_hired_once_and_given_their_work(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running, visit(running, DESK) as visitor:
        boss = await here.hire("boss", admin=True)
        page = await visitor.page()
        await signed_in(page, here, boss)
        sent: list[Request] = []
        both = asyncio.Event()

        async def held(route: Route) -> None:
            sent.append(route.request)
            await both.wait()
            await route.continue_()

        await page.goto(str(here.server.make_url("/desk/staff/new")))
        await page.fill("#login", "wang.jing")
        await page.fill("#name", "王静")
        await page.route("**/desk/staff/new", held)
        await page.evaluate(f"{TWICE}; {TWICE}")
        both.set()
        await expect(page.locator("#password")).to_be_visible()
        assert len(sent) == 1
        await page.click("text=分配角色和科室")
        await page.fill("#beside #number", "7")
        await page.fill("#beside #doctor", "0000")
        await page.locator("#beside label", has_text="审计员").click()
        await page.click("#beside >> text=保存")
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator("#doctor")).to_have_value("0000")
        await expect(page.locator("#number")).to_have_value("7")
        await expect(page.get_by_label("审计员")).to_be_checked()
        await page.fill("#doctor", "")
        await page.click("text=保存")
        done = page.locator("main > [role=status]")
        await expect(done).to_have_text("办好了。")
        await expect(page.locator("tr.open")).to_contain_text("审计员")
        await page.reload()
        await expect(page.locator("tr.open")).to_contain_text("审计员")
        await expect(done).to_have_count(0)


async def test_a_share_is_kept_for_a_doctor_of_its_clinic(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here, browser() as running, visit(running, DESK) as visitor:
        world = World(sqlite_database)
        here.world.ports.put(HospitalPort, await ward.open_hospital(world))
        await ward.sync(world)
        page = await visitor.page()
        await signed_in(page, here, await here.hire("boss", admin=True))
        for path in ("shares", "draws"):
            await page.goto(str(here.server.make_url(f"/desk/booking/{path}")))
            there = page.locator("#doctor option:not([disabled])")
            await page.select_option("#clinic", "1102")
            await expect(there).to_have_count(3)
            await page.select_option("#doctor", "D1031")
            await page.select_option("#clinic", "1101")
            await expect(page.locator("#doctor")).to_have_value("")
            await expect(page.locator("#doctor option[value=D1031]")).to_be_disabled()
