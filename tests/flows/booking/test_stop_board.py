"""The board of stops: its figures follow from one another, it looks for news by itself, and places are told apart."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

from sqlalchemy import select

from bot.access.rights import Places, Range
from bot.access.visits.store import session as visits
from bot.db.engine import Database
from flows.booking.stops import rules
from flows.booking.stops.board import Board
from flows.booking.stops.choices import store as choices
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import choice
from flows.booking.stops.telling import TOLD
from flows.notices.store import push
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


async def test_whom_to_call_is_counted_as_the_list_has_it(database: Database) -> None:
    """Whatever was told, seen and said, and whenever one looks."""
    async with office(database) as (_, world):
        await stop(world)
        async with world.context("a") as context:
            tx, counted = context.tx, set[int]()
            row: Any = (await choices.to_come(tx))[0]
            terms = Board(context, Range("all", "x")).terms
            moments = (row.made_at, row.made_at + terms.call_after, row.until, row.start_at - terms.call_before,
                       row.start_at, row.end_at)
            for told, seen, called in itertools.product(
                ("waiting", "sent", "fell", ""), (False, True), (None, "reached")
            ):
                await tx.update(choice.update().values(seen_at=tx.now if seen else None, called=called))
                of_stops = push.c.kind.in_(TOLD)
                await tx.update(push.update().where(of_stops).values(state=told) if told else push.delete())
                for at in (moment + timedelta(seconds=beside) for moment in moments for beside in (-1, 0)):
                    tx.now = at
                    board = Board(replace(context, now=at), Range("all", "x"))
                    listed = len(await board.calls())
                    with mock.patch.object(choices, "to_come", side_effect=AssertionError):
                        assert await board.count_calls() == listed, (told, seen, called, at)
                    counted.add(listed)
            assert counted == {0, 1}
            await tx.update(choice.update().values(called="no_answer"))
            tx.now = row.until
            for clinic, many in (("1101", 1), ("1102", 0)):
                reach = Range("department", "x", Places(clinics=frozenset({clinic})))
                assert await Board(replace(context, now=row.until), reach).count_calls() == many


async def test_the_first_page_says_how_many_to_call(sqlite_database: Database) -> None:
    async with office(sqlite_database) as (here, world):
        await stop(world)
        async with sqlite_database.transaction() as tx:
            await tx.update(push.update().values(state="fell"))
        browser = await here.enter(await here.hire("office", role=RIGHTS))
        assert re.search(r'href="/desk/booking/stops/calls"><strong class="num">1<', await browser.get("/desk/"))
