"""The gate: nobody gets a slot twice, none is lost, whatever happens in whatever order."""

from __future__ import annotations

import asyncio
import random
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot import clock
from bot.db.engine import Database
from flows.booking import store
from flows.booking.pool import store as pool
from flows.booking.refusals import BookingRefusal, SlotTaken
from flows.booking.service import BookingService
from jobs import booking
from tests.flows.booking import ward
from tests.support.world import World


async def hold(world: World, who: str, segment: int, person: int, request: str) -> Any:
    async with world.context(who) as context:
        return await BookingService(context).hold(segment, person, request)


async def one_session(world: World, **how: Any) -> list[int]:
    code = await ward.session(world, **how)
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


async def test_the_lowest_free_number_goes_first(world: World) -> None:
    first, second = await one_session(world, capacity=2)
    people = [await ward.person(world, f"p{n}", f"张{n}") for n in range(3)]
    numbers = [(await hold(world, f"p{n}", first, people[n], f"r{n}")).number for n in range(2)]
    assert numbers == [1, 2]
    with pytest.raises(SlotTaken):
        await hold(world, "p2", first, people[2], "r2")
    assert (await hold(world, "p2", second, people[2], "r2")).number == 3
    assert await ward.census(world, first) == {
        "noted_capacity": 2, "noted_free": 0, "free": 0, "kept": 0, "held": 2, "taken": 0, "cooling": 0
    }


async def test_the_same_request_holds_once(world: World) -> None:
    first, _ = await one_session(world, capacity=1)
    person = await ward.person(world)
    one = await hold(world, "a", first, person, "same")
    again = await hold(world, "a", first, person, "same")
    assert one.id == again.id
    assert (await ward.census(world, first))["held"] == 1


@pytest.mark.mariadb
@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)  # SQLite locks the whole file
async def test_a_full_segment_is_refused_without_a_lock(world: World) -> None:
    """Somebody sits on the segment's row; who finds it full does not wait for them."""
    first, _ = await one_session(world, capacity=1)
    person, other = await ward.person(world, "a"), await ward.person(world, "b", "李四")
    await hold(world, "a", first, person, "a")
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=0))
        with pytest.raises(SlotTaken):
            await asyncio.wait_for(hold(world, "b", first, other, "b"), 2)


async def test_fifty_for_ten(world: World) -> None:
    first, _ = await one_session(world, capacity=10)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(50)]

    async def attempt(n: int) -> int | None:
        async def work(context: Any) -> int:
            held = await BookingService(context).hold(first, people[n], f"r{n}")
            await BookingService(context).confirm(held.id)
            return int(held.number)

        try:
            async with world.context(f"p{n}") as context:
                return await work(context)
        except SlotTaken:
            return None

    got = await asyncio.gather(*(attempt(n) for n in range(50)))
    assert sorted(number for number in got if number is not None) == list(range(1, 11))
    assert await ward.census(world, first) == {
        "noted_capacity": 10, "noted_free": 0, "free": 0, "kept": 0, "held": 0, "taken": 10, "cooling": 0
    }


async def test_one_person_at_many_doors_gets_one(world: World) -> None:
    """The limits of a person are counted under the person's lock: however many doors they come by at once, one slot
    with a doctor is kept for them, the one that was asked for last."""
    first, second = await one_session(world, capacity=5)
    person = await ward.person(world)

    await asyncio.gather(*(hold(world, "a", (first, second)[n % 2], person, f"r{n}") for n in range(6)))
    assert (await ward.census(world, first))["held"] + (await ward.census(world, second))["held"] == 1
    assert await ward.balanced(world)


async def test_an_abandoned_hold_goes_back_by_itself(world: World, travel: time_machine.Coordinates) -> None:
    first, _ = await one_session(world, capacity=1)
    held = await hold(world, "a", first, await ward.person(world), "r")
    sweep = world.workshop.job(name="booking.sweep")
    travel.shift(timedelta(minutes=14, seconds=59))
    await booking.sweep(sweep)
    assert (await ward.census(world, first))["held"] == 1
    travel.shift(timedelta(seconds=1))
    await asyncio.gather(booking.sweep(sweep), booking.sweep(sweep))
    assert (await ward.census(world, first))["free"] == 1
    async with world.context() as context:
        assert (await BookingService(context).mine(held.id)).state == "expired"


async def test_the_sweep_and_the_confirmation_meet(world: World, travel: time_machine.Coordinates) -> None:
    """Whichever comes first wins; the slot is taken or free, never both."""
    first, _ = await one_session(world, capacity=1)
    held = await hold(world, "a", first, await ward.person(world), "r")

    async def confirm() -> bool:
        try:
            async with world.context() as context:
                await BookingService(context).confirm(held.id)
        except BookingRefusal:
            return False
        return True

    travel.shift(timedelta(minutes=15))
    confirmed, _ = await asyncio.gather(confirm(), booking.sweep(world.workshop.job(name="booking.sweep")))
    assert not confirmed
    assert await ward.balanced(world)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_the_count_is_right(
    world: World, travel: time_machine.Coordinates, seed: int
) -> None:
    """Holds, confirmations, releases, cancellations, sweeps and changed rosters in any order."""
    lot = random.Random(seed)
    code = await ward.session(world, ward.TODAY + timedelta(days=4), capacity=3, ends=time(10, 30))
    await ward.sync(world)
    segments = [row.id for row in await ward.segments(world, code)]
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(8)]
    made: list[tuple[str, int]] = []

    async def act(n: int) -> None:
        who = lot.randrange(8)
        what = lot.choice(["hold", "hold", "hold", "confirm", "confirm", "release", "cancel", "sweep", "roster"])
        if what == "roster":
            await ward.change_session(world, code, capacity=lot.randint(1, 4))
            await booking.sync_rosters(world.workshop.job())
        elif what == "sweep":
            travel.shift(timedelta(minutes=lot.randint(1, 20)))
            await booking.sweep(world.workshop.job())
        elif what == "hold":
            held = await hold(world, f"p{who}", lot.choice(segments), people[who], f"r{n}")
            made.append((f"p{who}", held.id))
        elif made:
            name, appointment = lot.choice(made)
            async with world.context(name) as context:
                service = BookingService(context)
                verbs = {"confirm": service.confirm, "release": service.release, "cancel": service.cancel}
                await verbs[what](appointment)

    for n in range(60):
        try:
            await act(n)
        except BookingRefusal:
            continue
        assert await ward.balanced(world)
    async with world.database.reading() as tx:
        doubled = select(func.count()).select_from(store.appointment).where(
            store.appointment.c.state.in_(("held", "booked"))
        ).group_by(store.appointment.c.slot_id).having(func.count() > 1)
        assert await tx.all(doubled) == []


async def test_a_cancelled_slot_comes_back_at_a_random_moment(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await one_session(world, day=date(2027, 3, 5), capacity=8)
    waits = []
    for n in range(8):
        person = await ward.person(world, f"p{n}", f"张{n}", known=False)
        held = await hold(world, f"p{n}", segments[0], person, f"r{n}")
        async with world.context(f"p{n}") as context:
            await BookingService(context).confirm(held.id)
            await BookingService(context).cancel(held.id)
    async with world.database.reading() as tx:
        rows = await tx.all(store.slot.select().where(store.slot.c.state == pool.COOLING))
        waits = [(row.back_at - clock.now()).total_seconds() for row in rows]
    assert len(set(waits)) == 8 and all(0 < wait <= 1800 for wait in waits)
    await booking.sweep(world.workshop.job())
    assert (await ward.census(world, segments[0]))["cooling"] == 8
    travel.shift(timedelta(minutes=30))
    await asyncio.gather(*(booking.sweep(world.workshop.job()) for _ in range(2)))
    assert (await ward.census(world, segments[0]))["noted_free"] == 8
    assert await ward.balanced(world)


async def test_without_a_wait_it_comes_back_at_once(database: Database, travel: time_machine.Coordinates) -> None:
    from tests.support.world import test_settings

    at_once = World(database, settings=test_settings(booking={"return_within_minutes": 0}))
    await ward.open_hospital(at_once)
    first = (await one_session(at_once, day=date(2027, 3, 5)))[0]
    held = await hold(at_once, "a", first, await ward.person(at_once), "r")
    async with at_once.context() as context:
        await BookingService(context).confirm(held.id)
        await BookingService(context).cancel(held.id)
    assert (await ward.census(at_once, first))["noted_free"] == 2
