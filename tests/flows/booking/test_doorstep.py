"""In a rush: what is full is known for a moment and never longer, and who hammers gains nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from flows.booking import doorstep, glance, store
from flows.booking.left import store as left
from flows.booking.refusals import SlotTaken
from flows.booking.service import BookingService
from tests.flows.booking import ward
from tests.support.world import World


async def one_session(world: World, capacity: int) -> list[int]:
    code = await ward.session(world, capacity=capacity)
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


async def hold(world: World, who: str, segment: int, person: int, request: str) -> Any:
    async with world.context(who) as context:
        return await BookingService(context).hold(segment, person, request)


async def refusal(world: World, who: str, segment: int) -> SlotTaken | None:
    async with world.context(who) as context:
        return await BookingService(context).doorstep.refusal(segment)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The segments that were looked up by those who stand before the gate."""
    seen: list[int] = []
    place = left.place

    async def counted(tx: Any, segment_id: int, channel: str = "") -> Any:
        seen.append(segment_id)
        return await place(tx, segment_id, channel)

    monkeypatch.setattr(doorstep.left, "place", counted)
    return seen


async def test_what_is_full_is_refused_without_a_look_at_it(world: World, looks: list[int]) -> None:
    first, _ = await one_session(world, 1)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(3)]
    assert await refusal(world, "p0", first) is None
    held = await hold(world, "p0", first, people[0], "r0")
    with pytest.raises(SlotTaken):
        await hold(world, "p1", first, people[1], "r1")
    looks.clear()
    for _ in range(20):
        assert await refusal(world, "p2", first) is not None
    assert len(looks) <= 2, "one look for half a second, however many come"
    assert await refusal(world, "p0", first) is None, "whoever holds it is never told that it is gone"
    async with world.context("p0") as context:
        await BookingService(context).release(held.id)
    assert await refusal(world, "p2", first) is None, "here it is seen at once"
    assert (await hold(world, "p2", first, people[2], "r2")).state == "held"


async def test_a_slot_that_comes_back_elsewhere_is_seen_within_a_second(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Another process gives a slot back: nothing here forgets, and full is not said for longer than a moment."""
    first, _ = await one_session(world, 1)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(2)]
    await hold(world, "p0", first, people[0], "r0")
    with pytest.raises(SlotTaken):
        await hold(world, "p1", first, people[1], "r1")
    assert await refusal(world, "p1", first) is not None
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=1))
    assert glance.MOMENT_S <= 1
    travel.shift(glance.MOMENT_S)
    assert await refusal(world, "p1", first) is None


async def test_who_hammers_gains_nothing(world: World) -> None:
    """Forty taps of one contact at once, and single ones of others: one slot for each, in the order they came."""
    first, _ = await one_session(world, 3)
    greedy = await ward.person(world, "greedy", "钱多", known=False)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(4)]
    taps = [hold(world, "greedy", first, greedy, f"g{n}") for n in range(40)]
    others = [hold(world, f"p{n}", first, people[n], f"r{n}") for n in range(4)]
    got = await asyncio.gather(*taps, *others, return_exceptions=True)
    assert all(isinstance(each, SlotTaken) or each.state == "held" for each in got)
    async with world.database.reading() as tx:
        mine = select(store.appointment.c.person_id, func.count().label("many")).where(
            store.appointment.c.state == "held"
        )
        held = {row.person_id: row.many for row in await tx.all(mine.group_by(store.appointment.c.person_id))}
    assert set(held.values()) == {1} and len(held) == 3
    assert await ward.balanced(world)


async def test_a_tap_that_is_sent_again_and_again_is_one_hold(world: World) -> None:
    """By the chat itself: the same words many times at once. The second is an answer to what the first was asked."""
    first, second = await one_session(world, 2)
    await ward.person(world, "a", "张三明")
    await world.said("a", "王静")
    await asyncio.gather(*(world.said("a", "1") for _ in range(6)))
    async with world.database.reading() as tx:
        rows = await tx.all(select(store.appointment.c.state))
    assert [row.state for row in rows] == ["booked"]
    assert (await ward.census(world, first))["free"] + (await ward.census(world, second))["free"] == 3
