"""The board of stops: its figures follow from one another, it looks for news by itself, and places are told apart."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot.access.visits.store import session as visits
from bot.db.engine import Database
from flows.booking.stops import rules
from flows.booking.stops.choices import store as choices
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import choice
from integrations.his import store as his
from tests.flows.booking import ward
from tests.flows.booking.test_office import office
from tests.support.world import World

RIGHTS = {f"booking.{each}": "all" for each in (
    "view", "use", "shares", "fair", "stops.view", "stops.stop", "stops.call", "roster.see")}


async def stop(world: World) -> str:
    """王静's session of tomorrow, with its one patient; gives the stop's name."""
    session = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023"))[0].session_id
    async with world.context("a") as context:
        staff = replace(context, contact=None, actor="staff:test")
        return str((await StopsService(staff).stop(Wish(session, "临时有手术"), "stopped")).public_id)


def figures(page: str) -> dict[str, int]:
    return {title: int(count) for count, title in re.findall(r"<li[^>]*><b>(\d+)</b><span>(?:<a[^>]*>)?(\w+)", page)}


async def test_who_has_seen_it_was_told(database: Database) -> None:
    """The page can be opened before the message is through, or where it was lost."""
    assert [rules.told(fate, seen=True) for fate in ("waiting", "lost", "sent")] == ["arrived"] * 3
    assert rules.told("waiting", seen=False) == "waiting"
    async with office(database) as (here, world):
        public = await stop(world)
        browser = await here.enter(await here.hire("office", role=RIGHTS))
        before = figures(await browser.get(f"/desk/booking/stops/stop/{public}"))
        assert before["受影响"] == 1 and before["已看到"] == 0 and before["已发出"] == 0
        async with database.transaction() as tx:
            await choices.saw(tx, await tx.scalar(select(choice.c.id)), "page")
        after = figures(await browser.get(f"/desk/booking/stops/stop/{public}"))
        assert after["已发出"] == after["已送达"] == after["已看到"] == 1


async def test_a_page_that_looks_by_itself_keeps_no_session_alive(database: Database) -> None:
    async with office(database) as (here, _):
        browser = await here.enter(await here.hire("office", role=RIGHTS))
        page = await browser.get("/desk/booking/stops/")
        assert 'data-fresh="15"' in page and "desk/fresh" in page
        idle = here.settings.desk.idle_minutes
        here.clock.shift(timedelta(minutes=idle - 5))
        await browser.get("/desk/booking/stops/", headers={"X-Refresh": "1"})
        assert browser.status == 200
        async with database.reading() as tx:
            before = await tx.scalar(select(visits.c.seen_at).order_by(visits.c.id.desc()))
        here.clock.shift(timedelta(minutes=6))
        await browser.get("/desk/booking/stops/", headers={"X-Refresh": "1"})
        assert browser.status == 303 and browser.location == "/desk/sign-in"
        async with database.reading() as tx:
            assert await tx.scalar(select(visits.c.seen_at).order_by(visits.c.id.desc())) == before


async def test_a_clinic_that_two_sites_have_is_told_with_its_site(database: Database) -> None:
    async with office(database) as (here, world):
        async with database.transaction() as tx:
            await tx.insert(his.site, code="E", name="清梧医院 东院区", address="", phone="")
            await tx.update(his.site.update().where(his.site.c.code == "Z").values(name="清梧医院 总院"))
            await tx.insert(his.department, code="61", site="E", name="内科", intro="", discreet=False)
            await tx.insert(
                his.clinic, code="6101", department="61", site="E", name="呼吸内科", subjects="", phone="", intro="",
                min_age=None, max_age=None, sex=None, discreet=False, online=True, building="", floor="", area="",
                room="",
            )
        await ward.sync(world)
        public = await stop(world)
        browser = await here.enter(await here.hire("office", role=RIGHTS))
        for path in ("", "appointments", "waiting", "use", "shares", "draws", "stops/", "stops/new", "roster/"):
            page = await browser.get(f"/desk/booking/{path}")
            assert ">呼吸内科 · 总院<" in page, path
            assert path == "roster/" or ">呼吸内科 · 东院区<" in page, path
            assert ">呼吸内科<" not in page and ">清梧医院 总院<" not in page, path
        assert "<dd>呼吸内科 · 总院</dd>" in await browser.get(f"/desk/booking/stops/stop/{public}")
        page = await browser.get("/desk/booking/roster/")
        assert ">内科 · 总院<" in page and "roster-key" in page
