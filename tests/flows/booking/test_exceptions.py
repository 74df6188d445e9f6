"""What the office excepts somebody from: once, for this person, rule, clinic and doctor, until its last day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bot.errors import Conflict
from flows.booking.exceptions import store
from flows.booking.exceptions.granting import BadDays, Grant, Granting, state_of
from flows.booking.refusals import BookingRefusal, CancelTooLate, SameDoctorSameDay, TooManyWaiting
from flows.booking.service import BookingService
from flows.booking.standing.appeals.answering import answer, withdraw
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.refusals import TooManyCancelled
from flows.booking.store import segment as table
from flows.booking.waiting.list import WaitingList
from tests.flows.booking import ward
from tests.flows.booking.days import DAY, book, count, session
from tests.support.world import World


async def refused(world: World, segment: int, person: int, expected: type[BookingRefusal], who: str = "a") -> Any:
    async with world.context(who) as context:
        with pytest.raises(expected) as no:
            await BookingService(context).hold(segment, person, f"again {segment}")
        return await Appeals(context).about_refusal(no.value, person, segment)


async def excepted(world: World, about: str, grant: Grant | None = None, who: str = "a") -> str:
    """Appeal, and have it accepted; gives the appeal."""
    async with world.context(who) as context:
        public = str((await Appeals(context).file(about, "情况特殊")).public_id)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        await answer(staff, public, "给您一次例外", accept=True, grant=grant or Grant(3))
    return public


async def second_of_the_day(world: World, grant: Grant | None = None) -> tuple[list[int], int, str]:
    """Somebody has a slot with 王静 and may have one more that day: segments, person, appeal."""
    segments, person = await session(world), await ward.person(world, "a")
    await book(world, segments[0], person)
    return segments, person, await excepted(world, await refused(world, segments[1], person, SameDoctorSameDay), grant)


async def test_it_lets_book_once_and_comes_back_from_a_hold_that_came_to_nothing(world: World) -> None:
    segments, person, _ = await second_of_the_day(world)
    for n in range(2):
        async with world.context("a") as context:
            held = await BookingService(context).hold(segments[1], person, f"second {n}")
        assert await count(world, "booking_exception", state="used", appointment_id=held.id) == 1
        async with world.context("a") as context:
            await BookingService(context).release(held.id)
        assert await count(world, "booking_exception", state="open", appointment_id=None) == 1
    await book(world, segments[1], person)
    more = await session(world, DAY + timedelta(days=1))
    await book(world, more[0], person)
    await refused(world, more[1], person, SameDoctorSameDay)
    assert await count(world, "booking_exception", state="used") == 1


async def test_it_is_for_this_doctor_and_until_its_last_day(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments, person, public = await second_of_the_day(world, Grant(1))
    other = await session(world, DAY + timedelta(days=2), doctor="1024")
    await book(world, other[0], person)
    await refused(world, other[1], person, SameDoctorSameDay)
    travel.shift(timedelta(days=1))
    later = await session(world, DAY + timedelta(days=3))
    await book(world, later[0], person)
    await refused(world, later[1], person, SameDoctorSameDay)
    async with world.context("a") as context:
        appeals = Appeals(context)
        assert (await appeals.facts(await appeals.one(public)))["exception"]["state"] == "over"
    assert segments


async def test_of_a_whole_clinic_any_doctor_will_do(world: World) -> None:
    _, person, _ = await second_of_the_day(world, Grant(3, whole_clinic=True))
    other = await session(world, DAY + timedelta(days=2), doctor="1024")
    await book(world, other[0], person)
    await book(world, other[1], person)
    assert await count(world, "booking_exception", state="used") == 1


async def test_two_at_once_use_it_once(world: World) -> None:
    segments, person, _ = await second_of_the_day(world)
    more = await session(world, DAY + timedelta(days=1))
    await book(world, more[0], person)

    async def take(segment: int) -> bool:
        async with world.context("a") as context:
            try:
                await BookingService(context).hold(segment, person, f"race {segment}")
            except (SameDoctorSameDay, Conflict):
                return False
            return True

    assert sorted(await asyncio.gather(take(segments[1]), take(more[1]))) == [False, True]


async def test_it_is_withdrawn_unless_it_was_used(world: World) -> None:
    segments, person, public = await second_of_the_day(world)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        await withdraw(staff, public, "号源紧张")
        await withdraw(staff, public, "号源紧张")  # a second tap on the same button
        with pytest.raises(Conflict):
            await withdraw(replace(staff, actor="staff:other"), public, "号源紧张")
    await refused(world, segments[1], person, SameDoctorSameDay)
    assert await count(world, "booking_exception", state="withdrawn") == 1
    async with world.context("a") as context:
        facts = await Appeals(context).facts(await Appeals(context).one(public))
    assert facts["exception"]["reason"] == "号源紧张"
    assert await count(world, "notices_push", kind="booking.exception_over") == 1


async def test_cancelling_too_late_is_let_through_once(world: World, travel: time_machine.Coordinates) -> None:
    segments, person = await session(world), await ward.person(world, "a")
    first = await book(world, segments[0], person)
    travel.shift(timedelta(hours=13))
    async with world.context("a") as context:
        service = BookingService(context)
        with pytest.raises(CancelTooLate) as no:
            await service.cancel(first)
        about = await Appeals(context).about_refusal(no.value, person, segments[0])
        assert not (await service.facts(await service.mine(first)))["can_cancel"]
    await excepted(world, about)
    async with world.context("a") as context:
        service = BookingService(context)
        facts = await service.facts(await service.mine(first))
        assert (facts["can_cancel"], facts["cancel_time"]) == (True, "09:00")
        assert (await service.cancel(first)).state == "cancelled"
    assert await count(world, "booking_exception", state="used", appointment_id=first) == 1


async def test_who_cancelled_too_often_and_who_waits_for_too_much_may_be_excepted(world: World) -> None:
    terms = world.settings.standing.model_copy(update={"most_cancelled": 1})
    own = world.settings.booking.model_copy(update={"max_waiting": 1})
    world.settings = world.settings.model_copy(update={"standing": terms, "booking": own})
    segments, person = await session(world), await ward.person(world, "a")
    for n in range(2):
        async with world.context("a") as context:
            service = BookingService(context)
            held = await service.hold(segments[0], person, f"take {n}")
            await service.confirm(held.id)
            await service.cancel(held.id)
    about = await refused(world, segments[1], person, TooManyCancelled)
    await excepted(world, about)
    await book(world, segments[1], person)
    assert await count(world, "booking_exception", rule="refuse_cancelled_often", state="used") == 1


async def test_one_more_list_is_joined_once(world: World) -> None:
    own = world.settings.booking.model_copy(update={"max_waiting": 1})
    world.settings = world.settings.model_copy(update={"booking": own})
    person, full = await ward.person(world, "a"), []
    for days in (1, 2, 3):
        rows = await session(world, ward.TODAY + timedelta(days=days), capacity=1)
        for segment in rows:
            async with world.database.transaction() as tx:
                await tx.update(table.update().where(table.c.id == segment).values(free=0))
        async with world.context("a") as context:
            full.append((await BookingService(context).segment(rows[0])).session_id)
    async with world.context("a") as context:
        await WaitingList(context).join([full[0]], person)
        with pytest.raises(TooManyWaiting) as no:
            await WaitingList(context).join([full[1]], person)
        about = await Appeals(context).about_session(no.value, person, full[1])
    await excepted(world, about)
    async with world.context("a") as context:
        await WaitingList(context).join([full[1]], person)
        with pytest.raises(TooManyWaiting):
            await WaitingList(context).join([full[2]], person)


async def test_days_are_checked_and_default_to_the_horizon(world: World) -> None:
    segments, person = await session(world), await ward.person(world, "a")
    await book(world, segments[0], person)
    about = await refused(world, segments[1], person, SameDoctorSameDay)
    async with world.context("a") as context:
        public = str((await Appeals(context).file(about, "")).public_id)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        assert await Granting(staff).days("1101") == 8
        with pytest.raises(BadDays):
            await answer(staff, public, "好", accept=True, grant=Grant(0))
    assert await count(world, "booking_exception", state="open") == 0


def test_an_open_one_is_over_after_its_last_day() -> None:
    class Row:
        state, last_day = store.OPEN, DAY

    assert [state_of(Row, day) for day in (DAY, DAY + timedelta(days=1))] == ["open", "over"]
