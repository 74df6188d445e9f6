"""The sweep looks first and gives back afterwards: what happened in between counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from bot.db.transaction import Transaction
from flows.booking import store
from flows.booking.due import store as due
from flows.booking.service import BookingService
from flows.booking.waiting import store as entries
from jobs import booking
from tests.flows.booking import ward
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=4)


async def sweep(world: World) -> None:
    await booking.sweep(world.workshop.job(name="booking.sweep"))


async def state(world: World, appointment: int) -> str:
    async with world.database.reading() as tx:
        return str(await tx.scalar(select(store.appointment.c.state).where(store.appointment.c.id == appointment)))


async def test_a_hold_that_was_kept_on_since_the_sweep_looked_is_not_given_back(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever said yes in the last moment, and is paying."""
    code = await ward.session(world, capacity=2)
    await ward.sync(world)
    person, segment = await ward.person(world), (await ward.segments(world, code))[0].id
    async with world.context() as context:
        held = await BookingService(context).hold(segment, person, "r")
    travel.shift(timedelta(hours=1))
    look, mine = due.holds, update(store.appointment).where(store.appointment.c.id == held.id)

    async def looked(tx: Transaction, limit: int) -> Sequence[Any]:
        rows = await look(tx, limit)
        async with world.database.transaction() as other:
            await other.update(mine.values(hold_until=other.now + timedelta(minutes=30)))
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(due, "holds", looked)
        await sweep(world)
    assert await state(world, held.id) == "held"
    assert (await ward.census(world, segment))["held"] == 1
    travel.shift(timedelta(minutes=31))
    await sweep(world)
    assert await state(world, held.id) == "expired"
    assert await ward.balanced(world)


async def test_whoever_waits_goes_on_waiting_where_a_stop_was_taken_back_since_the_job_looked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = await ward.session(world, DAY, capacity=1)
    await ward.sync(world)
    people = [await ward.person(world, who=who) for who in ("a", "b", "c")]
    for who, person, segment in zip(("a", "b"), people, await ward.segments(world, code), strict=False):
        async with world.context(who) as context:
            await BookingService(context).hold(segment.id, person, who)
            session = (await BookingService(context).segment(segment.id)).session_id
    async with world.context("c") as context:
        (entry,) = await BookingService(context).waiting.join([session], people[2])
    look, mine = due.hopeless, update(store.session).where(store.session.c.id == session)

    async def looked(tx: Transaction, after: datetime, limit: int) -> Sequence[int]:
        rows = await look(tx, after, limit)
        async with world.database.transaction() as other:
            await other.update(mine.values(state="open"))
        return rows

    async def ended() -> bool:
        async with world.database.reading() as tx:
            row = await entries.by_id(tx, entry.id)
            return row is not None and row.state == entries.OVER

    async with world.database.transaction() as tx:
        await tx.update(mine.values(state="stopped"))
    with monkeypatch.context() as patch:
        patch.setattr(due, "hopeless", looked)
        await booking.waiting(world.workshop.job(name="booking.waiting"))
    assert not await ended()
    async with world.database.transaction() as tx:
        await tx.update(mine.values(state="stopped"))
    await booking.waiting(world.workshop.job(name="booking.waiting"))
    assert await ended()
