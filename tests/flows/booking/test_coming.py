"""Who comes, in time or late; the hospital's word; the day itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time

import pytest
import time_machine

from bot.errors import NotFound
from flows.booking import store
from flows.booking.glance import glance
from flows.booking.offers import Wanted
from flows.booking.refusals import SessionStopped
from flows.booking.service import BookingService
from flows.booking.standing.coming.arrivals import Arrivals
from flows.booking.standing.refusals import (
    CheckInNotYet,
    CheckInOver,
    NoPlaceLeft,
)
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.flows.booking.days import (
    TEN,
    at,
    book,
    check_in,
    count,
    hospital,
    row_of,
    run,
    session,
)
from tests.support.world import World


async def test_check_in_is_open_from_an_hour_before_to_the_start(
    world: World, travel: time_machine.Coordinates
) -> None:
    appointment = await book(world, (await session(world))[1], await ward.person(world))
    at(travel, "08:29")
    with pytest.raises(CheckInNotYet):
        await check_in(world, appointment)
    at(travel, "08:30")
    done = await check_in(world, appointment)
    assert (done.late, done.moved, done.again, done.row.id) == (False, False, False, appointment)
    at(travel, "09:40")
    again = await check_in(world, appointment)
    assert (again.late, again.again) == (False, True)
    assert await count(world, "booking_attendance") == 1


async def test_who_is_late_gets_a_later_place_once(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world)
    appointment = await book(world, first, await ward.person(world))
    await world.drain.once()
    at(travel, "09:01")
    done = await asyncio.gather(*(check_in(world, appointment) for _ in range(3)))
    new = done[0].row
    assert {each.row.id for each in done} == {new.id} and sum(not each.again for each in done) == 1
    assert await count(world, "notices_push", kind="booking.changed") == 0, "the answer has said it"
    # Behind in the same segment, before any later one.
    assert (new.segment_id, new.number, new.state, done[0].late) == (first, 2, "booked", True)
    assert (await row_of(world, appointment)).state == "changed"
    await world.drain.once()
    assert await count(world, "his_registration", active=1) == 1
    assert await ward.balanced(world)
    assert second != first


async def test_the_later_place_may_be_in_the_next_segment(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world, capacity=1)
    appointment = await book(world, first, await ward.person(world))
    at(travel, "09:20")
    assert (await check_in(world, appointment)).row.segment_id == second
    assert await ward.balanced(world)


async def test_later_is_what_begins_later_wherever_it_stands(
    world: World, travel: time_machine.Coordinates
) -> None:
    """A session that was extended to the front has its earliest time at its last position."""
    first, second = await session(world, capacity=1)
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(position=3))
    appointment = await book(world, first, await ward.person(world))
    at(travel, "09:20")
    assert (await check_in(world, appointment)).row.segment_id == second


async def test_a_later_place_stays_with_the_channel_that_booked(
    world: World, travel: time_machine.Coordinates
) -> None:
    appointment = await book(world, (await session(world))[0], await ward.person(world))
    at(travel, "09:01")
    async with world.context() as context:
        desk = Arrivals(replace(context, actor="staff:x", channel="web"))
        new = (await desk.check_in(appointment, "desk")).row
    old = await row_of(world, appointment)
    assert old.channel != "web" and (new.id != old.id, new.channel) == (True, old.channel)
    assert await count(world, "notices_push", kind="booking.changed") == 1, "they did not do it themselves"


async def test_no_later_place_is_said_and_the_place_stays(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world, capacity=1)
    appointment = await book(world, first, await ward.person(world))
    other = await book(world, second, await ward.person(world, "b", "李四"), "b")
    at(travel, "09:01")
    with pytest.raises(NoPlaceLeft):
        await check_in(world, appointment)
    assert (await row_of(world, appointment)).state == "booked"
    async with world.context("a") as context:  # staff let them in all the same
        assert (await Arrivals(replace(context, contact=None, actor="staff:x")).mark(appointment)).late
    at(travel, TEN)
    with pytest.raises(CheckInOver):
        await check_in(world, other, "b")


async def test_nobody_checks_in_where_it_was_stopped_meanwhile(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clerk's stop ends between the patient's first look and the patient's turn."""
    appointment = await book(world, (await session(world))[0], await ward.person(world))
    at(travel, "08:50")
    before = await row_of(world, appointment)
    async with world.database.transaction() as tx:
        mine = store.appointment.update().where(store.appointment.c.id == appointment)
        await tx.update(mine.values(stopped_at=tx.now))

    async def mine_before(*_: object) -> object:
        return before

    monkeypatch.setattr(Arrivals, "mine", mine_before)
    with pytest.raises(SessionStopped):
        await check_in(world, appointment)


async def test_nobody_checks_in_for_strangers(world: World, travel: time_machine.Coordinates) -> None:
    appointment = await book(world, (await session(world))[0], await ward.person(world))
    at(travel, "08:50")
    with pytest.raises(NotFound):
        await check_in(world, appointment, "stranger")


async def test_the_hospitals_word_counts_and_tells_whose_turn_is_near(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await session(world, capacity=6)
    made = [await book(world, segments[0], await ward.person(world, w, f"王{w}"), w) for w in "abcdef"]
    await world.drain.once()
    publics = [(await row_of(world, each)).public_id for each in made]
    at(travel, "09:00")
    assert await hospital(world).came(publics[0], seen=True)
    assert await hospital(world).came(publics[5])
    await run(world, jobs.attendance, jobs.attendance)
    assert await count(world, "booking_attendance", way="hospital") == 2
    # Three numbers or fewer before them: 2, 3 and 4; not 5 and 6.
    assert await count(world, "notices_push", kind="booking.near") == 3
    assert await hospital(world).came(publics[1], seen=True)
    await run(world, jobs.attendance)
    assert await count(world, "notices_push", kind="booking.near") == 4


async def test_whose_time_has_begun_is_told_once_unless_they_are_here(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await session(world)
    here = await book(world, segments[0], await ward.person(world))
    await book(world, segments[0], await ward.person(world, "b", "李四"), "b")
    at(travel, "08:50")
    await check_in(world, here)
    at(travel, "09:02")
    await run(world, jobs.begun, jobs.begun)
    assert await count(world, "notices_push", kind="booking.missed") == 1


async def test_whose_time_has_begun_is_told_however_many_others_there_are(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Visits of a clinic that notes nothing, and visits that were told of before, take nobody's turn."""
    async with world.database.transaction() as tx:
        await directory.set_rule(tx, "1101", ClinicRule(no_shows=False))
    forget(world.ports)
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    quiet, loud = (await session(world))[0], (await session(world, doctor="1031"))[0]
    for who, segment in (("a", quiet), ("b", loud), ("c", loud)):
        await book(world, segment, await ward.person(world, who, f"王{who}"), who)
    at(travel, "09:02")
    await run(world, jobs.begun, jobs.begun)
    assert await count(world, "notices_push", kind="booking.missed") == 2


async def test_the_day_itself_is_listed_as_it_may_be_booked(world: World, travel: time_machine.Coordinates) -> None:
    segments = await session(world, ward.TODAY)
    async def shown() -> list[int]:
        async with world.context() as context:
            return [each.id for each in await BookingService(context).offers.segments(Wanted("1101"))]

    assert await shown() == segments
    at(travel, "09:15", ward.TODAY)
    assert await shown() == segments[1:]
    for rule in (ClinicRule(same_day=False), ClinicRule(same_day_until=time(9)), ClinicRule(same_day_before=20)):
        async with world.database.transaction() as tx:
            await directory.set_rule(tx, "1101", rule)
        forget(world.ports)
        glance(world.ports).forget()
        assert await shown() == []
