"""The hospital is told of sessions made in the console before anybody is registered in them, and of what changes."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine

from bot.errors import Conflict
from flows.booking.roster.book import store as book
from flows.booking.roster.book import telling
from flows.booking.roster.sessions.publishing import Publishing
from flows.booking.service import BookingService
from integrations.his.conduct import GOOD, Conduct, behave
from jobs import booking, booking_sessions
from tests.flows.booking import told as given
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, appointment, run
from tests.flows.booking.clerk import book as booked
from tests.flows.booking.told import in_their_book, later, published, registrations, row, sync, theirs
from tests.support.world import World


@pytest.fixture(autouse=True)
async def directory(world: World) -> None:
    await ward.sync(world)


async def test_an_appointment_is_registered_under_the_hospitals_code(world: World) -> None:
    await published(world)
    made = await theirs(world)
    assert [each.own for each in made] == [CODE, CODE.replace("D270302", "D270309")]
    known = await row(world)
    assert (known.state, known.code, known.entered, known.wanted) == ("told", made[0].code, 1, 1)
    told = await in_their_book(world)
    assert (told.clinic, told.doctor, told.half, told.room, told.kind) == ("1101", "D1023", "am", "R1101", "expert")
    assert (told.consultation_fee, told.state, told.substitute) == (2500, "open", None)
    assert [(part.start, part.numbers) for part in told.segments][:2] == [(time(8), (1, 2)), (time(8, 30), (3, 4))]
    done = await booked(world, CODE, 1)
    await world.drain.once()
    assert [tuple(each) for each in await registrations(world)] == [(done.public_id, 2, 3, CODE)]
    assert (await appointment(world, done.public_id)).registration
    async with world.context() as context:
        await BookingService(context).cancel(done.id)
    await world.drain.once()
    assert await registrations(world) == []


async def test_who_books_before_the_hospital_has_the_session_is_registered_after_it(
    world: World, travel: time_machine.Coordinates
) -> None:
    await behave(world.database, Conduct(unavailable=True))
    await published(world)
    await behave(world.database, GOOD)
    first, gone = await booked(world, CODE), await booked(world, CODE, 1, "b", "李四")
    async with world.context("b") as context:
        await BookingService(context).cancel(gone.id)
    await behave(world.database, Conduct(unavailable=True))
    await later(world, travel)
    assert await theirs(world) == [] and (await row(world)).state == "waiting"
    await behave(world.database, GOOD)
    await later(world, travel)
    assert [each.appointment for each in await registrations(world)] == [first.public_id]
    assert (await appointment(world, first.public_id)).registration


async def test_a_lost_answer_is_asked_for_and_nothing_is_doubled(
    world: World, travel: time_machine.Coordinates
) -> None:
    await behave(world.database, Conduct(lose_next=2))
    await published(world)
    done = await booked(world, CODE)
    await run(world, lambda context: Publishing(context).close(CODE))  # so that no open session of ours has the place
    assert len(await theirs(world)) == 2 and (await row(world)).code is None
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    assert {each.source for each in await given.in_our_pool(world)} == {"desk"}
    await later(world, travel)
    await sync(world)
    assert len(await theirs(world)) == 2 == len(await given.in_our_pool(world))
    assert [each.appointment for each in await registrations(world)] == [done.public_id]


async def test_a_crash_between_the_command_and_the_commit(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as crash:
        crash.setattr(telling, "accepted", dies)
        await published(world)
    done = await booked(world, CODE)
    assert len(await theirs(world)) == 2 and (await row(world)).code is None
    await later(world, travel)
    assert len(await theirs(world)) == 2 and (await row(world)).state == "told"
    assert [each.appointment for each in await registrations(world)] == [done.public_id]


async def test_a_roster_that_tells_our_session_makes_no_second_one(world: World) -> None:
    other = await ward.session(world, doctor="1024")
    await published(world)
    done = await booked(world, CODE)
    for _ in range(2):
        await sync(world)
    codes = [each.code for each in await given.in_our_pool(world)]
    assert sorted(codes) == sorted({CODE, CODE.replace("D270302", "D270309"), other})
    assert (await appointment(world, done.public_id)).state == "booked" and await ward.balanced(world)
    assert (await row(world)).heard == "open:" and (await row(world)).wanted == 1


async def test_refused_by_the_hospital_nobody_loses_an_appointment(
    world: World, travel: time_machine.Coordinates
) -> None:
    await behave(world.database, Conduct(refuse={"tell_session": "no_room"}))
    await published(world)
    done = await booked(world, CODE)
    await later(world, travel)
    known = await row(world)
    assert (known.state, known.refusal, known.words) == ("refused", "no_room", "no room with this code")
    kept = await appointment(world, done.public_id)
    assert (kept.state, kept.registration) == ("booked", None)
    await behave(world.database, GOOD)
    await later(world, travel)
    assert (await row(world)).state == "refused"  # a no is final until somebody looked
    for _ in range(2):  # a second tap is the first
        await run(world, lambda context: telling.again(context, known.session_id))
    await later(world, travel)
    assert (await row(world)).state == "told" and (await row(world)).refusal is None
    with pytest.raises(Conflict):
        await run(world, lambda context: telling.again(context, known.session_id))
    assert [each.appointment for each in await registrations(world)] == [done.public_id]


async def test_a_hospital_that_takes_no_sessions(world: World, travel: time_machine.Coordinates) -> None:
    given.hospital(world).takes_sessions = False
    await published(world)
    done = await booked(world, CODE)
    await later(world, travel, 6)
    assert await theirs(world) == [] and (await row(world)).state == "waiting"
    assert (await appointment(world, done.public_id)).state == "booked"
    given.hospital(world).takes_sessions = True  # its new version does
    for _ in range(2):
        await booking_sessions.late(world.workshop.job(name="booking.sessions"))
    await later(world, travel)
    assert [each.appointment for each in await registrations(world)] == [done.public_id]


async def test_booking_while_the_answer_comes_is_missed_by_neither(world: World) -> None:
    """The job of the appointment and that of the session look at the same moment: one of them sees the other."""
    await behave(world.database, Conduct(unavailable=True))
    await published(world)
    await behave(world.database, GOOD)
    done = await booked(world, CODE)
    key = (await row(world)).session_id
    job = world.workshop.job(name="both")

    async def answered() -> None:
        async with job.context() as context:
            due = await telling.due(context, key)
            await book.sent(context.tx, key)
        assert due is not None
        code = await given.hospital(world).tell_session(due.request, due.session)
        await job.run(lambda context: telling.accepted(context, due, code))

    await asyncio.gather(answered(), booking.register(job, {"appointment": done.id}))
    await world.drain.once()
    assert [each.appointment for each in await registrations(world)] == [done.public_id]


async def test_a_day_that_has_passed_is_told_no_more(world: World, travel: time_machine.Coordinates) -> None:
    await behave(world.database, Conduct(unavailable=True))
    await published(world)
    travel.shift(timedelta(days=3))
    await behave(world.database, GOOD)
    await later(world, travel)
    assert [each.own for each in await theirs(world)] == [CODE.replace("D270302", "D270309")]


async def test_a_session_that_was_never_noted_is_told_as_well(world: World, travel: time_machine.Coordinates) -> None:
    """Made by a process of an older version, or restored."""
    await behave(world.database, Conduct(unavailable=True))
    await published(world)
    await behave(world.database, GOOD)
    other = await ward.session(world, doctor="1024")
    await booking.sync_rosters(world.workshop.job(name="booking.rosters"))
    async with world.database.transaction() as tx:
        await tx.update(book.told.delete())
    done = await booked(world, CODE)
    await later(world, travel)
    assert await theirs(world) == [] and (await appointment(world, done.public_id)).registration is None
    for _ in range(2):
        await booking_sessions.late(world.workshop.job(name="booking.sessions"))
    await later(world, travel)
    assert [each.own for each in await theirs(world)] == [CODE, CODE.replace("D270302", "D270309")]
    assert [each.appointment for each in await registrations(world)] == [done.public_id]
    assert (await row(world)).wanted == 1 and await row(world, other) is None
