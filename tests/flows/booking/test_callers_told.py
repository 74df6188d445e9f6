"""Who has only a phone is told of coming and not coming by text message, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from bot.settings_standing import Standing
from jobs import booking_standing as jobs
from tests.flows.booking import behalf, ward
from tests.flows.booking.days import DAY, HALF_PAST_TEN, at, book, hospital, row_of, run, session
from tests.support.world import World


def told(world: World) -> list[str]:
    return [kind.removeprefix("booking.") for _, kind, _ in world.sms.sent]


async def test_near_their_number(world: World, travel: time_machine.Coordinates) -> None:
    world = behalf.with_sms(world)
    segments = await session(world)
    first = await book(world, segments[0], await ward.person(world))
    await behalf.booked(world, await behalf.caller(world), segments[0])
    await world.drain.once()
    at(travel, "09:00")
    assert await hospital(world).came((await row_of(world, first)).public_id, seen=True)
    for _ in range(2):
        await run(world, jobs.attendance)
        await world.drain.once()
    assert told(world).count("near") == 1
    assert world.sms.sent[-1][2]["turn"] == "下一个就到" and "王静" in world.sms.sent[-1][2]["place"]


@pytest.mark.parametrize(("most", "then"), [(1, ["locked", "unlocked"]), (3, ["no_show"])])
async def test_missed_written_down_and_free_again(
    world: World, travel: time_machine.Coordinates, most: int, then: list[str]
) -> None:
    world = behalf.with_sms(world, standing=Standing(most_no_shows=most))
    segments = await session(world)
    await behalf.booked(world, await behalf.caller(world), segments[0])
    await world.drain.once()
    at(travel, "09:02")
    for _ in range(2):
        await run(world, jobs.begun)
        await world.drain.once()
    assert told(world)[-1] == "missed" and world.sms.sent[-1][2]["until"] == "上午 10:00"
    at(travel, HALF_PAST_TEN)
    await run(world, jobs.attendance, jobs.no_shows)
    travel.move_to(f"{DAY + timedelta(days=1)}T02:00:00+00:00")
    await world.drain.once()
    travel.shift(timedelta(days=91))
    await run(world, jobs.locks)
    await world.drain.once()
    assert told(world) == ["booked", "missed", *then]
