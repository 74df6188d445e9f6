"""The hospital is told what changes in a session of the console: times, closing, stops and substitutes."""

from __future__ import annotations

from datetime import time

import time_machine

from flows.booking.roster.sessions.publishing import Publishing
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.undoing import Undoing
from integrations.his.conduct import GOOD, Conduct, behave
from tests.flows.booking import told as given
from tests.flows.booking import ward
from tests.flows.booking.clerk import CODE, appointment, change, end, publish, run
from tests.flows.booking.clerk import book as booked
from tests.flows.booking.test_roster_told import directory
from tests.flows.booking.told import in_their_book, later, published, registrations, row, sync
from tests.support.world import World

__all__ = ["directory"]


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
