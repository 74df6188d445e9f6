"""Stops under two hands at once, with the hospital's voice between, and at random: nobody is lost, nothing oversold."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.context import Context
from flows.booking import store as booking
from flows.booking.refusals import BookingRefusal
from flows.booking.service import BookingService
from flows.booking.stops import store
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.refusals import (
    AlreadyStopped,
    NoSubstitute,
    NotOffered,
    PreviewStale,
    ReasonMissing,
    SubstituteBusy,
)
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.undoing import Undoing
from integrations.his import store as his
from jobs import booking as booking_jobs
from jobs import booking_stops
from tests.flows.booking import ward
from tests.support.world import World

LATER = ward.TODAY + timedelta(days=3)
Work = Callable[[Context], Awaitable[Any]]


async def run(world: World, work: Work, who: str = "") -> Any:
    """In a transaction that is done again after a deadlock, as jobs and pages do; for a contact or a clerk."""
    contact = await world.contact_id(who) if who else None
    return await world.workshop.job(name="test").run(work, contact)


async def seated(world: World, people: int, capacity: int = 2) -> tuple[int, list[int]]:
    """Tomorrow's session of 王静 with so many booked, one contact each, and one of hers three days from now. Gives the
    session's key and the appointments'."""
    code = await ward.session(world, capacity=capacity)
    await ward.session(world, LATER, capacity=capacity)
    await ward.sync(world)
    segments = await ward.segments(world, code)
    booked = []
    for n in range(people):
        person = await ward.person(world, f"p{n}", f"张{n}", known=n == 0)
        async with world.context(f"p{n}") as context:
            service = BookingService(context)
            held = await service.hold(segments[n // capacity].id, person, f"r{n}")
            booked.append((await service.confirm(held.id)).id)
    return segments[0].session_id, booked


async def stop(world: World, session: int, once: str = "once", **how: Any) -> Any:
    wish = Wish(session, how.pop("reason", "手术"), how.pop("since", None), how.pop("substitute", None))
    return await run(world, lambda context: StopsService(context).stop(wish, once, **how))


async def asked(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(select(store.choice).order_by(store.choice.c.id)))


async def count(world: World, table: Any, **values: Any) -> int:
    async with world.database.reading() as tx:
        where = [table.c[name] == value for name, value in values.items()]
        return int(await tx.scalar(select(func.count()).select_from(table).where(*where)))


async def test_two_clerks_stop_it_once(world: World) -> None:
    session, booked = await seated(world, 3)

    async def clerk(n: int) -> str:
        try:
            return str((await stop(world, session, f"clerk{n}")).public_id)
        except AlreadyStopped:
            return "already"

    ends = await asyncio.gather(clerk(1), clerk(2))
    assert "already" in ends and len(set(ends)) == 2
    assert {row.appointment_id for row in await asked(world)} == set(booked)
    assert await count(world, store.stop) == 1
    assert await count(world, booking.slot, state="cooling") == 3 and await ward.balanced(world)
    again = await stop(world, session, "clerk1" if ends[1] == "already" else "clerk2")
    assert again.public_id in ends and await count(world, store.choice) == 3


@pytest.mark.parametrize("answers", [("same", "cancel"), ("same", "same"), ("keep", "other")])
async def test_of_two_taps_the_first_wins(world: World, answers: tuple[Any, Any]) -> None:
    session, _ = await seated(world, 2)
    await ward.session(world, ward.TOMORROW, doctor="1024")
    await ward.sync(world)
    await stop(world, session, substitute="D1031" if "keep" in answers else None)
    row = (await asked(world))[0]
    other = (await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011024"))[0].id

    async def tap(answer: Any) -> Any:
        async def choose(context: Context) -> Any:
            return await Choosing(context).choose(row.public_id, answer, other if answer == "other" else None)

        return await run(world, choose, "p0")

    ends = await asyncio.gather(*(tap(answer) for answer in answers))
    if "keep" not in answers:  # what was kept may be changed
        assert sorted(end.fresh for end in ends) == [False, True]
    final = (await asked(world))[0]
    assert final.state == next(end.row.state for end in ends if end.row.state == final.state)
    active = await count(world, booking.appointment, person_id=ends[0].row.person_id, state="booked")
    assert active == (0 if final.state == "cancelled" else 1)
    assert await ward.balanced(world)


async def test_nobody_slips_through_while_it_is_stopped(world: World) -> None:
    session, _ = await seated(world, 1, capacity=4)
    segments = [row.id for row in await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am11011023")]
    people = [await ward.person(world, f"q{n}", f"王{n}", known=False) for n in range(4)]

    async def book(n: int) -> None:
        try:
            held = await run(
                world, lambda context: BookingService(context).hold(segments[n % 2], people[n], f"q{n}"), f"q{n}"
            )
            await run(world, lambda context: BookingService(context).confirm(held.id), f"q{n}")
        except BookingRefusal:
            return

    await asyncio.gather(*(book(n) for n in range(4)), stop(world, session))
    await booking_stops.stops(world.workshop.job(name="booking.stops"))
    async with world.database.reading() as tx:
        inside = await booking.appointments_in(tx, segments, ("held", "booked"))
    assert {row.state for row in inside} == {"booked"}
    assert {row.id for row in inside} == {row.appointment_id for row in await asked(world)}
    assert await ward.balanced(world)


async def test_what_nobody_took_comes_back(world: World, travel: time_machine.Coordinates) -> None:
    session, _ = await seated(world, 2)
    await stop(world, session)
    assert await count(world, booking.slot, state="cooling") == 2
    travel.shift(timedelta(hours=24))
    await booking_jobs.sweep(world.workshop.job(name="booking.sweep"))
    assert await count(world, booking.slot, state="cooling") == 0 and await ward.balanced(world)
    row = (await asked(world))[0]
    with pytest.raises(NotOffered):
        await run(world, lambda context: Choosing(context).choose(row.public_id, "same"), "p0")


async def test_the_hospital_is_told(world: World) -> None:
    session, _ = await seated(world, 1)
    await world.settle()
    await stop(world, session)
    row = (await asked(world))[0]
    await run(world, lambda context: Choosing(context).choose(row.public_id, "same"), "p0")
    await world.settle()
    async with world.database.reading() as tx:
        book = {row.active: row.session_id for row in await tx.all(select(his.registration))}
    assert len(book) == 2 and book[None] != book[1]


async def test_the_hospital_does_not_open_what_is_stopped_here(world: World) -> None:
    session, _ = await seated(world, 1)
    code = f"{ward.TOMORROW:%y%m%d}am11011023"
    made = await stop(world, session)
    await ward.change_session(world, code, consultation_fee=3000)
    await ward.sync(world)
    assert {row.state for row in await ward.segments(world, code)} == {"stopped"}
    assert await count(world, booking.session, code=code, state="stopped") == 1
    await run(world, lambda context: Undoing(context).undo(made.public_id))
    await ward.sync(world)
    assert {row.state for row in await ward.segments(world, code)} == {"open"}
    assert await count(world, booking.session, code=code, state="open") == 1
    await ward.change_session(world, code, state="stopped")
    await ward.sync(world)
    await world.settle()
    assert [row.state for row in await asked(world)] == ["withdrawn", "open"]


async def test_what_the_desk_is_refused(world: World) -> None:
    session, _ = await seated(world, 1)
    await ward.session(world, clinic="1102", doctor="1032")
    await ward.sync(world)
    for refusal, how in (
        (ReasonMissing, {"reason": " "}), (NoSubstitute, {"substitute": "D1023"}), (NoSubstitute, {"substitute": "D9"}),
        (SubstituteBusy, {"substitute": "D1032"}), (PreviewStale, {"mark": "0" * 32}),
    ):
        with pytest.raises(refusal):
            await stop(world, session, **how)
    assert await count(world, store.stop) == 0
    found = await run(world, lambda context: StopsService(context).preview(Wish(session, "手术")))
    assert (len(found.rows), found.holds, len(found.kept)) == (1, 0, 1)
    await stop(world, session, mark=found.mark)
