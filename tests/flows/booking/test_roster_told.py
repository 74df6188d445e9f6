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
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.undoing import Undoing
from integrations.his.conduct import GOOD, Conduct, behave
from jobs import booking, booking_sessions
from tests.flows.booking import told as given
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, appointment, change, end, publish, run
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
    await run(world, lambda context: telling.again(context, known.session_id))
    with pytest.raises(Conflict):
        await run(world, lambda context: telling.again(context, known.session_id))
    await later(world, travel)
    assert (await row(world)).state == "told" and (await row(world)).refusal is None
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


async def test_a_change_is_told_before_who_books_in_it(world: World, travel: time_machine.Coordinates) -> None:
    await published(world)
    first = await booked(world, CODE)
    await world.drain.once()
    await behave(world.database, Conduct(unavailable=True))
    await change(world, minutes=20, ends="09:20", capacity=3)
    await publish(world, **{first.public_id: "keep"})
    await behave(world.database, GOOD)
    at = next(n for n, each in enumerate(await ward.segments(world, CODE)) if each.start_wall == "08:20")
    second = await booked(world, CODE, at, "b", "李四")
    await world.drain.once()  # its own turn comes before that of the session, which waits to be tried again
    assert [each.appointment for each in await registrations(world)] == [first.public_id]
    await later(world, travel)
    told = await in_their_book(world)
    assert [(each.start, each.numbers) for each in told.segments if each.state == "closed" and each.numbers] == [
        (time(8), (1,))
    ]
    assert {each.appointment for each in await registrations(world)} == {first.public_id, second.public_id}
    assert (await appointment(world, second.public_id)).state == "booked"


async def test_a_refused_change_leaves_everybody_in_peace(world: World, travel: time_machine.Coordinates) -> None:
    """Who fits what the hospital has is registered, who does not is not refused for that."""
    await published(world)
    await behave(world.database, Conduct(refuse={"tell_session": "no_room"}))
    await change(world, ends="10:30")
    await publish(world)
    fits, new = await booked(world, CODE), await booked(world, CODE, 4, "b", "李四")
    await later(world, travel)
    assert [each.appointment for each in await registrations(world)] == [fits.public_id]
    kept = await appointment(world, new.public_id)
    assert (kept.state, kept.registration, (await row(world)).state) == ("booked", None, "refused")


async def test_closing_and_opening_are_told(world: World) -> None:
    await published(world)
    done = await booked(world, CODE)
    await run(world, lambda context: Publishing(context).close(CODE))
    await world.drain.once()
    assert (await in_their_book(world)).state == "closed"
    assert [each.appointment for each in await registrations(world)] == [done.public_id]  # closed is no stop
    await run(world, lambda context: Publishing(context).open(CODE))
    await world.drain.once()
    assert (await in_their_book(world)).state == "open"
    await end(world)
    await publish(world, **{done.public_id: "keep"})
    told = await in_their_book(world)
    assert (told.state, [each.numbers for each in told.segments if each.numbers]) == ("closed", [(1,)])


async def test_a_stop_and_a_substitute_are_told_and_taken_back(world: World) -> None:
    await published(world)
    key = (await row(world)).session_id
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术", time(9)), "once"))
    await world.drain.once()
    told = await in_their_book(world)
    assert (told.state, [each.state for each in told.segments]) == ("open", ["open", "open", "stopped", "stopped"])
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术"), "whole"))
    await world.drain.once()
    assert (await in_their_book(world)).state == "stopped"
    await sync(world)  # what its roster says now is our own word
    instead = Wish(key, "手术", substitute="D1024")
    made = await run(world, lambda context: StopsService(context).stop(instead, "instead"))
    await world.drain.once()
    told = await in_their_book(world)
    assert (told.state, told.substitute) == ("closed", "D1024")
    await sync(world)
    assert (await given.in_our_pool(world))[0].substitute is None  # ours, not another one of the hospital's
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    await world.drain.once()
    await sync(world)
    told = await in_their_book(world)
    assert (told.state, told.substitute) == ("open", None)
    assert {each.state for each in await given.in_our_pool(world)} == {"open"}


async def test_who_is_stopped_before_being_registered_is_asked_and_not_refused(
    world: World, travel: time_machine.Coordinates
) -> None:
    await published(world)
    done = await booked(world, CODE)
    key = (await row(world)).session_id
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术"), "once"))
    await later(world, travel)
    kept = await appointment(world, done.public_id)
    assert (kept.state, kept.registration) == ("booked", None) and kept.stopped_at is not None
    await run(world, lambda context: Undoing(context).undo(made.public_id))
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
