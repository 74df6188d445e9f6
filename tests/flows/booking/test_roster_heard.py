"""What the hospital decides about sessions of ours: stopped, opened, somebody else seated, deleted; and who came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from flows.booking.roster.book.hearing import HearingOfOurs, news
from flows.booking.roster.book.store import known
from flows.booking.roster.book.telling import again
from flows.booking.roster.sessions.publishing import Publishing
from flows.booking.stops.store import choice, stop
from integrations.his import store as his
from integrations.his.conduct import Conduct, behave
from integrations.his.port import HospitalPort
from jobs import booking, booking_standing
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, TUESDAY, appointment, change, publish, run
from tests.flows.booking.clerk import book as booked
from tests.flows.booking.days import count
from tests.flows.booking.told import (
    hospital,
    in_our_pool,
    in_their_book,
    later,
    published,
    registrations,
    row,
    sync,
    they_change,
)
from tests.support.world import World


@pytest.fixture(autouse=True)
async def ours(world: World) -> None:
    """王静's sessions are in the hospital's book, and in a roster of it that we have read."""
    await ward.sync(world)
    await published(world)
    await sync(world)


async def choices(world: World) -> list[Any]:
    joined = choice.join(stop, stop.c.id == choice.c.stop_id)
    async with world.database.reading() as tx:
        fields = (choice.c.appointment_id, choice.c.state, stop.c.source, stop.c.kind, stop.c.substitute)
        return [tuple(each) for each in await tx.all(select(*fields).select_from(joined).order_by(choice.c.id))]


async def test_a_stop_of_the_hospital_is_honoured_and_its_end_as_well(world: World) -> None:
    done = await booked(world, CODE)
    await world.drain.once()
    await they_change(world, state="stopped")
    for _ in range(2):
        await sync(world)
    assert await choices(world) == [(done.id, "open", "hospital", "stopped", None)]
    assert (await in_our_pool(world))[0].state == "stopped"
    assert {each.state for each in await ward.segments(world, CODE)} == {"stopped"}
    assert (await in_their_book(world)).state == "open"  # it needs not be told what it decided itself
    await they_change(world, state="open")
    for _ in range(2):
        await sync(world)
    assert [each[1] for each in await choices(world)] == ["withdrawn"]
    assert (await in_our_pool(world))[0].state == "open"
    assert {each.state for each in await ward.segments(world, CODE)} == {"open"} and await ward.balanced(world)
    kept = await appointment(world, done.public_id)
    assert (kept.state, kept.stopped_at) == ("booked", None)


async def test_stopped_with_nobody_in_it_nobody_gets_in(world: World) -> None:
    await they_change(world, state="stopped")
    await sync(world)
    assert {each.state for each in await ward.segments(world, CODE)} == {"stopped"}
    await they_change(world, state="open")
    await sync(world)
    assert (await booked(world, CODE)).state == "booked"


async def test_what_the_office_closed_stays_closed_when_the_hospital_opens(world: World) -> None:
    await run(world, lambda context: Publishing(context).close(CODE))
    await world.drain.once()
    for state in ("stopped", "open"):
        await they_change(world, state=state)
        await sync(world)
    assert (await in_our_pool(world))[0].state == "closed"
    assert {each.state for each in await ward.segments(world, CODE)} == {"closed"}


async def test_the_hospital_seats_somebody_else(world: World) -> None:
    done = await booked(world, CODE)
    await world.drain.once()
    await they_change(world, substitute="D1024")
    await sync(world)
    seated = (await in_our_pool(world))[0]
    assert (seated.substitute, seated.sitting, seated.state) == ("D1024", "D1024", "open")
    assert await choices(world) == [(done.id, "open", "hospital", "substituted", "D1024")]
    assert (await in_their_book(world)).substitute is None
    await they_change(world, substitute=None)
    await sync(world)
    back = (await in_our_pool(world))[0]
    assert (back.substitute, back.sitting) == (None, "D1023")
    assert [each[1] for each in await choices(world)] == ["withdrawn"]


async def test_a_session_that_they_deleted_is_stopped(world: World) -> None:
    done = await booked(world, CODE)
    code = (await row(world)).code
    async with world.database.transaction() as tx:
        await tx.update(his.session.delete().where(his.session.c.code == code))
    await sync(world)
    assert [each[:3] for each in await choices(world)] == [(done.id, "open", "hospital")]
    assert [each.state for each in await in_our_pool(world)] == ["stopped", "open"]


async def test_an_empty_roster_stops_nothing(world: World) -> None:
    async with world.database.transaction() as tx:
        await tx.update(his.session.delete())
    await sync(world)
    assert {each.state for each in await in_our_pool(world)} == {"open"}


async def test_a_roster_that_is_older_than_our_change_is_not_listened_to(world: World) -> None:
    """It says what we had told before; the next one says what holds."""
    async with world.database.reading() as tx:
        seen = await known(tx, TUESDAY, TUESDAY)
    await they_change(world, state="stopped")
    old = (await world.ports[HospitalPort].rosters(TUESDAY, TUESDAY))[0]
    await they_change(world, state="open")
    assert news(seen[old.code], old)
    await run(world, lambda context: Publishing(context).close(CODE))
    await run(world, lambda context: Publishing(context).open(CODE))
    for _ in range(2):  # not told yet, and told
        await run(world, lambda context: HearingOfOurs(context).of_ours(seen[old.code], old))
        assert (await in_our_pool(world))[0].state == "open"
        await world.drain.once()
    await sync(world)
    assert (await in_our_pool(world))[0].state == "open"


async def test_whom_the_hospital_saw_came_and_who_was_not_told_to_it_is_not_branded(
    world: World, travel: time_machine.Coordinates
) -> None:
    came, missed = await booked(world, CODE), await booked(world, CODE, 1, "b", "李四")
    await world.drain.once()
    assert len(await registrations(world)) == 2
    unknown = await booked(world, CODE, 2, "c", "赵五")  # the job that registers has not run
    travel.move_to("2027-03-02T00:05:00+00:00")
    assert await hospital(world).came(came.public_id, seen=True)
    travel.move_to("2027-03-02T02:40:00+00:00")
    job = world.workshop.job(name="booking.test")
    await booking_standing.attendance(job)
    await booking_standing.no_shows(job)
    assert await count(world, "booking_no_show", appointment_id=missed.id) == 1
    assert await count(world, "booking_no_show") == 1
    assert (await appointment(world, unknown.public_id)).registration is None


async def test_the_next_weeks_are_told_as_they_are_made(world: World, travel: time_machine.Coordinates) -> None:
    travel.shift(timedelta(days=7))
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    await later(world, travel, 1)
    assert (await row(world, CODE.replace("D270302", "D270316"))).state == "told"


async def test_its_stop_is_heard_while_it_refuses_our_last_change(
    world: World, travel: time_machine.Coordinates
) -> None:
    """And its word on who sits there is not: what it has is not what we want."""
    done = await booked(world, CODE)
    await world.drain.once()
    await behave(world.database, Conduct(refuse={"tell_session": "no_room"}))
    await change(world, ends="10:30")
    await publish(world)
    await later(world, travel)
    assert (await row(world)).state == "refused"
    await they_change(world, substitute="D1024")
    await sync(world)
    assert await choices(world) == [] and (await in_our_pool(world))[0].sitting == "D1023"
    await they_change(world, state="stopped", substitute=None)
    for _ in range(2):
        await sync(world)
    assert await choices(world) == [(done.id, "open", "hospital", "stopped", None)]
    assert (await in_our_pool(world))[0].state == "stopped"
    assert {each.state for each in await ward.segments(world, CODE) if each.capacity} == {"stopped"}


async def test_its_reopening_is_heard_while_it_refuses_our_last_change(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Who sits there since is heard once it has what we want."""
    done = await booked(world, CODE)
    await world.drain.once()
    await they_change(world, state="stopped")
    await sync(world)
    await behave(world.database, Conduct(refuse={"tell_session": "no_room"}))
    await change(world, capacity=3)
    await publish(world)
    await later(world, travel)
    assert (await row(world)).state == "refused" and (await in_our_pool(world))[0].state == "stopped"
    await they_change(world, state="open", substitute="D1024")
    for _ in range(2):
        await sync(world)
    assert await choices(world) == [(done.id, "withdrawn", "hospital", "stopped", None)]
    pool = (await in_our_pool(world))[0]
    assert (pool.state, pool.sitting) == ("open", "D1023") and await ward.balanced(world)
    assert {each.state for each in await ward.segments(world, CODE)} == {"open"}
    await behave(world.database, Conduct())
    await run(world, lambda context: again(context, pool.id))
    await world.drain.once()
    await they_change(world, substitute="D1024")
    await sync(world)
    assert (await in_our_pool(world))[0].sitting == "D1024"


async def test_it_deletes_a_session_of_which_it_refused_the_last_change(
    world: World, travel: time_machine.Coordinates
) -> None:
    done = await booked(world, CODE)
    await world.drain.once()
    code = (await row(world)).code
    await behave(world.database, Conduct(refuse={"tell_session": "no_room"}))
    await change(world, ends="10:30")
    await publish(world)
    await later(world, travel)
    async with world.database.transaction() as tx:
        await tx.update(his.registration.delete())
        await tx.update(his.session.delete().where(his.session.c.code == code))
    await sync(world)
    assert [each[:3] for each in await choices(world)] == [(done.id, "open", "hospital")]
