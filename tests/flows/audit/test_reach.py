"""The trail as far as somebody reaches: what is about things there, and what they did themselves."""

from __future__ import annotations

import io
import zipfile
from unittest import mock

from sqlalchemy import select

from bot.access import audit
from bot.access.audit import store as trail
from bot.db.engine import Database
from flows.audit import narrowed
from flows.booking import store as booking
from flows.desk import store as requests
from tests.flows.booking.test_office import office
from tests.flows.patients.test_reach import ids
from tests.support.desk import Desk
from tests.support.world import World


async def told(here: Desk, world: World) -> dict[str, str]:
    """Entries about two appointments, persons, clinics and a colleague of each clinic; name -> thing."""
    people = await ids(world)
    async with world.database.reading() as tx:
        rows = await tx.all(select(booking.appointment.c.public_id).where(
            booking.appointment.c.state == "booked").order_by(booking.appointment.c.id))
    mine, other = [f"appointment:{row.public_id}" for row in rows]
    nurse = await here.hire("nurse", clinics=["1101"], role={})
    things = {
        "visit": mine, "visit elsewhere": other, "person": f"person:{people['张三明']}",
        "person elsewhere": f"person:{people['李四<b>']}", "clinic": "clinic:1101", "clinic elsewhere": "clinic:1102",
        "doctor": "doctor:D1023", "colleague": f"staff:{nurse.public_id}", "list": "list:staff",
        "call": "call:gone",
    }
    async with here.database.transaction() as tx:
        for name, thing in things.items():
            audit.write(tx, "job:test", "test.done", thing, {"why": f"因为{name}。"})
    return things


async def test_what_is_about_things_within_reach_is_read_and_exported(database: Database) -> None:
    async with office(database) as (here, world):
        things = await told(here, world)
        role = {"audit.view": "department", "audit.export": "all"}
        near = await here.enter(await here.hire("near", clinics=["1101"], role=role))
        page = await near.get("/desk/audit/?act=test.")
        inside = {name for name in things if f"因为{name}。" in page}
        assert inside == {"visit", "person", "clinic", "doctor", "colleague"} and "共 5 条" in page
        async with database.reading() as tx:
            numbers = {entry.about: entry.number
                       for entry in await trail.find(tx, trail.Wanted(act="test."), limit=50)}
        for name, thing in things.items():
            page = await near.get(f"/desk/audit/entry/{numbers[thing]}")
            assert near.status == (200 if name in inside else 404), name
            page = await near.get(f"/desk/audit/?act=test.&open={numbers[thing]}&about={thing}")
            assert (f"因为{name}。" in page) is (name in inside), name
        await near.get("/desk/audit/?act=test.&export=all")
        assert near.answer is not None
        with zipfile.ZipFile(io.BytesIO(await near.answer.read())) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
        assert "因为visit。" in texts and "elsewhere" not in texts
        page = await near.get("/desk/audit/?act=access.exported")
        assert "共 1 条" in page  # what they did themselves, whatever it is about
        alone = await here.enter(await here.hire("alone", role={"audit.view": "own"}))
        page = await alone.get("/desk/audit/")
        assert "因为" not in page and "登录" in page
        whole = await here.enter(await here.hire("whole", role={"audit.view": "all"}))
        assert "共 10 条" in await whole.get("/desk/audit/?act=test.")


async def test_pages_are_turned_and_no_more_is_looked_through_than_so_many(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        async with here.database.transaction() as tx:
            for number in range(120):
                audit.write(tx, "job:test", "test.done", "clinic:1101" if number % 2 else "clinic:1102", {"n": number})
        near = await here.enter(await here.hire("near", clinics=["1101"], role={"audit.view": "department"}))
        with mock.patch.object(narrowed, "BATCH", 7):
            page = await near.get("/desk/audit/?act=test.&page=2")
        assert "第 51–60 条，共 60 条" in page and "请填日期" not in page
        with mock.patch.object(narrowed, "BATCH", 20), mock.patch.object(narrowed, "LOOKED", 40):
            page = await near.get("/desk/audit/?act=test.")
        assert "共 20+ 条" in page and "请填日期再筛选" in page


async def test_what_was_done_to_a_request_is_read_where_it_belongs(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        async with world.context("a") as context:
            assert context.contact is not None
            for once, place in (("one", requests.Place("11", "1101")), ("two", requests.NOWHERE)):
                await requests.ask(context.tx, once, context.contact.id, "问", None, place=place)
            rows = [await requests.by_once(context.tx, once) for once in ("one", "two")]
            for row in rows:
                assert row is not None
                audit.write(context.tx, "job:test", "test.done", f"request:{row.public_id}", {"why": row.once})
        near = await here.enter(await here.hire("near", clinics=["1101"], role={"audit.view": "department"}))
        page = await near.get("/desk/audit/?act=test.")
        assert "共 1 条" in page and "one" in page
