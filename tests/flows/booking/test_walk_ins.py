"""Numbers that are not booked ahead: for who comes late or without an appointment, and for nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from flows.booking import store
from flows.booking.pool.later import store as spare
from flows.booking.refusals import SlotTaken
from flows.booking.standing.coming.arrivals import CHAT, Arrivals
from flows.booking.standing.refusals import NoPlaceLeft
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, TERMS, appointment, book, change, draft, publish
from tests.support.world import World

# Two stretches of two numbers each, of which the first is booked ahead.
HALVES = replace(TERMS, starts="08:00", ends="09:00", minutes=30, capacity=2, ahead=2)


@pytest.fixture(autouse=True)
async def published(world: World) -> None:
    await ward.sync(world)
    await draft(world, HALVES)
    await publish(world)


async def slots(world: World) -> list[tuple[int, str]]:
    async with world.database.reading() as tx:
        own = select(store.session.c.id).where(store.session.c.code == CODE).scalar_subquery()
        mine = select(store.slot.c.number, store.slot.c.state).where(store.slot.c.session_id == own)
        rows = await tx.all(mine.order_by(store.slot.c.number))
        return [(row.number, row.state) for row in rows]


async def late(world: World, who: str, row: Any) -> Any:
    async with world.context(who) as context:
        return (await Arrivals(context).check_in(row.id, CHAT)).row


async def test_they_are_nobodys_to_book(world: World) -> None:
    assert await slots(world) == [(1, "free"), (2, "spare"), (3, "free"), (4, "spare")]
    assert [(each.capacity, each.free) for each in await ward.segments(world, CODE)] == [(1, 1), (1, 1)]
    await book(world, CODE)
    with pytest.raises(SlotTaken):
        await book(world, CODE, who="b", name="李四海")
    assert await ward.balanced(world)


async def test_who_comes_late_gets_one(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await book(world, CODE), await book(world, CODE, at=1, who="b", name="李四海")
    travel.move_to("2027-03-02 00:10:00+00:00")
    assert ((await late(world, "a", first)).number, await ward.balanced(world)) == (2, True)
    travel.move_to("2027-03-02 00:40:00+00:00")
    assert (await late(world, "b", second)).number == 4
    assert await ward.balanced(world)


async def test_and_is_told_when_none_is_left(world: World, travel: time_machine.Coordinates) -> None:
    async with world.database.transaction() as tx:
        session = await tx.scalar(select(store.session.c.id).where(store.session.c.code == CODE))
        assert await spare.left(tx, session) == 2
        await spare.drop(tx, session)
    first = await book(world, CODE)
    await book(world, CODE, at=1, who="b", name="李四海")
    travel.move_to("2027-03-02 00:10:00+00:00")
    with pytest.raises(NoPlaceLeft):
        await late(world, "a", first)


async def test_a_new_limit_moves_them_and_disturbs_nobody(world: World) -> None:
    mine = await book(world, CODE)
    await change(world, **{name: getattr(HALVES, name) for name in ("starts", "ends", "minutes", "capacity")}, ahead=4)
    await publish(world)
    assert await slots(world) == [(1, "taken"), (2, "free"), (3, "free"), (4, "free")]
    assert (await appointment(world, mine.public_id)).state == "booked" and await ward.balanced(world)
