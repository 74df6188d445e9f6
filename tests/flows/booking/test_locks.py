"""Three times not come: locked, refused everywhere, free again; and who cancels all the time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from bot.db.transaction import Transaction
from flows.booking.service import BookingService
from flows.booking.standing.missing import store as missing
from flows.booking.standing.missing.writing import NoShows
from flows.booking.standing.refusals import (
    PersonLocked,
    TooManyCancelled,
)
from flows.booking.waiting import store as entries
from jobs import booking
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.flows.booking.days import (
    HALF_PAST_TEN,
    at,
    book,
    count,
    locked,
    missed_once,
    run,
    session,
    whoever,
)
from tests.support.world import World


async def test_three_in_thirty_days_lock_the_person_and_not_the_account(
    world: World, travel: time_machine.Coordinates
) -> None:
    child = await ward.person(world, "a", "张小明", date(2015, 1, 1), relation="child")
    person = await ward.person(world, "a")
    for days in (1, 2, 3):
        await book(world, (await session(world, ward.TODAY + timedelta(days=days)))[1], person)
        at(travel, HALF_PAST_TEN, ward.TODAY + timedelta(days=days))
        await run(world, jobs.attendance)
        await asyncio.gather(*(run(world, jobs.no_shows) for _ in range(2)))
    assert await count(world, "booking_lock", state="locked") == 1
    assert await count(world, "notices_push", kind="booking.locked") == 1
    assert await count(world, "notices_push", kind="booking.no_show") == 2
    later = await session(world, ward.TODAY + timedelta(days=5))
    with pytest.raises(PersonLocked) as refused:
        await book(world, later[0], person)
    assert refused.value.facts["until_day"] == ward.TODAY + timedelta(days=93)
    await book(world, later[0], child)  # another person of the same account
    # In every channel: another contact who looks after the person, and staff without any.
    async with world.context("a") as context:
        with pytest.raises(PersonLocked):
            await BookingService(replace(context, contact=None, channel="window")).hold(later[0], person, "window")


async def test_a_lock_ends_by_itself_and_is_told_once(world: World, travel: time_machine.Coordinates) -> None:
    person = await locked(world, travel)
    travel.shift(timedelta(days=90))
    await asyncio.gather(*(run(world, jobs.locks) for _ in range(3)))
    assert await count(world, "booking_lock", state="over") == 1
    assert await count(world, "notices_push", kind="booking.unlocked") == 1
    async with world.context() as context:
        assert await missing.counting(context.tx, person) == []  # what led to it does not lock again


async def test_the_moment_of_its_end_ends_a_lock_also_without_the_job(
    world: World, travel: time_machine.Coordinates
) -> None:
    person = await locked(world, travel)
    async with world.context() as context:
        known = await BookingService(context).neighbours.anybody(person)
        assert known is not None
        with pytest.raises(PersonLocked):
            await BookingService(context).standing.check(known)
    travel.shift(timedelta(days=90))
    async with world.context() as context:
        await BookingService(context).standing.check(known)


async def test_struck_out_lifts_the_lock_that_stood_on_it(world: World, travel: time_machine.Coordinates) -> None:
    person = await locked(world, travel)
    async with world.context() as context:
        lock = await missing.lock_of(context.tx, person)
        assert lock is not None
        led = await missing.led_to(context.tx, lock.id)
        no_shows = NoShows(replace(context, contact=None, actor="staff:x"))
        await no_shows.strike(led[0].public_id, "was here")
        await no_shows.strike(led[0].public_id, "was here")
        assert await missing.lock_of(context.tx, person) is None
        assert len(await missing.counting(context.tx, person)) == 2
    assert await count(world, "booking_lock", state="lifted") == 1
    assert await count(world, "notices_push", kind="booking.unlocked") == 1


async def test_struck_out_while_the_lock_is_being_made(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job locks the person between the clerk's first look and the clerk's turn."""
    await missed_once(world, travel, 1)
    await missed_once(world, travel, 2)
    person = await whoever(world)
    async with world.database.reading() as tx:
        first = (await missing.standing_of(tx, [person], tx.now - timedelta(days=9)))[-1]
    assert first.lock_id is None
    await missed_once(world, travel, 3)
    real, looks = missing.no_show_by, [first]

    async def no_show_by(tx: Transaction, public: str) -> Any:
        return looks.pop() if looks else await real(tx, public)

    monkeypatch.setattr(missing, "no_show_by", no_show_by)
    async with world.context() as context:
        await NoShows(replace(context, contact=None, actor="staff:x")).strike(first.public_id, "was here")
    assert await count(world, "booking_lock", state="lifted") == 1


async def test_a_lock_that_was_lifted_does_not_come_back(world: World, travel: time_machine.Coordinates) -> None:
    person = await locked(world, travel)
    async with world.context() as context:
        lock = await missing.lock_of(context.tx, person)
        assert lock is not None
        await NoShows(replace(context, contact=None, actor="staff:x")).lift(lock.public_id, "reason")
    await missed_once(world, travel, 4)
    assert await count(world, "booking_lock", state="locked") == 0


async def test_whoever_is_locked_is_passed_over_on_the_waiting_list(
    world: World, travel: time_machine.Coordinates
) -> None:
    person = await locked(world, travel)
    day = ward.TODAY + timedelta(days=6)
    segments = await session(world, day, capacity=1)
    taken = [
        await book(world, each, await ward.person(world, who, f"钱{who}"), who)
        for each, who in zip(segments, "xy", strict=True)
    ]
    async with world.context() as context:
        row = await BookingService(context).segment(segments[0])
        with pytest.raises(PersonLocked):
            await BookingService(context).waiting.join([row.session_id], person)
        await entries.add(context.tx, session_id=row.session_id, person_id=person, contact_id=context.contact.id,
                          channel="wechat", joined_at=context.now)
    async with world.context("x") as context:
        await BookingService(context).cancel(taken[0])
    travel.shift(timedelta(minutes=31))
    await run(world, booking.sweep)
    assert await count(world, "booking_waiting", state="skipped") == 1


async def test_who_cancels_all_the_time_books_nothing_new_for_a_while(
    world: World, travel: time_machine.Coordinates
) -> None:
    terms = world.settings.standing.model_copy(update={"most_cancelled": 2})
    world.settings = world.settings.model_copy(update={"standing": terms})
    day = ward.TODAY + timedelta(days=4)
    segments, person = await session(world, day, capacity=6), await ward.person(world)
    for n in range(3):
        async with world.context() as context:
            service = BookingService(context)
            held = await service.hold(segments[0], person, f"take {n}")
            await service.confirm(held.id)
            await service.cancel(held.id)
    async with world.context() as context:
        with pytest.raises(TooManyCancelled) as refused:
            await BookingService(context).hold(segments[0], person, "one more")
    assert refused.value.facts["until_day"] == ward.TODAY + timedelta(days=30)
    travel.shift(timedelta(days=30))
    day += timedelta(days=30)
    async with world.context() as context:
        service = BookingService(context)
        known = await service.neighbours.anybody(person)
        assert known is not None
        await service.standing.check_contact(known)
