"""Who stands in is seen wherever the office looks: sessions, appointments, rosters, and on the substitute's phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from types import SimpleNamespace
from typing import Any

from bot.db.engine import Database
from flows.booking.seats.rules import Seat, seat
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from tests.flows.booking import ward
from tests.flows.booking.test_office import ALL, DAY, OWN, doctor, office
from tests.support.world import World

EVERYTHING = ALL | {"booking.roster.see": "all", "booking.stops.stop": "all"}


async def stop(world: World, since: time | None = None) -> None:
    """王静 cannot come tomorrow; 陈松年 sits there."""
    code = f"{ward.TOMORROW:%y%m%d}am11011023"
    session = (await ward.segments(world, code))[0].session_id
    async with world.context("a") as context:
        staff = replace(context, contact=None, actor="staff:test")
        await StopsService(staff).stop(Wish(session, "临时有手术", since, "D1024"), "stopped")


async def test_the_office_sees_who_stands_in(database: Database) -> None:
    async with office(database) as (here, world):
        await stop(world)
        browser = await here.enter(await here.hire("office", role=EVERYTHING))
        page = await browser.get(f"/desk/booking/?day={ward.TOMORROW}")
        assert "陈松年" in page and "替 王静" in page and ">替诊<" in page
        page = await browser.get(f"/desk/booking/?view=week&day={ward.TOMORROW}")
        assert "陈松年替" in page
        for who in ("D1023", "D1024"):
            page = await browser.get(f"/desk/booking/appointments?{DAY}&doctor={who}")
            assert "陈松年" in page and "替 王静" in page and "李*" not in page, who
        page = await browser.get(f"/desk/booking/roster/?day={ward.TOMORROW}")
        assert "陈松年替" in page and "陈松年 替 王静" in page
        page = await browser.get(f"/desk/booking/stops/new?day={ward.TOMORROW}")
        assert "陈松年 替诊" in page and "换替诊…" in page
        page = await browser.get(f"/desk/booking/roster/session/{ward.TOMORROW:%y%m%d}am11011023")
        assert "陈松年 替 王静" in page
        mine = await here.enter(await doctor(here, "chen", "D1024", OWN))
        page = await mine.get("/desk/booking/mine")
        assert "呼吸内科" in page and "替 王静" in page


async def test_who_stands_in_for_a_part_is_said_with_the_hour(database: Database) -> None:
    async with office(database) as (here, world):
        await stop(world, time(9, 30))
        browser = await here.enter(await here.hire("office", role=EVERYTHING))
        page = await browser.get(f"/desk/booking/?day={ward.TOMORROW}")
        assert "09:30 起 陈松年替" in page
        assert "09:30 陈松年替" in await browser.get(f"/desk/booking/roster/?day={ward.TOMORROW}")
        page = await browser.get(f"/desk/booking/appointments?{DAY}&doctor=D1024")
        assert "张*明" not in page, "at nine 王静 is still there"


async def test_a_list_of_appointments_ends_with_its_sums(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await here.hire("office", role=ALL))
        page = await browser.get(f"/desk/booking/appointments?{DAY}&cols=date,number,state,fee")
        foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
        assert "合计" in foot and "已预约 <b>2</b>" in foot and "待确认 <b>1</b>" in foot
        assert ">3<" in foot and "75" in foot


async def test_an_empty_day_points_to_the_next_that_has_something(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await here.hire("office", role=EVERYTHING))
        page = await browser.get("/desk/booking/appointments")
        assert "今天没有预约" in page and f"since={ward.TOMORROW}&until={ward.TOMORROW}" in page
        page = await browser.get("/desk/booking/")
        assert "最近有出诊的是" in page and f"day={ward.TOMORROW}" in page
        assert "王静" in await browser.get("/desk/booking/use?by=doctor")


def test_seats() -> None:
    def told(**values: Any) -> Any:
        return SimpleNamespace(**{"doctor": "a", "substitute": None, "sitting": "a"} | values)

    nobody = {"substitute": None, "since": "", "starts": "09:00"}
    assert seat(told(), nobody) == Seat("a")
    assert seat(told(substitute="b", sitting="b"), nobody) == Seat("b", "a")
    assert seat(told(), {"substitute": "b", "since": "09:00", "starts": "09:00"}) == Seat("b", "a")
    assert seat(told(), {"substitute": "b", "since": "10:00", "starts": "09:00"}) == Seat("a", None, "b", "10:00")
