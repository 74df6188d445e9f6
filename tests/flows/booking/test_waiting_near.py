"""A slot that comes back and that nobody of the waiting can have: nobody can tell when it may be booked again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.db.engine import Database
from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.waiting.rules import back_within
from tests.flows.booking import ward
from tests.flows.booking.test_waiting import DAY, cancel, count, full, join, states, sweep
from tests.support.world import World


@pytest.fixture
async def today(database: Database, travel: time_machine.Coordinates) -> World:
    """A hospital where one may cancel until the segment begins."""
    from tests.support.world import test_settings

    world = World(database, settings=test_settings(same_day={"cancel": "always", "cancel_before_minutes": 0}))
    await ward.open_hospital(world)
    return world


async def cooling(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(store.slot.select().where(store.slot.c.state == "cooling")))


async def comes_back(world: World, travel: time_machine.Coordinates, within: timedelta) -> None:
    """One slot cools until a moment that is not this one, and is anybody's then."""
    await world.drain.once()
    await sweep(world)
    (slot,) = await cooling(world)
    assert timedelta() < slot.back_at - clock.now() <= within
    assert await count(world, "booking_slot", state="free") == await count(world, "booking_offer", state="open") == 0
    travel.move_to(slot.back_at + timedelta(seconds=1))
    await sweep(world)
    assert await count(world, "booking_slot", state="free") == 1
    assert await ward.balanced(world)


async def test_cancelled_too_near_it_comes_back_at_a_random_moment_before_it_begins(
    today: World, travel: time_machine.Coordinates
) -> None:
    session, made = await full(today)
    await join(today, "a", session)
    travel.move_to(today.clock.moment(DAY, time(8, 20)))
    await cancel(today, 0, made[0])  # 9:00; the second segment is far enough away still
    await comes_back(today, travel, timedelta(minutes=20))


async def test_what_is_far_enough_away_is_offered_at_once_as_ever(
    today: World, travel: time_machine.Coordinates
) -> None:
    session, made = await full(today)
    await join(today, "a", session)
    travel.move_to(today.clock.moment(DAY, time(8, 20)))
    await cancel(today, 1, made[1])
    await today.drain.once()
    assert await states(today) == ["offered"]


async def test_whom_it_was_meant_for_gave_up_meanwhile(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    await join(world, "a", session)
    await cancel(world, 0, made[0])
    async with world.context("a") as context:
        waiting = BookingService(context).waiting
        for row in await waiting.mine():
            await waiting.give_up(row.public_id)
    await comes_back(world, travel, timedelta(minutes=30))


async def test_an_offer_that_ends_too_near_for_the_next(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    for who in "ab":
        await join(world, who, session)
    await cancel(world, 0, made[0])
    travel.move_to(world.clock.moment(DAY, time(7, 55)))
    await sweep(world)
    assert await states(world) == ["offered", "waiting"]
    travel.shift(timedelta(minutes=16))
    await comes_back(world, travel, timedelta(minutes=25))


def test_it_is_back_before_half_of_what_is_left_has_passed() -> None:
    now = datetime(2027, 3, 1, 8, tzinfo=UTC)
    back = [back_within(now + timedelta(minutes=left), now, 30) for left in (600, 60, 20, 0, -5)]
    assert [each // timedelta(minutes=1) for each in back] == [30, 30, 10, 0, 0]
    assert back_within(now + timedelta(hours=1), now, 0) == timedelta()
