"""Whom a role that reaches one clinic finds and opens: who was, is or waits there; by a whole number, whoever calls."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.access.audit import store as trail
from bot.access.people import store as people
from bot.db.engine import Database
from bot.db.journal import journal
from flows.booking.service import BookingService
from flows.booking.waiting import store as waiting
from flows.patients import store
from flows.patients.met.store import met
from integrations.his.port import HospitalPort
from jobs import patients as jobs
from tests.flows.booking import behalf, ward
from tests.flows.booking.test_office import office
from tests.support.desk import Browser, Desk
from tests.support.world import World

MOBILE = "13800000009"
RIGHTS = dict.fromkeys(
    ("patients.find", "patients.reveal", "booking.behalf.see", "booking.behalf.book", "booking.view"), "department"
)
NONE, FOUND = "数据范围内没有找到", 'class="hits"'


async def ids(world: World) -> dict[str, str]:
    """Name -> public id."""
    async with world.database.reading() as tx:
        rows = await tx.all(select(store.person.c.name, store.person.c.public_id))
    return {row.name: row.public_id for row in rows}


async def rows(world: World) -> int:
    """How many meetings are kept."""
    async with world.database.reading() as tx:
        return int(await tx.scalar(select(func.count()).select_from(met)))


async def near(here: Desk, login: str = "near", **more: str) -> Browser:
    return await here.enter(await here.hire(login, clinics=["1101"], role=RIGHTS | more))


async def found(browser: Browser, text: str) -> str:
    await browser.get("/desk/patients/find")
    return await browser.post("/desk/patients/find", q=text)


async def test_a_name_is_found_where_something_of_theirs_lies(database: Database) -> None:
    async with office(database) as (here, world):
        known, browser = await ids(world), await near(here)
        assert FOUND in await found(browser, "张三明") and FOUND in await found(browser, "王五")
        page = await found(browser, "李四<b>")
        assert NONE in page and known["李四<b>"] not in page
        for path in ("/desk/patients/person/", "/desk/booking/for/"):
            await browser.get(path + known["张三明"])
            assert browser.status == 200, path
            await browser.get(path + known["李四<b>"])
            assert browser.status == 404, path
        await browser.get("/desk/patients/find")
        await browser.post(f"/desk/patients/person/{known['李四<b>']}/reveal", why="来电核对")
        assert browser.status == 404
        await browser.get("/desk/patients/find")
        assert "张三明" in await browser.post(f"/desk/patients/person/{known['张三明']}/reveal", why="来电核对")
        async with database.reading() as tx:
            failed = [row.reason for row in await tx.all(journal.select()) if row.kind == "access.not_done"]
        assert failed == ["NotFound"] * 3
        whole = await here.enter(await here.hire("whole", departments=["11"], role=RIGHTS))
        assert FOUND in await found(whole, "李四<b>")


async def test_whoever_waits_or_waited_belongs_there_and_a_hold_that_ran_out_does_not(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await near(here)
        async with world.context("b") as context:
            service = BookingService(context)
            row = (await service.coming())[0]
            await service.cancel(row.id)
        segments = await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023")
        async with world.context("b") as context:
            service = BookingService(context)
            await service.release((await service.hold(segments[1].id, row.person_id, "again")).id)
        assert NONE in await found(browser, "李四<b>")
        async with world.database.transaction() as tx:
            await waiting.add(tx, session_id=segments[0].session_id, person_id=row.person_id,
                              contact_id=row.contact_id, channel="wechat", joined_at=tx.now)
        assert FOUND in await found(browser, "李四<b>")


async def test_whoever_calls_is_met_by_a_whole_number_masked_and_for_a_shift(database: Database) -> None:
    async with office(database) as (here, world):
        await behalf.caller(world, "钱小云", MOBILE)
        public, browser = (await ids(world))["钱小云"], await near(here)
        assert NONE in await found(browser, "钱小云")
        await browser.get(f"/desk/patients/person/{public}")
        assert browser.status == 404
        page = await found(browser, "138 0000 0009")
        assert "钱*云" in page and "钱小云" not in page and MOBILE not in page and "约好以前看不到完整信息" in page
        page = await browser.get(f"/desk/patients/person/{public}")
        assert browser.status == 200 and "钱*云" in page and "只能看隐去后的信息" in page and "reveal" not in page
        await browser.post(f"/desk/patients/person/{public}/reveal", csrf=browser.token, why="来电核对")
        assert browser.status == 404 and MOBILE not in browser.page
        await browser.get(f"/desk/booking/for/{public}/book")
        assert browser.status == 200
        async with database.reading() as tx:
            (met,) = await trail.find(tx, trail.Wanted(act="patients.met"), limit=9)
        assert met.about == f"person:{public}"
        other = await near(here, "other")
        await other.get(f"/desk/patients/person/{public}")
        assert other.status == 404


async def test_what_was_met_is_over_after_a_shift(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        await behalf.caller(world, "钱小云", MOBILE)
        public = (await ids(world))["钱小云"]
        staff = await here.hire("near", clinics=["1101"], role=RIGHTS)
        assert "钱*云" in await found(await here.enter(staff), MOBILE)
        here.clock.shift(timedelta(hours=13))
        again = await here.enter(staff)
        await again.get(f"/desk/patients/person/{public}")
        assert again.status == 404
        assert await rows(world) == 1
        await jobs.purge(world.workshop.job(name="patients.purge"))
        assert await rows(world) == 0


async def test_who_neither_registers_nor_books_meets_nobody(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        await behalf.caller(world, "钱小云", MOBILE)
        reader = await here.enter(await here.hire("reader", clinics=["1101"], role={"patients.find": "department"}))
        assert NONE in await found(reader, MOBILE)
        assert "patients.met" not in await here.acts()


async def test_who_was_registered_here_can_be_booked_for(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        here.world.ports.put(HospitalPort, world.ports[HospitalPort])
        browser = await near(here, **{"patients.enrol": "all"})
        await browser.get("/desk/patients/new")
        await browser.post(
            "/desk/patients/new", name="周新来", document_type="passport", document_number="E12345678", sex="female",
            birth_date="1990-02-03", mobile="13811112222", consent="yes")
        assert browser.status == 303, browser.page
        page = await browser.get(browser.location)
        assert browser.status == 200 and "周*来" in page and "代约" in page


async def test_a_doctor_finds_their_own_patients(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        made = await here.hire("wang", role={"patients.find": "own"})
        async with here.database.transaction() as tx:
            row = await people.by_login(tx, "wang")
            assert row is not None
            await people.change(tx, row.id, doctor="D1023")
        browser = await here.enter(made)
        assert FOUND in await found(browser, "张三明") and NONE in await found(browser, "李四<b>")


async def test_the_journal_looks_for_nobody_beyond_the_reach(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        known = await ids(world)
        browser = await here.enter(await here.hire("near", clinics=["1101"], role={"audit.journal": "department"}))
        for name, there in (("张三明", True), ("李四<b>", False)):
            await browser.get("/desk/audit/journal")
            page = await browser.post("/desk/audit/journal", q=name)
            assert (known[name] in browser.location) is there and "李*" not in page
