"""The office on coming and not coming: seen within reach, masked, exported, acted on for a reason, written down."""

from __future__ import annotations

import asyncio
import io
import zipfile
from dataclasses import replace

from sqlalchemy import Table, select

from bot.db.engine import Database
from flows.booking import store
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.missing import store as missing
from flows.booking.standing.store import appeal, attendance, lock, no_show
from flows.directory import store as directory
from tests.flows.booking import ward
from tests.flows.booking.days import book, session
from tests.flows.booking.givens import misses
from tests.support.desk import Browser, Desk, desk
from tests.support.world import World

ARRIVALS, STANDING = "/desk/booking/arrivals", "/desk/booking/standing/"
ALL = dict.fromkeys(
    [f"booking.arrivals.{each}" for each in ("view", "check_in", "excuse")]
    + [f"booking.standing.{each}" for each in ("view", "strike", "lift", "answer")], "all",
)


async def town(here: Desk) -> World:
    """The small hospital; 张三明 did not come three times, is locked, and appealed against the lock."""
    world = World(here.database)
    await ward.open_hospital(world)
    await ward.sync(world)
    await ward.person(world)
    for days in ("-1", "-2", "-3"):
        await misses(world, days, "张三明")
    async with world.context() as context:
        matters = await Appeals(context).open_matters()
        await Appeals(context).file(matters[0]["about"], "<script>alert(1)</script> 住院了")
    return world


async def one(here: Desk, table: Table) -> str:
    async with here.database.reading() as tx:
        return str(await tx.scalar(select(table.c.public_id)))


async def test_lists_are_masked_filtered_and_escaped(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        browser = await here.enter(await here.hire("clerk", role=ALL | {"booking.standing.export": "all"}))
        page = await browser.get(f"{STANDING}no-shows")
        assert page.count("张*明") == 3 and "张三明" not in page and "陈松年" in page
        assert "张*明" not in await browser.get(f"{STANDING}no-shows?state=struck")
        assert "张*明" not in await browser.get(f"{STANDING}no-shows?clinic=1102")
        assert (await browser.get(f"{STANDING}no-shows?since=2027-02-27&until=2027-02-27")).count("张*明") == 1
        assert "暂停中" in await browser.get(f"{STANDING}blacklist")
        await browser.get(f"{STANDING}?state=open&kind=lock")
        appeal = browser.page.split('hx-get="/desk/booking/standing/appeals/')[1].split('"')[0]
        await browser.get(f"{STANDING}appeals/{appeal}")
        assert "&lt;script&gt;" in browser.page and "<script>alert" not in browser.page
        for path in (f"{STANDING}?export=all", f"{STANDING}no-shows?export=page", f"{STANDING}blacklist?export=all",
                     f"{ARRIVALS}?export=all"):
            await browser.get(path)
            assert browser.answer is not None
            with zipfile.ZipFile(io.BytesIO(await browser.answer.read())) as book:
                assert "张三明" not in book.read("xl/worksheets/sheet1.xml").decode() and browser.status == 200
        assert (await here.acts()).count("access.exported") == 4


async def test_only_what_lies_within_reach(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        rights = dict.fromkeys(ALL, "department")
        browser = await here.enter(await here.hire("other", role=rights, clinics=["1102"]))
        for path in (STANDING, f"{STANDING}no-shows", f"{STANDING}blacklist", ARRIVALS):
            assert "张*明" not in await browser.get(path)
            assert browser.status == 200
        for path, act in await acts(here):
            await browser.get("/desk/account")
            await browser.get(path)
            assert browser.status == 404
            await browser.get("/desk/account")
            await browser.post(f"{path}{act}", reason="because", answer="because", verdict="accept")
            assert browser.status == 404, path
        mine = await here.enter(await here.hire("own", role=rights, clinics=["1101"]))
        assert "张*明" in await mine.get(f"{STANDING}blacklist")
        assert "张*明" in await mine.get(STANDING)


async def acts(here: Desk) -> list[tuple[str, str]]:
    return [
        (f"{STANDING}no-shows/{await one(here, no_show)}", "/strike"),
        (f"{STANDING}blacklist/{await one(here, lock)}", "/lift"),
        (f"{STANDING}appeals/{await one(here, appeal)}", ""),
        (f"{ARRIVALS}/{await one(here, store.appointment)}", "/check-in"),
        (f"{ARRIVALS}/{await one(here, store.appointment)}", "/excuse"),
    ]


async def test_who_may_look_may_not_act(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        looking = {"booking.arrivals.view": "all", "booking.standing.view": "all"}
        browser = await here.enter(await here.hire("looker", role=looking))
        for path, act in await acts(here):
            page = await browser.get(path)
            assert browser.status == 200 and "<textarea" not in page and 'name="reason"' not in page
            await browser.get("/desk/account")
            await browser.post(f"{path}{act}", reason="because", answer="because", verdict="accept")
            assert browser.status == 403, path
        await browser.get(f"{STANDING}?export=all")
        assert browser.status == 403


async def test_a_lock_is_lifted_for_a_reason(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        browser = await here.enter(await here.hire("clerk", role=ALL))
        path = (await acts(here))[1][0]
        await browser.get(path)
        await browser.post(f"{path}/lift", reason=" ")
        assert browser.status == 422
        for _ in range(2):
            await browser.post(f"{path}/lift", reason="看过出院记录")
        assert "提前解除" in await browser.get(path) and "看过出院记录" in browser.page
        assert (await here.acts()).count("booking.lock_lifted") == 1


async def test_a_struck_no_show_lifts_the_lock(database: Database) -> None:
    async with desk(database) as here:
        world = await town(here)
        browser = await here.enter(await here.hire("clerk", role=ALL))
        path = (await acts(here))[0][0]
        await browser.get(path)
        for _ in range(2):
            await browser.post(f"{path}/strike", reason="护士台核实来过")
        assert "已划掉" in await browser.get(path)
        assert "提前解除" in await browser.get(f"{STANDING}blacklist")
        async with world.context() as context:
            assert await missing.locks_of(context.tx, [1]) == []
        assert (await here.acts()).count("booking.no_show_struck") == 1


async def test_an_appeal_is_answered_once(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        first = await here.enter(await here.hire("first", role=ALL))
        second = await here.enter(await here.hire("second", role=ALL))
        path = (await acts(here))[2][0]
        for browser in (first, second):
            await browser.get(path)
        await first.post(path, answer="", verdict="accept")
        assert first.status == 422
        await first.post(path, answer="已核实", verdict="accept")
        assert first.status in (204, 303)
        await first.post(path, answer="已核实", verdict="accept")  # a second tap on the same button
        assert first.status in (204, 303)
        await second.post(path, answer="不行", verdict="decline")
        assert second.status == 409
        page = await second.get(path)
        assert "已核实" in page and "不行" not in page
        assert "booking.appeal_accepted" in await here.acts()


async def test_checking_in_at_the_desk(database: Database) -> None:
    async with desk(database) as here:  # it is nine o'clock
        world = World(database)
        await ward.open_hospital(world)
        segments = await session(world, ward.TODAY, capacity=1)
        appointment = await book(world, segments[1], await ward.person(world))
        browser = await here.enter(await here.hire("nurse", role=ALL))
        page = await browser.get(ARRIVALS)
        assert "张*明" in page and "还没到时间" in page
        public = await one(here, store.appointment)
        await press(browser, f"{ARRIVALS}/{public}", "check-in")
        assert "已签到" in await browser.get(f"{ARRIVALS}?state=here")
        async with database.reading() as tx:
            row = await tx.one(select(attendance))
        assert row is not None and (row.appointment_id, row.way) == (appointment, "desk")
        assert "booking.checked_in" in await here.acts()


async def press(browser: Browser, path: str, act: str, **sent: str) -> None:
    await browser.get(path)
    await browser.post(f"{path}/{act}", **sent)
    assert browser.status in (204, 303), browser.page


async def test_what_the_hospital_caused_is_struck_out_at_once(database: Database) -> None:
    async with desk(database) as here:
        world = await town(here)
        browser = await here.enter(await here.hire("nurse", role=ALL))
        public = await one(here, store.appointment)
        await browser.get(f"{ARRIVALS}/{public}")
        await browser.post(f"{ARRIVALS}/{public}/excuse", reason="")
        assert browser.status == 422
        for _ in range(2):
            await press(browser, f"{ARRIVALS}/{public}", "excuse", reason="签到机坏了")
        assert "签到机坏了" in await browser.get(f"{ARRIVALS}/{public}")
        async with world.context() as context:
            staff = replace(context, contact=None)
            _, struck = await missing.no_shows(staff.tx, None, state="struck")
        assert struck == 1 and (await here.acts()).count("booking.session_excused") == 1
        async with database.transaction() as tx:  # the sweep had looked for an excuse a moment before it was noted
            await tx.update(no_show.update().values(state=missing.COUNTED, struck_at=None, struck_by=None, reason=None))
        await press(browser, f"{ARRIVALS}/{public}", "excuse", reason="签到机坏了")
        assert (await here.acts()).count("booking.session_excused") == 2


async def test_two_excuse_a_session_in_the_same_instant(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        both = [await here.enter(await here.hire(login, role=ALL)) for login in ("nurse", "clerk")]
        path = f"{ARRIVALS}/{await one(here, store.appointment)}"
        for browser in both:
            await browser.get(path)
        await asyncio.gather(*(browser.post(f"{path}/excuse", reason="签到机坏了") for browser in both))
        assert [browser.status in (204, 303) for browser in both] == [True, True]
        assert (await here.acts()).count("booking.session_excused") == 1


async def test_a_clinic_decides_about_its_day(database: Database) -> None:
    async with desk(database) as here:
        world = await town(here)
        browser = await here.enter(await here.hire("head", clinics=["1101"], role={
            "booking.roster.see": "department", "booking.clinics.edit": "department"}))
        path = "/desk/booking/roster/clinics/1101"
        await browser.get(path)
        mark = browser.page.split('name="mark" value="')[1].split('"')[0]
        for wrong in ({"before": "soon"}, {"before": "999"}, {"until": "25:00"}, {"same_day": "perhaps"}):
            await browser.get(path)
            await browser.post(f"{path}/day", mark=mark, **wrong)
            assert browser.status == 422, wrong
        await browser.post(f"{path}/day", mark=mark, same_day="yes", before="-30", until="16:00", no_shows="no")
        assert browser.status == 303
        assert "16:00 截止" in await browser.get(path)
        async with world.context() as context:
            rule = (await directory.read(context.tx)).rule("1101")
        assert (rule.same_day, rule.same_day_before, rule.no_shows, rule.closed) == (True, -30, False, False)
        await browser.post(f"{path}/day", mark=mark, same_day="no")
        assert browser.status == 409
        await browser.get(path)
        await browser.post("/desk/booking/roster/clinics/1102/day", mark=mark)
        assert browser.status == 404 and "booking.clinic_changed" in await here.acts()
