"""Lists of the desk that are long: a page at a time, with the number of all, and in the file what the page says."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.schema import new_public_id
from flows.booking import store
from flows.booking.opening import store as draws
from flows.booking.pool.shares import store as shares
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.rules import Terms
from flows.notices import store as pushes
from tests.flows.booking import ward
from tests.flows.booking.roster_office import HOME as ROSTER
from tests.flows.booking.test_office import office
from tests.support.desk import Browser, desk
from tests.support.world import World

DESK = "/desk/booking/"
MANY = 1_000
LISTS = (
    "booking/", "booking/appointments", "booking/waiting", "booking/use", "booking/exams", "booking/shares",
    "booking/draws", "booking/arrivals", "booking/standing/", "booking/standing/no-shows", "booking/standing/blacklist",
    "booking/stops/", "booking/stops/calls", "booking/roster/clinics", "booking/roster/changes",
    "booking/roster/patterns", "booking/roster/drafts", "payment/", "payment/odd", "payment/notices",
    "payment/notices/refused", "payment/refunds", "payment/claims", "payment/differences", "payment/days", "desk/",
    "notices/", "directory/", "audit/", "audit/journal", "staff/", "staff/departments",
)


async def lines(browser: Browser, address: str) -> int:
    """Rows of an exported file, its head aside."""
    await browser.get(address)
    assert browser.status == 200 and browser.answer is not None
    with zipfile.ZipFile(io.BytesIO(await browser.answer.read())) as book:
        return book.read("xl/worksheets/sheet1.xml").decode().count("<row ") - 1


async def turned(browser: Browser, path: str, row: str, many: int = MANY) -> None:
    """The first, the last and a page beyond the last of so many."""
    page = await browser.get(path)
    assert len(re.findall(row, page)) == 50 and f"第 1–50 条，共 {many} 条" in page
    page = await browser.get(f"{path}?size=200&page={many // 200}")
    assert len(re.findall(row, page)) == 200 and f"第 {many - 199}–{many} 条，共 {many} 条" in page
    page = await browser.get(f"{path}?page=999")
    assert browser.status == 200 and not re.findall(row, page) and "回到第一页" in page


async def test_empty_lists_say_so_on_any_page(sqlite_database: Database) -> None:
    async with desk(sqlite_database) as here:
        await ward.open_hospital(World(sqlite_database))
        boss = await here.enter(await here.hire("boss", admin=True))
        for name in LISTS:
            for query in ("", "?page=7&size=200"):
                await boss.get(f"/desk/{name}{query}")
                assert boss.status == 200, (name, query)


async def test_shares(database: Database) -> None:
    async with desk(database) as here:
        await ward.open_hospital(world := World(database))
        await ward.sync(world)
        boss = await here.enter(await here.hire("boss", admin=True))
        assert "没有给哪个渠道留号" in await boss.get(f"{DESK}shares")
        async with database.transaction() as tx:
            await tx.insert_many(shares.rule, [
                {"public_id": new_public_id(), "clinic": "1101", "doctor": "", "weekday": -1, "half": "",
                 "session": f"gone-{n}", "channel": "window", "percent": 20, "release_minutes": 720,
                 "changed_at": tx.now, "changed_by": "test"} for n in range(MANY)])
        await turned(boss, f"{DESK}shares", r'action="/desk/booking/shares/[^/]+/drop"')
        assert await lines(boss, f"{DESK}shares?export=all") == MANY
        assert await lines(boss, f"{DESK}shares?export=page&size=200&page=2") == 200


async def test_draws(database: Database) -> None:
    async with office(database) as (here, _):
        boss = await here.enter(await here.hire("boss", admin=True))
        assert "还没有摇号" in await boss.get(f"{DESK}draws")
        async with database.transaction() as tx:
            row: Any = await tx.one(select(store.session).limit(1))
            values = {name: value for name, value in row._mapping.items() if name not in ("id", "code")}
            await tx.insert_many(store.session, [
                values | {"code": f"S{n}", "date": date(2026, 1, 1) + timedelta(days=n % 300)} for n in range(MANY)])
            keys = await tx.all(select(store.session.c.id).where(store.session.c.code.like("S%")).limit(MANY))
            await tx.insert_many(draws.draw, [
                {"public_id": new_public_id(), "session_id": each.id, "state": draws.VOID, "opens_at": tx.now,
                 "closes_at": tx.now, "seed": "s", "seed_hash": "h", "made_at": tx.now} for each in keys])
        await turned(boss, f"{DESK}draws", "撤回|作废|不摇")
        assert await lines(boss, f"{DESK}draws?export=all") == MANY
        clinic = {"1101": "1102", "1102": "1101"}[row.clinic]
        far = await here.enter(await here.hire("far", role={"booking.fair": "department"}, clinics=[clinic]))
        assert "还没有摇号" in await far.get(f"{DESK}draws")


async def test_patterns_of_a_clinic(database: Database) -> None:
    async with office(database) as (here, _):
        boss = await here.enter(await here.hire("boss", admin=True))
        week = Terms("1101", "D1023", 0, "am", time(9).isoformat("minutes"), "11:00", 30, 2, "expert", 2500, "R1101",
                     first=ward.TODAY)
        async with database.transaction() as tx:
            for n in range(MANY):
                await patterns.add(tx, "test", replace(week, weekday=n % 7, doctor="D1023" if n % 5 else "D1024"))
        await turned(boss, f"{ROSTER}patterns", '<tr tabindex="-1" class="opens')
        page = await boss.get(f"{ROSTER}patterns?clinic=1101&doctor=D1024")
        assert f"共 {MANY // 5} 条" in page
        assert f"共 {MANY} 条" in await boss.get(f"{ROSTER}patterns?clinic=1101&doctor=D9999")


@pytest.mark.parametrize("reach", ("all", "department"))
async def test_what_was_not_delivered(database: Database, reach: str) -> None:
    async with office(database) as (here, world):
        async with world.context("a") as context:
            tx = context.tx
            visit: Any = await tx.one(select(store.appointment).where(
                store.appointment.c.state == "booked", store.appointment.c.contact_id == context.contact.id))
            await tx.insert_many(pushes.push, [
                {"public_id": new_public_id(), "kind": f"booking.k{n}", "about": f"appointment:{visit.public_id}",
                 "contact_id": visit.contact_id, "facts": "{}", "state": pushes.DEAD, "due_at": tx.now, "tried": "",
                 "seen": False, "attempts": 5, "created_at": tx.now} for n in range(MANY)])
        role = {"notices.undelivered": reach, "notices.export": "all"}
        clerk = await here.enter(await here.hire("clerk", role=role, clinics=["1101"]))
        await turned(clerk, "/desk/notices/", 'action="/desk/notices/p')
        assert await lines(clerk, "/desk/notices/?export=all") == MANY
        assert await lines(clerk, "/desk/notices/?export=page") == 50
        await clerk.get("/desk/notices/")
        assert f">{MANY}<" in await clerk.get("/desk/")
