"""Changing to another time of the same doctor: both or neither, once, under the rules of booking and cancelling."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.errors import NotFound
from flows.booking import refusals, store
from flows.booking.service import BookingService
from flows.notices import store as notices
from tests.flows.booking import ward
from tests.support.world import World

LATER = ward.TOMORROW + timedelta(days=2)


async def segments(world: World, **how: Any) -> list[int]:
    code = await ward.session(world, **how)
    await ward.sync(world)
    return [int(row.id) for row in await ward.segments(world, code)]


async def booked(world: World, who: str, segment: int, person: int) -> int:
    async with world.context(who) as context:
        service = BookingService(context)
        held = await service.hold(segment, person, f"{who}{segment}")
        return int((await service.confirm(held.id)).id)


async def change(world: World, appointment: int, segment: int, who: str = "a") -> Any:
    async with world.context(who) as context:
        return await BookingService(context).change(appointment, segment)


async def row_of(world: World, appointment: int) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_by(tx, appointment)


async def test_the_new_one_is_taken_and_the_old_one_let_go(world: World) -> None:
    await world.said("a", "你好")  # so that the account may write to them
    first, second = await segments(world), await segments(world, day=LATER)
    old = await booked(world, "a", first[0], await ward.person(world))
    await world.drain.once()
    new = await change(world, old, second[1])
    await world.drain.once()
    was = await row_of(world, old)
    now = await row_of(world, new.id)
    assert (was.state, now.state, now.replaces, now.segment_id) == ("changed", "booked", old, second[1])
    assert now.registration and now.registration != was.registration
    assert (await ward.census(world, first[0]))["cooling"] == 1
    assert (await ward.census(world, second[1]))["taken"] == 1
    assert await ward.balanced(world)
    async with world.database.reading() as tx:
        rows = await tx.all(select(notices.push.c.kind, notices.push.c.state, notices.push.c.about))
    about = {(row.kind, row.about.partition(":")[2]): row.state for row in rows}
    assert about["booking.changed", now.public_id] == "sent"
    assert about["booking.evening", was.public_id] == "withdrawn"
    assert ("booking.evening", now.public_id) in about


async def test_a_repeated_tap_changes_once(world: World) -> None:
    first, second = await segments(world)
    old = await booked(world, "a", first, await ward.person(world))
    both = await asyncio.gather(*(change(world, old, second) for _ in range(3)))
    assert len({row.id for row in both}) == 1
    assert (await ward.census(world, second))["taken"] == 1
    assert await ward.balanced(world)


async def test_two_changes_at_once_leave_one_appointment(world: World) -> None:
    first, second = await segments(world, capacity=1)
    third, _ = await segments(world, day=LATER)
    old = await booked(world, "a", first, await ward.person(world))
    answers = await asyncio.gather(change(world, old, second), change(world, old, third), return_exceptions=True)
    assert sorted(isinstance(each, refusals.NotBooked) for each in answers) == [False, True]
    assert await ward.balanced(world)


async def test_a_full_segment_leaves_everything_as_it_was(world: World) -> None:
    first, second = await segments(world, capacity=1)
    old = await booked(world, "a", first, await ward.person(world))
    await booked(world, "b", second, await ward.person(world, "b", "李四"))
    with pytest.raises(refusals.SlotTaken):
        await change(world, old, second)
    assert (await row_of(world, old)).state == "booked"
    assert await ward.balanced(world)


async def test_another_doctor_is_no_change(world: World) -> None:
    first, _ = await segments(world)
    other, _ = await segments(world, doctor="1024")
    old = await booked(world, "a", first, await ward.person(world))
    with pytest.raises(refusals.OtherDoctor):
        await change(world, old, other)
    with pytest.raises(refusals.SameTime):
        await change(world, old, first)


async def test_on_the_eve_it_is_too_late(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await segments(world)
    old = await booked(world, "a", first, await ward.person(world))
    travel.shift(timedelta(hours=12))
    with pytest.raises(refusals.CancelTooLate):
        await change(world, old, second)


async def test_the_other_rules_hold(world: World) -> None:
    person = await ward.person(world)
    first, _ = await segments(world)
    later, _ = await segments(world, day=LATER)
    old = await booked(world, "a", first, person)
    await booked(world, "a", (await segments(world, day=LATER, half="pm"))[0], person)
    with pytest.raises(refusals.SameDoctorSameDay):
        await change(world, old, later)


async def test_nobody_changes_for_a_stranger(world: World) -> None:
    first, second = await segments(world)
    old = await booked(world, "a", first, await ward.person(world))
    with pytest.raises(NotFound):
        await change(world, old, second, who="b")


async def test_who_chooses_again_gives_the_first_hold_back(world: World) -> None:
    """Back from the page of a hold to another time of the same doctor."""
    first, second = await segments(world, capacity=1)
    person = await ward.person(world)
    async with world.context() as context:
        held = await BookingService(context).hold(first, person, "1")
    async with world.context() as context:
        assert (await BookingService(context).hold(first, person, "2")).id == held.id  # full because of themselves
        again = await BookingService(context).hold(second, person, "3")
        assert [row.id for row in await BookingService(context).holds()] == [again.id]
    assert (await row_of(world, held.id)).state == "released"
    assert await ward.balanced(world)


async def test_what_an_appointment_became_is_known(world: World) -> None:
    first, second = await segments(world), await segments(world, day=LATER)
    old = await booked(world, "a", first[0], await ward.person(world))
    new = await change(world, old, second[0])
    async with world.context("a") as context:
        service = BookingService(context)
        assert await service.became(await row_of(world, old)) == new.public_id
        assert await service.became(await row_of(world, int(new.id))) == ""
