"""What a stop leaves to the rest of booking: draws, coming, no-shows, cancelling; and taking it back."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from functools import partial

import pytest
import time_machine

from bot.context import Context
from flows.booking.opening.refusals import InDraw
from flows.booking.pool import store as pool
from flows.booking.refusals import SessionStopped
from flows.booking.standing.coming.arrivals import Arrivals
from flows.booking.standing.missing import store as missing
from flows.booking.standing.missing.writing import NoShows
from flows.booking.stops import store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.refusals import UndoTooLate
from flows.booking.stops.undoing import Undoing
from jobs import booking_stops
from tests.flows.booking import ward
from tests.flows.booking.stops.test_stops import LATER, asked, run, seated, stop
from tests.support.world import World


async def test_nobody_gets_past_a_draw_by_a_stop(world: World) -> None:
    session, _ = await seated(world, 1)
    code = await ward.session(world, ward.TOMORROW, doctor="1024")
    await ward.sync(world)
    await stop(world, session)
    public = (await asked(world))[0].public_id
    drawn = (await ward.segments(world, code))[0]

    async def offered(context: Context) -> list[int]:
        return [each.id for each in await Choosing(context).others(await choices.by_public(context.tx, public))]

    assert await run(world, offered, "p0") == [drawn.id]
    async with world.database.transaction() as tx:
        await store.set_session(tx, drawn.session_id, draw="coming")
    assert await run(world, offered, "p0") == []
    with pytest.raises(InDraw):  # by a page that was opened before
        await run(world, lambda context: Choosing(context).choose(public, "other", drawn.id), "p0")


async def test_a_stop_keeps_nothing_of_what_is_yet_to_be_drawn(world: World) -> None:
    session, _ = await seated(world, 1)
    segments = await ward.segments(world, f"{LATER:%y%m%d}am11011023")
    async with world.database.transaction() as tx:
        await store.set_session(tx, segments[0].session_id, draw="coming")
    await stop(world, session)
    assert (await asked(world))[0].slot_id is None
    after = await ward.segments(world, f"{LATER:%y%m%d}am11011023")
    assert [each.free for each in after] == [each.free for each in segments]


async def test_who_chooses_and_who_takes_the_stop_back_never_wait_for_each_other(world: World) -> None:
    session, booked = await seated(world, 1)
    made = await stop(world, session)
    row = (await asked(world))[0]

    async def undo() -> None:
        async with world.context("p0") as context:  # done once: a deadlock is none that nobody sees
            await Undoing(context).undo(made.public_id)

    async with world.context("p0") as context:
        await pool.lock(context.tx, booked[0])
        undoing = asyncio.create_task(undo())
        await asyncio.sleep(0.3)
        await choices.lock(context.tx, row.id)
        await choices.mark(context.tx, booked[0], None)
    await undoing
    assert (await asked(world))[0].state == "withdrawn"


async def test_undo_only_while_nobody_chose(world: World) -> None:
    session, booked = await seated(world, 2)
    made = await stop(world, session)
    row = (await asked(world))[1]
    await run(world, lambda context: Choosing(context).choose(row.public_id, "cancel"), "p1")
    with pytest.raises(UndoTooLate):
        await run(world, lambda context: Undoing(context).undo(made.public_id))
    async with world.database.reading() as tx:
        assert await store.excused(tx, booked) == set(booked)


async def test_who_stays_with_the_substitute_checks_in(world: World, travel: time_machine.Coordinates) -> None:
    session, booked = await seated(world, 2)
    await stop(world, session, substitute="D1031")
    row = (await asked(world))[0]
    await run(world, lambda context: Choosing(context).choose(row.public_id, "keep"), "p0")
    travel.shift(timedelta(days=1, minutes=30))
    assert not (await run(world, lambda context: Arrivals(context).check_in(booked[0], "page"), "p0")).late
    with pytest.raises(SessionStopped):  # the job that lets the others stay has not run yet
        await run(world, lambda context: Arrivals(context).check_in(booked[1], "page"), "p1")
    await booking_stops.stops(world.workshop.job(name="booking.stops"))
    assert not (await run(world, lambda context: Arrivals(context).check_in(booked[1], "page"), "p1")).late


async def test_what_the_hospital_stopped_is_never_held_against_anybody(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Only the second half is stopped, so that the session itself goes on."""
    session, booked = await seated(world, 2, capacity=1)
    await stop(world, session, since=time(9, 30))
    row = (await asked(world))[0]
    assert row.appointment_id == booked[1]
    travel.shift(timedelta(days=2))
    ends = [await run(world, partial(_missed, each)) for each in booked]
    assert ends == [True, False]


async def test_giving_up_what_was_stopped_is_no_cancelling(world: World) -> None:
    session, _ = await seated(world, 1)
    await stop(world, session)
    row = (await asked(world))[0]
    await run(world, lambda context: Choosing(context).choose(row.public_id, "cancel"), "p0")

    async def counted(context: Context) -> int:
        assert context.contact is not None
        who = f"contact:{context.contact.public_id}"
        since = context.now - timedelta(days=1)
        return len(await missing.cancellations(context.tx, context.contact.id, who, since))

    assert await run(world, counted, "p0") == 0


async def test_who_said_that_they_come_is_expected(world: World) -> None:
    session, booked = await seated(world, 2)
    await stop(world, session, substitute="D1031")
    row = (await asked(world))[0]
    await run(world, lambda context: Choosing(context).choose(row.public_id, "keep"), "p0")
    async with world.database.reading() as tx:
        assert await store.excused(tx, booked) == {booked[1]}


async def _missed(appointment: int, context: Context) -> bool:
    return await NoShows(context).write(appointment)
