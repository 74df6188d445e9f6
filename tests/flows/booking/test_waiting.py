"""The waiting list below the conversation: to one after the other, once, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.db.schema import metadata
from flows.booking import store
from flows.booking.refusals import BookingRefusal, HoldExpired
from flows.booking.service import BookingService
from flows.booking.waiting import store as entries
from jobs import booking, registry
from jobs.outbox import Drain
from tests.flows.booking import ward
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=4)


async def full(world: World, capacity: int = 1, **how: Any) -> tuple[int, list[int]]:
    """A session of two segments, all of it booked by h0, h1, …; gives its id and the appointments."""
    code = await ward.session(world, DAY, capacity=capacity, **how)
    await ward.sync(world)
    rows = await ward.segments(world, code)
    made = []
    for n in range(capacity * 2):
        person = await ward.person(world, f"h{n}", f"王{n}", known=False)
        async with world.context(f"h{n}") as context:
            service = BookingService(context)
            held = await service.hold(rows[n // capacity].id, person, f"h{n}")
            made.append((await service.confirm(held.id)).id)
    return rows[0].session_id, made


async def join(world: World, who: str, session: int) -> int:
    """Contact `who` registers somebody, who joins; gives the person."""
    person = await ward.person(world, who, f"张{who}", known=False)
    async with world.context(who) as context:
        await BookingService(context).waiting.join([session], person)
    return person


async def cancel(world: World, n: int, appointment: int) -> None:
    async with world.context(f"h{n}") as context:
        await BookingService(context).cancel(appointment)


async def states(world: World) -> list[str]:
    """Of all entries in the order of joining."""
    async with world.database.reading() as tx:
        return [row.state for row in await tx.all(select(entries.entry.c.state).order_by(entries.entry.c.id))]


async def offer_of(world: World, who: str) -> int:
    async with world.context(who) as context:
        return (await BookingService(context).waiting.offers())[0]


async def count(world: World, table: str, **where: Any) -> int:
    columns = metadata.tables[table].c
    query = select(func.count()).select_from(metadata.tables[table])
    async with world.database.reading() as tx:
        return int(await tx.scalar(query.where(*(columns[key] == value for key, value in where.items()))))


async def sweep(world: World) -> None:
    await booking.sweep(world.workshop.job(name="booking.sweep"))
    await booking.waiting(world.workshop.job(name="booking.waiting"))


async def test_two_workers_make_one_offer(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    for who in ("a", "b"):
        await join(world, who, session)
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=31))
    await asyncio.gather(*(sweep(world) for _ in range(3)))
    assert await states(world) == ["offered", "waiting"]
    assert await count(world, "booking_offer") == 1
    assert await count(world, "notices_push", kind="booking.offer") == 1
    assert await ward.balanced(world)


async def test_what_is_cancelled_is_offered_at_once_to_who_waits(world: World) -> None:
    """And where nobody does, it comes back at a random moment."""
    session, made = await full(world)
    await join(world, "a", session)
    await cancel(world, 0, made[0])
    await world.drain.once()
    assert await states(world) == ["offered"] and await offer_of(world, "a")
    await cancel(world, 1, made[1])
    await world.drain.once()
    async with world.database.reading() as tx:
        back = await tx.scalar(select(store.slot.c.back_at).where(store.slot.c.state == "cooling"))
        assert timedelta() < back - tx.now < timedelta(minutes=30)
    assert await ward.balanced(world)


async def test_taken_twice_is_taken_once(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    await join(world, "a", session)
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=31))
    await sweep(world)
    held = await offer_of(world, "a")

    async def take() -> str:
        async with world.context("a") as context:
            return str((await BookingService(context).confirm(held)).state)

    assert await asyncio.gather(take(), take()) == ["booked", "booked"]
    assert await states(world) == ["booked"]
    assert await count(world, "booking_offer", state="taken") == 1


async def test_too_late_a_yes_meets_the_sweep(world: World, travel: time_machine.Coordinates) -> None:
    """The slot goes to the next, whoever of the two is first."""
    session, made = await full(world)
    for who in ("a", "b"):
        await join(world, who, session)
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=31))
    await sweep(world)
    held = await offer_of(world, "a")
    travel.shift(timedelta(minutes=15))

    async def take() -> None:
        async with world.context("a") as context:
            with pytest.raises(HoldExpired):
                await BookingService(context).confirm(held)

    await asyncio.gather(take(), sweep(world))
    await world.drain.once()
    assert await states(world) == ["missed", "offered"]
    assert await ward.balanced(world)


async def test_a_lost_job_loses_no_slot(world: World, travel: time_machine.Coordinates) -> None:
    """A hold is given back while somebody waits; the process dies before it passes the slot on."""
    session, made = await full(world)
    await join(world, "a", session)
    await join(world, "b", session)
    await cancel(world, 0, made[0])
    travel.shift(timedelta(minutes=31))
    await sweep(world)
    async with world.context("a") as context:
        service = BookingService(context)
        await service.release((await service.waiting.offers())[0])
        context.tx.outbox.clear()
    assert await count(world, "booking_slot", state="cooling") == 1
    await sweep(world)
    assert await states(world) == ["declined", "offered"]


async def test_added_capacity_goes_to_those_who_wait(world: World) -> None:
    session, _ = await full(world)
    for who in ("a", "b", "c"):
        await join(world, who, session)
    await ward.change_session(world, f"{DAY:%y%m%d}am11011023", capacity=2)
    await booking.sync_rosters(world.workshop.job())
    assert await count(world, "booking_slot", state="free") == 0
    await sweep(world)
    assert await states(world) == ["offered", "offered", "waiting"]
    assert await ward.balanced(world)


async def test_who_joins_as_a_slot_slips_back_is_offered_it(world: World) -> None:
    session, made = await full(world)
    await join(world, "a", session)
    async with world.database.transaction() as tx:  # as if it had been given back before anybody could see them wait
        row = await tx.one(select(store.slot).where(store.slot.c.appointment_id == made[0]))
        assert row is not None
        await tx.update(store.slot.update().where(store.slot.c.id == row.id).values(state="free", appointment_id=None))
        await tx.update(store.segment.update().where(store.segment.c.id == row.segment_id).values(free=1))
        await tx.update(store.appointment.update().where(store.appointment.c.id == made[0]).values(state="cancelled"))
    await sweep(world)
    assert await states(world) == ["offered"]
    assert await ward.balanced(world)


@pytest.mark.mariadb
@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)  # SQLite has one writer at a time anyway
async def test_two_drains_race(world: World, travel: time_machine.Coordinates) -> None:
    """Six slots come back at once for nine who wait; two workers pass them on while the first ones take theirs."""
    session, made = await full(world, capacity=3)
    names = [f"w{n}" for n in range(9)]
    for who in names:
        await join(world, who, session)
    for n, appointment in enumerate(made):
        await cancel(world, n, appointment)
    travel.shift(timedelta(minutes=31))
    drains = [Drain(world.workshop, registry.handlers()) for _ in range(2)]

    async def answers(group: Sequence[str], verb: str) -> None:
        for who in group:
            async with world.context(who) as context:
                service = BookingService(context)
                for held in await service.waiting.offers():
                    try:
                        await getattr(service, verb)(held)
                    except BookingRefusal:
                        continue

    await asyncio.gather(sweep(world), sweep(world))
    assert await states(world) == ["offered"] * 6 + ["waiting"] * 3
    await asyncio.gather(
        answers(names[:3], "confirm"), answers(names[3:6], "release"), sweep(world), *(each.once() for each in drains)
    )
    await asyncio.gather(sweep(world), *(each.once() for each in drains))
    assert await states(world) == ["booked"] * 3 + ["declined"] * 3 + ["offered"] * 3
    assert await count(world, "booking_offer") == 9
    assert await count(world, "booking_slot", state="taken") == 3
    assert await count(world, "booking_slot", state="held") == 3
    assert await ward.balanced(world)
