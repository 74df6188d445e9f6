"""Whose no-shows, locks and appeals: found by a whole name or number, and no further than a member reaches."""

from __future__ import annotations

from sqlalchemy import select

from bot.db.engine import Database
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.missing import store as missing
from flows.booking.store import appointment
from tests.flows.booking import ward
from tests.flows.booking.givens import misses
from tests.flows.booking.test_desk_standing import ALL, STANDING, town
from tests.support.desk import Browser, desk

LISTS = ("", "no-shows", "blacklist")


async def found(browser: Browser, here: str, text: str) -> str:
    """Whose list opens, or the page that says whom there is."""
    await browser.get(f"{STANDING}{here}")
    page = await browser.post(f"{STANDING}find", q=text, list=here)
    return await browser.get(browser.location) if browser.status == 303 else page


async def test_a_list_is_of_whom_was_looked_for(database: Database) -> None:
    async with desk(database) as place:
        world = await town(place)
        await ward.person(world, "b", "李四明")
        await misses(world, "0", "李四明", "b")
        async with world.context("b") as context:
            visit = await context.tx.one(select(appointment).where(appointment.c.request_id == "missed 李四明 0"))
            assert visit is not None
            await missing.write(context.tx, visit.id, visit.person_id, context.now)
            for matter in await Appeals(context).open_matters():
                await Appeals(context).file(matter["about"], "也来过")
        role = ALL | {"booking.standing.export": "all"}
        browser = await place.enter(await place.hire("clerk", role=role))
        for here in LISTS:
            await browser.get(f"{STANDING}{here}")
            await browser.post(f"{STANDING}find", q="张三明", list=here)
            whose = browser.location
            page = await browser.get(whose)
            assert "张*明" in page and "李*明" not in page and "一位就诊人" in page
            assert "张三明" not in whose and "person=" in whose
            page = await found(browser, here, "李四明")
            assert ("李*明" in page) is (here != "blacklist") and "张*明" not in page
            assert "没有这样的就诊人" in await found(browser, here, "张三")
            assert "没有这样的就诊人" in await found(browser, here, "1")
            assert "张*明" not in await browser.get(f"{STANDING}{here}?person=nobody")
            await browser.get(f"{whose}&export=all")
            assert browser.status == 200
            assert "张*明" in await browser.get(f"{STANDING}{here}") and "一位就诊人" not in browser.page
        assert (await place.acts()).count("patients.searched") == 4 * len(LISTS)


async def test_nobody_is_found_beyond_reach(database: Database) -> None:
    async with desk(database) as here:
        await town(here)
        rights = dict.fromkeys(ALL, "department")
        far = await here.enter(await here.hire("far", role=rights, clinics=["1102"]))
        near = await here.enter(await here.hire("near", role=rights, clinics=["1101"]))
        for each in LISTS:
            assert "没有这样的就诊人" in await found(far, each, "张三明")
            await near.get(f"{STANDING}{each}")
            await near.post(f"{STANDING}find", q="张三明", list=each)
            whose = near.location
            assert "张*明" in await near.get(whose)
            page = await far.get(whose)
            assert far.status == 200 and "张*明" not in page
        blind = await here.enter(await here.hire("blind", role={"booking.view": "all"}))
        await blind.post(f"{STANDING}find", q="张三明", list="")
        assert blind.status == 403
        await near.post(f"{STANDING}find", q="张三明", list="elsewhere")
        assert near.status == 400
