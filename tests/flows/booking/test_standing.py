"""Who comes, who does not, and what follows: below the conversation, with repeats and at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.db.schema import metadata
from bot.errors import NotFound
from flows.booking import store
from flows.booking.glance import glance
from flows.booking.offers import Wanted
from flows.booking.service import BookingService
from flows.booking.standing.coming.arrivals import Arrivals, Arrived
from flows.booking.standing.missing import store as missing
from flows.booking.standing.missing.writing import NoShows
from flows.booking.standing.refusals import (
    CheckInNotYet,
    CheckInOver,
    NoPlaceLeft,
    PersonLocked,
    TooManyCancelled,
)
from flows.booking.waiting import store as entries
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from integrations.his.conduct import GOOD, Conduct, behave
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort
from jobs import booking
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=1)
TEN, HALF_PAST_TEN = "10:00", "10:30"


async def session(world: World, day: date = DAY, doctor: str = "1023", capacity: int = 2) -> list[int]:
    """Segments 9:00–9:30 and 9:30–10:00."""
    code = await ward.session(world, day, clinic=ward.DOCTORS[doctor][1], doctor=doctor, capacity=capacity)
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


async def book(world: World, segment: int, person: int, who: str = "a") -> int:
    async with world.context(who) as context:
        service = BookingService(context)
        held = await service.hold(segment, person, f"{who}:{segment}:{person}")
        return int((await service.confirm(held.id)).id)


def at(travel: time_machine.Coordinates, clock: str, day: date = DAY) -> None:
    hour, minute = map(int, clock.split(":"))
    travel.move_to(f"{day - timedelta(days=hour < 8)}T{(hour - 8) % 24:02}:{minute:02}:00+00:00")


async def check_in(world: World, appointment: int, who: str = "a") -> Arrived:
    async with world.context(who) as context:
        return await Arrivals(context).check_in(appointment, "page")


async def run(world: World, *work: Callable[[Any], Awaitable[None]]) -> None:
    for each in work:
        await each(world.workshop.job(name="booking.test"))


async def count(world: World, table: str, **where: Any) -> int:
    columns = metadata.tables[table].c
    query = select(metadata.tables[table]).where(*(columns[key] == value for key, value in where.items()))
    async with world.database.reading() as tx:
        return len(await tx.all(query))


async def row_of(world: World, appointment: int) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_by(tx, appointment)


def hospital(world: World) -> EmbeddedHospital:
    port = world.ports[HospitalPort]
    assert isinstance(port, EmbeddedHospital)
    return port


# --- coming ----------------------------------------------------------------------------------------------------------


async def test_check_in_is_open_from_an_hour_before_to_the_start(
    world: World, travel: time_machine.Coordinates
) -> None:
    appointment = await book(world, (await session(world))[1], await ward.person(world))
    at(travel, "08:29")
    with pytest.raises(CheckInNotYet):
        await check_in(world, appointment)
    at(travel, "08:30")
    done = await check_in(world, appointment)
    assert (done.late, done.moved, done.again, done.row.id) == (False, False, False, appointment)
    at(travel, "09:40")
    again = await check_in(world, appointment)
    assert (again.late, again.again) == (False, True)
    assert await count(world, "booking_attendance") == 1


async def test_who_is_late_gets_a_later_place_once(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world)
    appointment = await book(world, first, await ward.person(world))
    await world.drain.once()
    at(travel, "09:01")
    done = await asyncio.gather(*(check_in(world, appointment) for _ in range(3)))
    new = done[0].row
    assert {each.row.id for each in done} == {new.id} and sum(not each.again for each in done) == 1
    # Behind in the same segment, before any later one.
    assert (new.segment_id, new.number, new.state, done[0].late) == (first, 2, "booked", True)
    assert (await row_of(world, appointment)).state == "changed"
    await world.drain.once()
    assert await count(world, "his_registration", active=1) == 1
    assert await ward.balanced(world)
    assert second != first


async def test_the_later_place_may_be_in_the_next_segment(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world, capacity=1)
    appointment = await book(world, first, await ward.person(world))
    at(travel, "09:20")
    assert (await check_in(world, appointment)).row.segment_id == second
    assert await ward.balanced(world)


async def test_no_later_place_is_said_and_the_place_stays(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world, capacity=1)
    appointment = await book(world, first, await ward.person(world))
    other = await book(world, second, await ward.person(world, "b", "李四"), "b")
    at(travel, "09:01")
    with pytest.raises(NoPlaceLeft):
        await check_in(world, appointment)
    assert (await row_of(world, appointment)).state == "booked"
    async with world.context("a") as context:  # staff let them in all the same
        assert (await Arrivals(replace(context, contact=None, actor="staff:x")).mark(appointment)).late
    at(travel, TEN)
    with pytest.raises(CheckInOver):
        await check_in(world, other, "b")


async def test_nobody_checks_in_for_strangers(world: World, travel: time_machine.Coordinates) -> None:
    appointment = await book(world, (await session(world))[0], await ward.person(world))
    at(travel, "08:50")
    with pytest.raises(NotFound):
        await check_in(world, appointment, "stranger")


async def test_the_hospitals_word_counts_and_tells_whose_turn_is_near(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await session(world, capacity=6)
    made = [await book(world, segments[0], await ward.person(world, w, f"王{w}"), w) for w in "abcdef"]
    await world.drain.once()
    publics = [(await row_of(world, each)).public_id for each in made]
    at(travel, "09:00")
    assert await hospital(world).came(publics[0], seen=True)
    assert await hospital(world).came(publics[5])
    await run(world, jobs.attendance, jobs.attendance)
    assert await count(world, "booking_attendance", way="hospital") == 2
    # Three numbers or fewer before them: 2, 3 and 4; not 5 and 6.
    assert await count(world, "notices_push", kind="booking.near") == 3
    assert await hospital(world).came(publics[1], seen=True)
    await run(world, jobs.attendance)
    assert await count(world, "notices_push", kind="booking.near") == 4


async def test_whose_time_has_begun_is_told_once_unless_they_are_here(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await session(world)
    here = await book(world, segments[0], await ward.person(world))
    await book(world, segments[0], await ward.person(world, "b", "李四"), "b")
    at(travel, "08:50")
    await check_in(world, here)
    at(travel, "09:02")
    await run(world, jobs.begun, jobs.begun)
    assert await count(world, "notices_push", kind="booking.missed") == 1


# --- not coming ------------------------------------------------------------------------------------------------------


async def missed_once(world: World, travel: time_machine.Coordinates, days: int = 1) -> int:
    """Somebody did not come on that day; it is 10:30 and the hospital has told who came."""
    appointment = await book(world, (await session(world, ward.TODAY + timedelta(days=days)))[1], await whoever(world))
    at(travel, HALF_PAST_TEN, ward.TODAY + timedelta(days=days))
    await run(world, jobs.attendance, jobs.no_shows)
    return appointment


async def whoever(world: World) -> int:
    async with world.context("a") as context:
        persons = await BookingService(context).neighbours.persons()
    return persons[0].id if persons else await ward.person(world)


async def test_a_no_show_is_written_down_once_half_an_hour_after_the_end(
    world: World, travel: time_machine.Coordinates
) -> None:
    await book(world, (await session(world))[1], await ward.person(world))
    at(travel, "10:29")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0
    at(travel, HALF_PAST_TEN)
    await run(world, jobs.no_shows)  # the hospital has not told anything since
    assert await count(world, "booking_no_show") == 0
    await run(world, jobs.attendance)
    await asyncio.gather(*(run(world, jobs.no_shows) for _ in range(3)))
    assert await count(world, "booking_no_show") == 1
    assert await count(world, "notices_push", kind="booking.no_show") == 1


@pytest.mark.parametrize("why", ["came", "hospital", "stopped", "substituted", "excused", "cancelled", "clinic off"])
async def test_what_is_no_no_show(world: World, travel: time_machine.Coordinates, why: str) -> None:
    segments = await session(world)
    appointment = await book(world, segments[1], await ward.person(world))
    await world.drain.once()
    row = await row_of(world, appointment)
    code = row.session_code
    if why == "cancelled":
        async with world.context() as context:
            await BookingService(context).cancel(appointment)
    if why in ("stopped", "substituted"):
        changes = {"state": "stopped"} if why == "stopped" else {"substitute": "D1024"}
        await ward.change_session(world, code, **changes)
        await ward.sync(world)
    if why == "clinic off":
        async with world.database.transaction() as tx:
            await directory.set_rule(tx, "1101", ClinicRule(no_shows=False))
        forget(world.ports)
    at(travel, "09:10")
    if why == "came":
        await check_in(world, appointment)
    if why == "hospital":
        assert await hospital(world).came(row.public_id)
    if why == "excused":
        async with world.context() as context:
            await NoShows(replace(context, contact=None)).excuse(row.session_id, "late")
    at(travel, "11:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0


async def test_a_hospital_that_is_away_brands_nobody_and_is_asked_later(
    world: World, travel: time_machine.Coordinates
) -> None:
    appointment = await book(world, (await session(world))[1], await ward.person(world))
    await world.drain.once()
    await hospital(world).came((await row_of(world, appointment)).public_id)
    await book(world, (await session(world, doctor="1024"))[1], await ward.person(world, "b", "李四"), "b")
    await behave(world.database, Conduct(unavailable=True))
    at(travel, "12:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0
    await behave(world.database, GOOD)
    at(travel, "09:00", DAY + timedelta(days=1))
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 1
    assert await count(world, "booking_attendance", appointment_id=appointment) == 1


async def test_where_nobody_at_all_came_nobody_could(world: World, travel: time_machine.Coordinates) -> None:
    segments = await session(world, capacity=6)
    for who in "abcde":
        await book(world, segments[1], await ward.person(world, who, f"王{who}"), who)
    at(travel, "11:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0


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


async def locked(world: World, travel: time_machine.Coordinates) -> int:
    """A person with three no-shows; it is Thursday, 10:30."""
    person = await ward.person(world)
    for days in (1, 2, 3):
        await missed_once(world, travel, days)
    return person


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
        await BookingService(context).standing.check_contact()


async def test_the_day_itself_is_listed_as_it_may_be_booked(world: World, travel: time_machine.Coordinates) -> None:
    segments = await session(world, ward.TODAY)
    async def shown() -> list[int]:
        async with world.context() as context:
            return [each.id for each in await BookingService(context).offers.segments(Wanted("1101"))]

    assert await shown() == segments
    at(travel, "09:15", ward.TODAY)
    assert await shown() == segments[1:]
    for rule in (ClinicRule(same_day=False), ClinicRule(same_day_until=time(9)), ClinicRule(same_day_before=20)):
        async with world.database.transaction() as tx:
            await directory.set_rule(tx, "1101", rule)
        forget(world.ports)
        glance(world.ports).forget()
        assert await shown() == []
