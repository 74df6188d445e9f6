"""An exception stays with what it was made for: another time, another choice, and back where the hospital says no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from bot.errors import Conflict
from flows.booking import ledger
from flows.booking.exceptions.granting import BadDays, Grant, wide
from flows.booking.neighbours import Neighbours
from flows.booking.refusals import SameDoctorSameDay, WrongAge
from flows.booking.service import BookingService
from flows.booking.standing.appeals import store as appeals
from flows.booking.standing.appeals.answering import answer
from flows.booking.standing.appeals.appealing import Appeals
from flows.directory.rules import ClinicRule
from tests.flows.booking import ward
from tests.flows.booking.days import DAY, book, count, session
from tests.flows.booking.test_exceptions import excepted, refused, second_of_the_day
from tests.support.world import World


async def of_age(world: World, segment: int) -> int:
    """The clinic takes nobody of this age; the office let the person come once."""
    async with world.context() as context:
        neighbours = Neighbours(context)
        await neighbours.decide("1101", ClinicRule(min_age=90))
    neighbours.forget()
    person = await ward.person(world, "a")
    await excepted(world, await refused(world, segment, person, WrongAge))
    return person


async def test_another_choice_of_the_same_visit_takes_it_along(world: World) -> None:
    segments = await session(world)
    person = await of_age(world, segments[0])
    for n, segment in enumerate(segments):
        async with world.context("a") as context:
            held = await BookingService(context).hold(segment, person, f"mind {n}")
    assert await count(world, "booking_appointment", state="released") == 1
    assert await count(world, "booking_exception", state="used", appointment_id=held.id) == 1


async def test_another_time_takes_it_along_and_nobody_has_it_twice(world: World) -> None:
    segments, later = await session(world), await session(world, DAY + timedelta(days=1))
    person = await of_age(world, segments[0])
    old = await book(world, segments[0], person)
    async with world.context("a") as context:
        new = await BookingService(context).change(old, segments[1])
    assert await count(world, "booking_exception", state="used", appointment_id=new.id) == 1
    await refused(world, later[0], person, WrongAge)


async def test_what_another_time_does_not_need_stays_with_it(world: World) -> None:
    segments, person, _ = await second_of_the_day(world)
    second = await book(world, segments[1], person)
    more = await session(world, DAY + timedelta(days=1))
    async with world.context("a") as context:
        moved = await BookingService(context).change(second, more[0])
    assert await count(world, "booking_exception", state="used", appointment_id=moved.id) == 1
    await refused(world, more[1], person, SameDoctorSameDay)


async def test_the_hospital_refuses_and_it_can_be_used_again(world: World) -> None:
    segments = await session(world)
    person = await of_age(world, segments[0])
    booked = await book(world, segments[0], person)
    async with world.context() as context:
        await ledger.refused(replace(context, contact=None, actor="job:test"), booked, "no_segment")
    assert await count(world, "booking_exception", state="open", appointment_id=None) == 1
    async with world.context("a") as context:
        await BookingService(context).hold(segments[1], person, "again")


async def test_bad_days_leave_the_appeal_unanswered(world: World) -> None:
    """The page that says so is sent by the same transaction."""
    segments, person = await session(world), await ward.person(world, "a")
    await book(world, segments[0], person)
    about = await refused(world, segments[1], person, SameDoctorSameDay)
    async with world.context("a") as context:
        public = str((await Appeals(context).file(about, "")).public_id)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        with pytest.raises(BadDays):
            await answer(staff, public, "好", accept=True, grant=Grant(0))
    assert await count(world, "booking_appeal", state=appeals.OPEN) == 1


async def test_other_days_in_the_same_words_are_no_second_tap(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments, person = await session(world), await ward.person(world, "a")
    await book(world, segments[0], person)
    about = await refused(world, segments[1], person, SameDoctorSameDay)
    async with world.context("a") as context:
        public = str((await Appeals(context).file(about, "")).public_id)

    async def tap(grant: Grant | None, accept: bool = True) -> None:
        async with world.context() as context:
            staff = replace(context, contact=None, actor="staff:test")
            await answer(staff, public, "好，给一次", accept=accept, grant=grant)

    await tap(Grant(3))
    travel.shift(timedelta(days=1))  # the page stood open over midnight
    await tap(Grant(3))
    for other in (Grant(7), Grant(3, whole_clinic=True), None):
        with pytest.raises(Conflict):
            await tap(other)
    with pytest.raises(Conflict):
        await tap(None, accept=False)
    assert await count(world, "booking_exception", state="open") == 1


def test_about_no_doctor_either_reach_is_the_clinics() -> None:
    assert wide(Grant(3), SimpleNamespace(sitting=None)) == wide(Grant(3, True), SimpleNamespace(sitting=None))
    assert wide(Grant(3), SimpleNamespace(sitting="D1023")) == Grant(3)
