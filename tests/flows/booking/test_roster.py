"""Rosters come in, change, vanish; no appointment is ever disturbed."""

from __future__ import annotations

import asyncio
from datetime import time

import pytest

from flows.booking import store
from flows.booking.refusals import SessionStopped
from flows.booking.roster.plan import Changes, Kept, changes
from flows.booking.service import BookingService
from integrations.his.port import Segment
from jobs import booking
from tests.flows.booking import ward
from tests.support.world import World


def segment(position: int, first: int, capacity: int) -> Segment:
    return Segment(position, time(8 + position), time(9 + position), capacity, first)


def test_nothing_changes() -> None:
    kept = [Kept(1, 1, 1, True), Kept(2, 1, 2, False)]
    assert changes(kept, [segment(1, 1, 2)]) == Changes()


def test_more_and_fewer_slots() -> None:
    kept = [Kept(1, 1, 1, False), Kept(2, 1, 2, True), Kept(3, 1, 3, False)]
    assert changes(kept, [segment(1, 1, 1)]) == Changes(drop=[2], conflicts=[3])
    assert changes(kept[:2], [segment(1, 1, 4)]) == Changes(add=[(1, 3), (1, 4)])


def test_a_number_moves_to_another_segment_unless_somebody_has_it() -> None:
    kept = [Kept(1, 1, 1, True), Kept(2, 1, 2, True), Kept(3, 2, 3, False), Kept(4, 2, 4, True)]
    found = changes(kept, [segment(1, 1, 3), segment(2, 4, 1)])
    assert found == Changes(conflicts=[3])
    freed = changes([Kept(3, 2, 3, True)], [segment(1, 3, 1)])
    assert freed == Changes(drop=[3], add=[(1, 3)])


async def sync(world: World) -> None:
    await booking.sync_rosters(world.workshop.job())


async def hold(world: World, segment_id: int) -> int:
    person = await ward.person(world)
    async with world.context() as context:
        held = await BookingService(context).hold(segment_id, person, "r")
        return int((await BookingService(context).confirm(held.id)).id)


async def test_taken_over_once_by_two_workers(world: World) -> None:
    codes = [await ward.session(world, doctor=doctor) for doctor in ("1023", "1024", None)]
    await ward.sync(world)
    async with world.database.transaction() as tx:
        for table in (store.slot, store.segment, store.session):
            await tx.update(table.delete())
    await asyncio.gather(sync(world), sync(world))
    for code in codes:
        rows = await ward.segments(world, code)
        assert [(row.start_wall, row.end_wall, row.capacity, row.free, row.first_number) for row in rows] == [
            ("09:00", "09:30", 2, 2, 1), ("09:30", "10:00", 2, 2, 3)
        ]
    assert await ward.balanced(world)


async def test_a_changed_session_keeps_its_appointments(world: World) -> None:
    code = await ward.session(world, capacity=3)
    await ward.sync(world)
    first, _ = await ward.segments(world, code)
    await hold(world, first.id)
    await ward.change_session(world, code, capacity=1, consultation_fee=5000)
    await sync(world)
    first, second = await ward.segments(world, code)
    assert (first.capacity, first.free, second.capacity) == (1, 0, 1)
    await ward.change_session(world, code, capacity=4)
    await sync(world)
    assert [(row.capacity, row.free) for row in await ward.segments(world, code)] == [(4, 3), (4, 4)]
    assert await ward.balanced(world)


async def test_a_stopped_session_is_not_booked_and_keeps_its_appointments(world: World) -> None:
    code = await ward.session(world)
    await ward.sync(world)
    first, _ = await ward.segments(world, code)
    appointment = await hold(world, first.id)
    await ward.change_session(world, code, state="stopped")
    await sync(world)
    other = await ward.person(world, "b", "李四")
    async with world.context("b") as context:
        with pytest.raises(SessionStopped):
            await BookingService(context).hold(first.id, other, "r2")
    async with world.context() as context:
        assert (await BookingService(context).mine(appointment)).state == "booked"
    await ward.change_session(world, code, state="open")
    await sync(world)
    assert (await ward.segments(world, code))[0].state == "open"


async def test_a_session_that_vanished_and_comes_back(world: World) -> None:
    code, other = await ward.session(world), await ward.session(world, doctor="1024")
    await ward.sync(world)
    await ward.change_session(world, code, code="elsewhere")
    await sync(world)
    assert {row.state for row in await ward.segments(world, code)} == {"closed"}
    assert {row.state for row in await ward.segments(world, other)} == {"open"}
    await ward.change_session(world, "elsewhere", code=code)
    await sync(world)
    assert {row.state for row in await ward.segments(world, code)} == {"open"}


async def test_an_empty_roster_is_a_fault_of_the_line(world: World) -> None:
    code = await ward.session(world)
    await ward.sync(world)
    async with world.database.transaction() as tx:
        from integrations.his import store as his

        await tx.update(his.session.delete())
    await sync(world)
    assert {row.state for row in await ward.segments(world, code)} == {"open"}


async def test_a_substitute_is_who_sits_there(world: World) -> None:
    code = await ward.session(world)
    await ward.change_session(world, code, substitute="D1024")
    await ward.sync(world)
    async with world.context() as context:
        offers, _ = await BookingService(context).offers.doctors("1101")
    assert [offer.code for offer in offers] == ["D1024"]
