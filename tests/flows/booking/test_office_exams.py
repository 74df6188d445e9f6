"""The desk's list of examinations, and the devices in the rosters."""

from __future__ import annotations

from datetime import time

from bot.db.engine import Database
from flows.booking.exams.book import take_over
from integrations.his import store as his
from integrations.his.examinations import Conflict, Examination, ExaminationBook
from tests.flows.booking import ward
from tests.flows.booking.test_office import ALL, SOME, office, sheet

BARIUM = Examination(
    "BA", "钡餐", "xr", "1101", (), 30, ("空腹 8 小时", "多喝水"), 8, time(10, 30), 10, False, 10, None, None, 9000
)
CT = Examination("CT", "增强 CT", "ct", "1102", (), 15, (), 0, None, 0, True, None, None, None, 40000)
BOOK = ExaminationBook((BARIUM, CT), (Conflict("apart", "BA", "CT", 7), Conflict("before", "CT", "BA")), (), 3)


async def test_examinations_are_listed_with_what_goes_before(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await here.hire("office", role=ALL))
        assert "还没有送来检查项目" in await browser.get("/desk/booking/exams")
        async with database.transaction() as tx:
            await take_over(tx, BOOK)
        page = await browser.get("/desk/booking/exams")
        assert "钡餐" in page and "空腹 8 小时；多喝水" in page and "用造影剂" in page
        page = await browser.get("/desk/booking/exams/BA")
        assert "最晚 10:30 做" in page and "做了钡餐，当天和以后 7 天不做增强 CT" in page
        assert "同一天先做增强 CT，做完再做钡餐" in page and "满 10 岁" in page
        assert "钡餐" not in (await browser.get("/desk/booking/exams?q=ct")).partition("<tbody>")[2]
        await browser.get("/desk/booking/exams?export=all")
        assert "钡餐" in await sheet(browser)


async def test_of_other_departments_there_is_nothing(database: Database) -> None:
    async with office(database) as (here, _):
        async with database.transaction() as tx:
            await take_over(tx, BOOK)
        browser = await here.enter(await here.hire("nurse", role=SOME, clinics=["1101"]))
        page = await browser.get("/desk/booking/exams")
        assert "钡餐" in page and "增强 CT" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
        await browser.get("/desk/booking/exams/CT")
        assert browser.status == 404


async def test_each_device_has_its_line_in_the_roster(database: Database) -> None:
    async with office(database) as (here, world):
        await ward.session(world, clinic="1501", doctor=None)
        async with database.transaction() as tx:
            await tx.update(his.session.update().where(his.session.c.clinic == "1501").values(kind="examination"))
        await ward.sync(world)
        browser = await here.enter(await here.hire("office", role=ALL | {"booking.roster.see": "all"}))
        page = await browser.get(f"/desk/booking/roster/?clinic=1501&day={ward.TOMORROW}")
        assert "检查设备 301" in page and "普通门诊" not in page.partition("<tbody>")[2]
        assert "检查设备" in await browser.get(f"/desk/booking/?clinic=1501&day={ward.TOMORROW}")
