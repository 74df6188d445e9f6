"""Booking by staff where something comes before it: a visit that was stopped, an examination, what a contact does."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.db.engine import Database
from flows.booking.exams.service import ExamService
from flows.booking.service import BookingService
from flows.booking.standing.refusals import TooManyCancelled
from flows.booking.stops.refusals import ChoiceFirst
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import choice
from flows.booking.stops.undoing import Undoing
from flows.booking.waiting import store as entries
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from tests.flows.booking import behalf, ward
from tests.flows.booking.exams import devices
from tests.flows.booking.test_behalf_desk import HOME, RIGHTS, public
from tests.flows.booking.test_office import office
from tests.flows.booking.test_waiting import full, states
from tests.support.desk import Desk
from tests.support.world import World

STOPS = "/desk/booking/stops/"
CALLS = {"booking.stops.view": "all", "booking.stops.call": "all"}


async def stop(world: World, session: int) -> str:
    """The hospital stops it; gives the stop's public id."""
    async with behalf.desk(world) as context:
        made = await StopsService(context).stop(Wish(session, "临时停诊"), "stopped")
    return str(made.public_id)


async def choices(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(select(choice).order_by(choice.c.id)))


async def test_what_was_stopped_is_neither_cancelled_nor_changed(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Also not past the patient's own time with the right to that; taken back, it is as on any other day."""
    code = await ward.session(world)
    await ward.session(world, ward.TOMORROW.replace(day=3))
    await ward.sync(world)
    segments = await ward.segments(world, code)
    other = (await ward.segments(world, f"{ward.TOMORROW.replace(day=3):%y%m%d}am11011023"))[0].id
    person = await behalf.caller(world)
    made = await behalf.booked(world, person, segments[0].id)
    stopped = await stop(world, segments[0].session_id)
    travel.shift(13 * 3600)
    for late in (False, True):
        async with behalf.acting(world, person, late=late) as clerk:
            for act in (clerk.cancel(made.id), clerk.change(made.id, other)):
                with pytest.raises(ChoiceFirst):
                    await act
    assert [row.state for row in await choices(world)] == ["open"]
    assert (await behalf.now(world, made.id)).state == "booked"
    async with behalf.desk(world) as context:
        await Undoing(context).undo(stopped)
    async with behalf.acting(world, person, late=True) as clerk:
        assert (await clerk.cancel(made.id)).state == "cancelled"
    assert await ward.balanced(world)


async def visit(world: World) -> tuple[Any, str]:
    """Of contact a in the office; with the public id of the person."""
    async with world.context("a") as context:
        row = (await BookingService(context).coming())[0]
    return row, f"{HOME}{await public(world, row.person_id)}"


async def test_a_stopped_visit_leads_to_the_page_of_its_choice(database: Database) -> None:
    async with office(database) as (here, world):
        row, home = await visit(world)
        await stop(world, row.session_id)
        page = f"{STOPS}person/{(await choices(world))[0].public_id}"
        browser = await here.enter(await here.hire("clerk", role=RIGHTS | CALLS))
        shown = await browser.get(home)
        assert "停诊，等患者选" in shown and f'href="{page}"' in shown and "改时间" not in shown
        for act, sent in (("cancel", {"why": "本人来电"}), ("change", {"segment": str(row.segment_id)})):
            await browser.get(f"{home}/appointment/{row.public_id}/{act}")
            assert (browser.status, browser.location) == (303, page)
            await browser.post(f"{home}/appointment/{row.public_id}/{act}", **sent)
            assert (browser.status, browser.location) == (303, page)
        assert (await behalf.now(world, row.id)).state == "booked"
        async with world.database.transaction() as tx:  # no way was open: the push fell to a call
            told = await tx.one(select(pushes.push).where(pushes.push.c.kind == "booking.stopped"))
            assert told is not None
            await calls.add(tx, told.id, told.contact_id, told.kind)
        await browser.get(page)
        await browser.post(f"{page}/choose", answer="cancel")
        async with world.database.reading() as tx:
            assert await calls.open_ones(tx, 10) == []
        assert (await behalf.now(world, row.id)).state == "cancelled"
        assert [each.state for each in await choices(world)] == ["cancelled"]
        assert "停诊，等患者选" not in await browser.get(home)


async def test_who_may_not_answer_for_a_stop_is_told_who_does(database: Database) -> None:
    async with office(database) as (here, world):
        row, home = await visit(world)
        await stop(world, row.session_id)
        browser = await here.enter(await here.hire("clerk", role=RIGHTS))
        shown = await browser.get(home)
        assert "由管停诊的同事办" in shown and STOPS + "person" not in shown and "改时间" not in shown
        await browser.post(f"{home}/appointment/{row.public_id}/cancel", why="本人来电")
        assert browser.status == 409 and "由管停诊的同事" in browser.page
        assert (await behalf.now(world, row.id)).state == "booked"


async def examination(here: Desk, world: World) -> tuple[Any, str]:
    """A hold of an examination by contact a; with the address of the person."""
    row, home = await visit(world)
    await devices.build(world)
    code = await devices.session(world, ward.TOMORROW.replace(day=3), "212")
    await ward.sync(world)
    order = (await devices.ordered(world, "张三明", "HC-ECG"))[0]
    segment = (await ward.segments(world, code))[0].id
    async with world.context("a") as context:
        held = await ExamService(context).hold_together(row.person_id, {order: segment}, "exam")
    return held[0], home


async def test_an_examination_is_given_back_only_with_all_that_belongs_to_it(database: Database) -> None:
    async with office(database) as (here, world):
        row, home = await examination(here, world)
        browser = await here.enter(await here.hire("clerk", role=RIGHTS))
        shown = await browser.get(home)
        assert f"{home}/exams/held/{row.public_id}" in shown
        address = f"{home}/held/{row.public_id}"
        for act in ("confirm", "release"):
            await browser.get(home)
            await browser.post(f"{address}/{act}", via="phone")
            assert browser.status == 404
        assert (await behalf.now(world, row.id)).state == "held"
        await browser.get(f"{home}/exams/held/{row.public_id}")
        await browser.post(f"{home}/exams/held/{row.public_id}/release", via="phone")
        assert browser.status == 303 and (await behalf.now(world, row.id)).state == "released"


async def test_who_cancels_all_the_time_is_put_on_the_list_by_staff(world: World) -> None:
    terms = world.settings.standing.model_copy(update={"most_cancelled": 1})
    world.settings = world.settings.model_copy(update={"standing": terms})
    session, _ = await full(world)
    code = await ward.session(world, doctor="1024", capacity=4)
    await ward.sync(world)
    segment, person = (await ward.segments(world, code))[0].id, await ward.person(world)
    for n in range(2):
        async with world.context() as context:
            service = BookingService(context)
            await service.confirm((await service.hold(segment, person, f"take {n}")).id)
            await service.cancel((await service.coming())[0].id)
    async with world.context() as context:
        with pytest.raises(TooManyCancelled):
            await BookingService(context).waiting.join([session], person)
    async with behalf.acting(world, person) as clerk:
        await clerk.waiting.join([session], person)
    assert await states(world) == [entries.WAITING]
