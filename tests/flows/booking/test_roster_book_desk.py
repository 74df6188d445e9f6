"""What the office sees of the hospital's book: that it has a session, why it has not, and telling it once more."""

from __future__ import annotations

from bot.db.engine import Database
from integrations.his.conduct import GOOD, Conduct, behave
from tests.flows.booking import ward
from tests.flows.booking.clerk import book as booked
from tests.flows.booking.test_roster_desk import CODE, HOME, clerk, made, office, published
from tests.flows.booking.told import hospital, registrations, row, theirs


async def test_a_refusal_is_said_with_its_reason_and_told_again_once_put_right(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        await behave(database, Conduct(refuse={"tell_session": "no_room"}))
        await made(browser)
        await published(browser, world)
        await booked(world, CODE)
        page = await browser.get(HOME)
        assert "医院系统没有收 2 场出诊" in page and "医院系统里没有这间诊室" in page and f"open={CODE}" in page
        page = await browser.get(f"{HOME}session/{CODE}")
        assert "<h3>医院系统没有收" in page and "医院系统里没有这间诊室" in page and "已约的 1 人照常有效" in page
        assert "医院系统没有收" in await browser.get(f"{HOME}changes?act=session_refused")
        await behave(database, GOOD)
        reader = await here.enter(await clerk(here, "reader", without="booking.roster.publish"))
        assert "再报一次" not in await reader.get(f"{HOME}session/{CODE}")
        await reader.post(f"{HOME}session/{CODE}/tell")
        assert reader.status == 403
        other = await here.enter(await clerk(here, "other", "department", clinics=["1102"]))
        assert "医院系统没有收" not in await other.get(HOME)
        await other.post(f"{HOME}session/{CODE}/tell")
        assert other.status == 404
        await browser.get(f"{HOME}session/{CODE}")
        await browser.post(f"{HOME}session/{CODE}/tell")
        assert browser.status == 303
        await browser.get(browser.location)
        await browser.post(f"{HOME}session/{CODE}/tell")
        assert browser.status == 303  # a second tap is the first
        assert "正在报送" in await browser.get(f"{HOME}session/{CODE}")
        await world.drain.once()
        page = await browser.get(f"{HOME}session/{CODE}")
        assert "已登记" in page and (await row(world)).code in page and "再报一次" not in page
        await browser.post(f"{HOME}session/{CODE}/tell")
        assert browser.status == 409  # nothing is refused any more
        assert "医院系统没有收 1 场出诊" in await browser.get(HOME)
        assert len(await registrations(world)) == 1
        assert (await here.acts()).count("booking.session_told_again") == 1


async def test_the_hospitals_own_words_are_shown_as_they_are_and_harmless(database: Database) -> None:
    async with office(database) as (here, world):
        browser = await here.enter(await clerk(here))
        await behave(database, Conduct(refuse={"tell_session": "<b>E-77</b> 该科室未维护号别"}))
        await made(browser)
        await published(browser, world)
        assert "医院系统说“<b>E-77</b> 该科室未维护号别”" in await browser.get(HOME)
        assert "<b>E-77" not in browser.page and "&lt;b&gt;E-77" in browser.page


async def test_a_hospital_that_takes_none_is_said_in_plain_words(database: Database) -> None:
    async with office(database) as (here, world):
        hospital(world).takes_sessions = False
        browser = await here.enter(await clerk(here))
        await made(browser)
        await published(browser, world)
        page = await browser.get(f"{HOME}session/{CODE}")
        assert "不收本台的排班" in page and "没有收" not in page and await theirs(world) == []
        theirs_own = await ward.session(world, doctor="1024")
        await ward.sync(world)
        assert "不收本台的排班" not in await browser.get(f"{HOME}session/{theirs_own}")
