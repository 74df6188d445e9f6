"""The office's pages: what stands in them, who sees what, and what goes out as Excel."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.access.people import store as people
from bot.db.engine import Database
from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.waiting import store as entries
from tests.flows.booking import ward
from tests.support.desk import Browser, Desk, Staff, desk
from tests.support.world import World

ALL = {"booking.view": "all", "booking.use": "all", "booking.export": "all", "booking.mine": "all"}
SOME = {"booking.view": "department", "booking.use": "department", "booking.export": "all"}
OWN = {"booking.view": "own", "booking.use": "own", "booking.export": "all", "booking.mine": "all"}
PAGES = ("", "appointments", "use", "waiting")


@asynccontextmanager
async def office(database: Database) -> AsyncIterator[tuple[Desk, World]]:
    """Tomorrow 王静 sits in 1101 and 李崇文 in 1102, each with one appointment; 王静 has a hold besides."""
    async with desk(database) as here:
        world = World(database)
        await ward.open_hospital(world)
        await ward.session(world, clinic="1101", doctor="1023")
        await ward.session(world, clinic="1102", doctor="1031")
        await ward.session(world, ward.TOMORROW + timedelta(days=1), clinic="1101", doctor=None, state="stopped")
        await ward.sync(world)
        for who, name, clinic in (("a", "张三明", "1101"), ("b", "李四<b>", "1102")):
            person = await ward.person(world, who, name)
            async with world.context(who) as context:
                service = BookingService(context)
                await service.confirm((await service.hold(await segment(world, clinic), person, f"r{who}")).id)
        third = await ward.person(world, "c", "王五")
        async with world.context("c") as context:
            await BookingService(context).hold(await segment(world, "1101"), third, "rc")
        yield here, world


async def segment(world: World, clinic: str) -> int:
    doctor = {"1101": "1023", "1102": "1031"}[clinic]
    return int((await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am{clinic}{doctor}"))[0].id)


async def doctor(here: Desk, login: str, code: str, role: dict[str, str]) -> Staff:
    made = await here.hire(login, role=role)
    async with here.database.transaction() as tx:
        row = await people.by_login(tx, login)
        assert row is not None
        await people.change(tx, row.id, doctor=code)
    return made


async def sheet(browser: Browser) -> list[str]:
    """The texts of the cells of the file that was just sent, those of columns that hold text."""
    assert browser.answer is not None and browser.status == 200
    with zipfile.ZipFile(io.BytesIO(await browser.answer.read())) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        return re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())


DAY = f"since={ward.TOMORROW}&until={ward.TOMORROW}"


async def test_who_sees_all_sees_sessions_use_and_masked_persons(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await here.hire("office", role=ALL))
        page = await browser.get(f"/desk/booking/?day={ward.TOMORROW}")
        assert "王静" in page and "李崇文" in page and "09:00–10:00" in page
        assert "25.0%" in page.split("<tfoot>")[1].split("</tfoot>")[0]
        page = await browser.get(f"/desk/booking/appointments?{DAY}")
        assert "张*明" in page and "王*" in page and "张三明" not in page and "李四" not in page
        assert "共 3 条" in page and "待确认" in page and "已预约" in page
        opened = re.findall(r'hx-get="(/desk/booking/appointment/[^"]+)"', page)
        page = await browser.get(opened[0], headers={"HX-Request": "true"})
        assert "<html" not in page and "张*明" in page and "微信" in page
        page = await browser.get(f"/desk/booking/use?{DAY}")
        assert "呼吸内科" in page and "25.0%" in page  # two of eight slots are taken, one more is held
        page = await browser.get(f"/desk/booking/?view=week&day={ward.TOMORROW}")
        assert "1/4" in page and "停诊" in page
        page = await browser.get(f"/desk/booking/?view=month&day={ward.TOMORROW}")
        assert "2 / 8" in page


async def test_a_department_sees_its_clinics_and_nothing_else(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        browser = await here.enter(await here.hire("nurse", role=SOME, clinics=["1101"]))
        span = f"day={ward.TOMORROW}&{DAY}"
        for page in PAGES:
            for asked in ("", "&view=week", "&view=month", "&clinic=1102", "&doctor=D1031", "&by=doctor", "&by=date"):
                text = await browser.get(f"/desk/booking/{page}?{span}{asked}")
                assert browser.status == 200
                assert not any(each in text for each in ("心血管内科", "李崇文", "李*")), (page, asked)
            text = await browser.get(f"/desk/booking/{page}?{span}")
            assert 'value="1102"' not in text and "呼吸内科" in text
            for which in ("page", "all"):
                await browser.get(f"/desk/booking/{page}?{span}&export={which}")
                cells = await sheet(browser)
                assert not {"心血管内科", "李崇文", "李*"} & set(cells)
                assert page == "waiting" or "呼吸内科" in cells


async def test_a_doctor_sees_their_own_sessions(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        browser = await here.enter(await doctor(here, "wang", "D1023", OWN))
        for page in PAGES:
            span = f"day={ward.TOMORROW}&{DAY}&by=doctor"
            text = await browser.get(f"/desk/booking/{page}?{span}")
            assert "李崇文" not in text and "李*" not in text and "王静" in text
            await browser.get(f"/desk/booking/{page}?{span}&export=all")
            cells = await sheet(browser)
            assert "李崇文" not in cells and "心血管内科" not in cells


async def test_nobody_without_a_place_sees_anything(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        for role in (SOME, OWN):
            browser = await here.enter(await here.hire(f"x{len(here.clients)}", role=role))
            for page in PAGES:
                text = await browser.get(f"/desk/booking/{page}?day={ward.TOMORROW}&{DAY}")
                assert "王静" not in text and "李崇文" not in text and "张*明" not in text
        browser = await here.enter(await here.hire("none", role={"staff.view": "all"}))
        for page in (*PAGES, "mine"):
            await browser.get(f"/desk/booking/{page}")
            assert browser.status == 403


async def test_what_lies_outside_is_not_there_by_address_either(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        boss = await here.enter(await here.hire("office", role=ALL))
        page = await boss.get(f"/desk/booking/appointments?{DAY}&clinic=1102")
        other = re.findall(r'hx-get="/desk/booking/appointment/([^"]+)"', page)[0]
        code = f"{ward.TOMORROW:%y%m%d}am11021031"
        for staff in (await here.hire("nurse", role=SOME, clinics=["1101"]), await doctor(here, "wang", "D1023", OWN)):
            browser = await here.enter(staff)
            for path in (f"appointment/{other}", f"session/{code}"):
                await browser.get(f"/desk/booking/{path}")
                assert browser.status == 404
            for path in (f"appointments?{DAY}&open={other}", f"?day={ward.TOMORROW}&open={code}"):
                text = await browser.get(f"/desk/booking/{path}")
                assert "心血管" not in text and "李*" not in text
        browser = await here.enter(await here.hire("looker", role={"booking.view": "all"}))
        await browser.get(f"/desk/booking/appointments?{DAY}&export=all")
        assert browser.status == 403


async def test_filters_pages_and_order(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        browser = await here.enter(await here.hire("office", role=ALL))
        for asked, many in (("&state=held", 1), ("&state=booked", 2), ("&channel=wechat", 3), ("&channel=phone", 0),
                            ("&clinic=1101", 2), ("&doctor=D1031", 1), ("&person=nobody", 0), ("&state=nonsense", 3)):
            page = await browser.get(f"/desk/booking/appointments?{DAY}{asked}")
            assert page.count("<tr tabindex") == many, asked
        for sort in ("time", "-time", "created", "clinic", "-doctor", "number", "channel", "state", "person"):
            page = await browser.get(f"/desk/booking/appointments?{DAY}&sort={sort}")
            assert page.count("<tr tabindex") == 3
        page = await browser.get("/desk/booking/appointments?since=nonsense&until=2027-13-44")
        assert browser.status == 200 and "没有这样的预约" in page
        page = await browser.get("/desk/booking/appointments?since=2027-03-02&until=2029-01-01")
        assert 'value="2027-04-01"' in page  # 31 days, and no more


async def test_a_doctor_sees_on_the_phone_who_comes(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        browser = await here.enter(await doctor(here, "wang", "D1023", ALL))
        page = await browser.get("/desk/booking/mine")
        assert "今天没有您的出诊" in page and "呼吸内科" in page and "还剩 2 个号" in page and "心血管" not in page
        day = f"{ward.TOMORROW:%y%m%d}am"
        page = await browser.get(f"/desk/booking/mine/{day}11011023")
        assert "张*明" in page and "<html" not in page
        await browser.get(f"/desk/booking/mine/{day}11021031")
        assert browser.status == 404
        here.clock.shift(timedelta(hours=15, minutes=20))  # 0:20 of the day itself
        browser = await here.enter(Staff("wang", "", (await _secret(here, "wang"))))
        page = await browser.get("/desk/booking/mine")
        assert "张*明" in page and "张三明" not in page and 'class="now"' in page
        browser = await here.enter(await here.hire("clerk", role=ALL))
        assert "没有对应到一位医生" in await browser.get("/desk/booking/mine")


async def test_the_waiting_list_tells_places_and_ends(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, _):
        async with sqlite_database.transaction() as tx:
            session = await tx.scalar(store.session.select().with_only_columns(store.session.c.id)
                                      .where(store.session.c.clinic == "1101", store.session.c.state == "open"))
            for person, state in ((1, "waiting"), (2, "given_up"), (3, "waiting")):
                await entries.add(tx, session_id=session, person_id=person, contact_id=1, channel="wechat",
                                  joined_at=tx.now)
                if state != "waiting":
                    mine = entries.entry.update().where(entries.entry.c.person_id == person)
                    await tx.update(mine.values(state=state, open=None))
        browser = await here.enter(await here.hire("office", role=ALL))
        page = await browser.get("/desk/booking/waiting")
        assert "候补中" in page and "自己放弃" in page and "张*明" in page and "张三明" not in page
        assert re.findall(r'<td class="number">(\d?)</td>', page) == ["1", "", "2"]
        page = await browser.get("/desk/booking/waiting?state=waiting&clinic=1102")
        assert "没有人候补" in page


async def _secret(here: Desk, login: str) -> str:
    async with here.database.reading() as tx:
        row = await people.by_login(tx, login)
    assert row is not None and row.factor
    return str(row.factor)
