"""When a slot is offered to who waits, and when it is not: at night, by a call, too near, and where one is left."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine

from flows.booking.refusals import NotFull
from flows.booking.service import BookingService
from flows.patients.links import store as links
from tests.flows.booking import ward
from tests.flows.booking.test_waiting import DAY, cancel, count, full, join, states, sweep
from tests.support.world import World


async def test_nobody_is_offered_anything_at_night(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    await join(world, "a", session)
    travel.move_to(world.clock.moment(ward.TODAY, time(21, 20)))
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=45))
    await sweep(world)
    assert await states(world) == ["waiting"]
    assert await count(world, "booking_slot", state="cooling") == 1
    travel.move_to(world.clock.moment(ward.TOMORROW, time(7, 30)))
    await sweep(world)
    assert await states(world) == ["offered"]


async def test_who_can_only_be_called_is_called(world: World, travel: time_machine.Coordinates) -> None:
    """Nothing of the account reaches a contact that never wrote, and no gateway is set: a task for staff."""
    session, made = await full(world)
    await join(world, "a", session)
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=31))
    await sweep(world)
    await world.drain.once()
    assert await count(world, "notices_call_task", reason="booking.offer") == 1


async def test_too_near_goes_to_anybody(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    await join(world, "a", session)
    await cancel(world, 0, made[0])
    travel.move_to(world.clock.moment(DAY, time(8, 1)))
    await sweep(world)
    assert await states(world) == ["waiting"]  # the second segment, at 9:30, is far enough away still
    assert await count(world, "booking_slot", state="free") == 1
    travel.shift(timedelta(minutes=30))
    await sweep(world)
    assert await states(world) == ["over"]


async def test_where_a_slot_is_left_nobody_waits(world: World) -> None:
    code = await ward.session(world, DAY, capacity=1)
    await ward.sync(world)
    session = (await ward.segments(world, code))[0].session_id
    with pytest.raises(NotFull):
        await join(world, "a", session)
    assert await states(world) == []


async def test_who_joined_is_told_when_family_gives_it_up(world: World) -> None:
    session, _ = await full(world)
    person = await join(world, "a", session)
    async with world.context("b") as context:
        assert context.contact is not None
        await links.add(
            context.tx, context.contact.id, person, mobile="13800000002", relation="spouse", is_default=True,
            reach="all", proof="sms", consent="2027-01", until=None, made_by="test",
        )
        service = BookingService(context)
        await service.waiting.give_up((await service.waiting.mine())[0].public_id)
    assert await states(world) == ["given_up"]
    assert await count(world, "notices_push", kind="booking.given_up") == 1
