"""Publishing that stops sessions, and stops that are taken back afterwards: what a roster took away stays closed."""

from __future__ import annotations

import asyncio
from datetime import time
from typing import Any

import pytest
from sqlalchemy import select

from flows.booking.pool import store as pool
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.sessions.publishing import Published, Publishing, StalePreview
from flows.booking.stops.by_roster import stop_session
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import stop
from flows.booking.stops.undoing import Undoing
from tests.flows.booking import ward
from tests.flows.booking.clerk import (
    CODE,
    TERMS,
    appointment,
    book,
    change,
    draft,
    end,
    publish,
    run,
    seen,
    sessions,
)
from tests.support.world import World


@pytest.fixture(autouse=True)
async def directory(world: World) -> None:
    await ward.sync(world)


async def test_a_session_that_goes_can_be_stopped(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    await end(world)
    done = await publish(world, **{booked.public_id: "stop"})
    assert (done.kept, done.stopped) == (0, 1)
    row = await appointment(world, booked.public_id)
    assert row.session_state == "stopped" and row.stopped_at is not None
    async with world.database.reading() as tx:
        told, _ = await patterns.changes(tx, ["1101"])
    assert {each.act for each in told} == {"published", "pattern_add", "pattern_end", "session_gone"}
    assert all(each.actor == "staff:clerk" for each in told)


async def test_who_publishes_and_who_gives_a_hold_back_never_wait_for_each_other(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    await end(world)
    token = (await seen(world)).token

    async def publishing() -> Published:
        async with world.context("b") as context:  # once: no second try hides a deadlock
            return await Publishing(context, stop_session).publish("1101", token, {booked.public_id: "stop"})

    async with world.context("a") as context:
        await pool.lock(context.tx, booked.id)
        task = asyncio.create_task(publishing())
        await asyncio.sleep(0.3)
        await pool.give(context.tx, booked.segment_id, booked.slot_id, pool.TAKEN)
        await pool.end(context.tx, booked.id, "booked", "cancelled", context.actor)
    with pytest.raises(StalePreview):  # one less than was read
        await task


async def test_what_went_stays_closed_when_its_stop_is_taken_back(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    await end(world)
    await publish(world, **{booked.public_id: "stop"})
    async with world.database.reading() as tx:
        made: Any = await tx.one(select(stop))
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    row = await appointment(world, booked.public_id)
    assert (row.session_state, row.segment_state, row.stopped_at) == ("closed", "closed", None)
    assert {each.state for each in await ward.segments(world, CODE)} == {"closed"}
    await draft(world, TERMS)  # told again, it is open again
    await publish(world)
    assert {each.state for each in await sessions(world)} == {"open"} and await ward.balanced(world)
    assert {each.state for each in await ward.segments(world, CODE)} == {"open"}


async def test_what_was_closed_by_hand_stays_closed_when_a_stop_is_taken_back(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    await book(world, CODE, 3)
    key = (await sessions(world))[0].id
    wish = Wish(key, "手术", time(9, 30))
    made = await run(world, lambda context: StopsService(context).stop(wish, "once"))
    await run(world, lambda context: Publishing(context).close(CODE))
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    assert {each.state for each in await ward.segments(world, CODE)} == {"closed"}


async def test_what_came_while_it_was_stopped_opens_with_the_rest(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    await world.drain.once()  # the hospital has it before it is told of the stop
    key = (await sessions(world))[0].id
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术"), "once"))
    await change(world, starts="08:30", ends="11:00")  # half an hour less, an hour more
    await publish(world, **{booked.public_id: "keep"})
    found = {each.start_wall: each.state for each in await ward.segments(world, CODE)}
    assert found.pop("08:00") == "closed" and set(found.values()) == {"stopped"} and "10:30" in found
    assert (await sessions(world))[0].state == "stopped"
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    found = {each.start_wall: each.state for each in await ward.segments(world, CODE)}
    assert found.pop("08:00") == "closed" and set(found.values()) == {"open"} and "10:30" in found
    assert (await sessions(world))[0].state == "open" and await ward.balanced(world)
    assert (await appointment(world, booked.public_id)).state == "booked"
    late = (await ward.segments(world, CODE))[-1]
    assert late.free == 2 and (await book(world, CODE, -1, "b", "李四")).state == "booked"


async def test_what_comes_behind_a_stop_from_a_time_on_falls_under_it(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    key = (await sessions(world))[0].id
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术", time(9, 30)), "once"))
    await change(world, starts="07:30", ends="10:30")
    await publish(world, **{booked.public_id: "keep"})
    found = {each.start_wall: each.state for each in await ward.segments(world, CODE)}
    assert (found["07:30"], found["09:30"], found["10:00"]) == ("open", "stopped", "stopped")
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    assert {each.state for each in await ward.segments(world, CODE)} == {"open"} and await ward.balanced(world)


async def test_what_the_hospital_adds_to_what_we_stopped_is_not_open(world: World) -> None:
    code = await ward.session(world, capacity=1)
    await ward.sync(world)
    await book(world, code)
    key = (await sessions(world))[0].id
    made = await run(world, lambda context: StopsService(context).stop(Wish(key, "手术"), "once"))
    await ward.change_session(world, code, ends=time(11))
    await ward.sync(world)
    assert {each.state for each in await ward.segments(world, code)} == {"stopped"}
    assert (await sessions(world))[0].state == "stopped" and len(await ward.segments(world, code)) == 4
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    await ward.sync(world)
    assert {each.state for each in await ward.segments(world, code)} == {"open"} and await ward.balanced(world)
