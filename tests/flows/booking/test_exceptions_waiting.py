"""An exception from the limit on cancellations is used by a waiting list or a draw as by a hold: once, and back where
it came to nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from bot.db.transaction import Transaction
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.refusals import TooManyCancelled
from flows.booking.store import segment as table
from flows.booking.waiting import store as entries
from jobs import booking_opening
from tests.flows.booking import fair, ward
from tests.flows.booking.days import count, session
from tests.flows.booking.test_exceptions import excepted
from tests.flows.booking.test_waiting import offer_of, sweep
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("one_cancellation")


@pytest.fixture
def one_cancellation(world: World) -> None:
    terms = world.settings.standing.model_copy(update={"most_cancelled": 1})
    world.settings = world.settings.model_copy(update={"standing": terms})


async def too_often(world: World) -> int:
    """Somebody whose contact cancelled twice."""
    person, segments = await ward.person(world, "a"), await session(world, doctor="1024")
    for n in range(2):
        async with world.context("a") as context:
            service = BookingService(context)
            held = await service.hold(segments[0], person, f"take {n}")
            await service.confirm(held.id)
            await service.cancel(held.id)
    return person


async def fill(world: World, code: str) -> list[int]:
    """Another takes all of a session; gives the session and the appointments."""
    made, rows = [], await ward.segments(world, code)
    for n, row in enumerate(rows):
        other = await ward.person(world, f"h{code}{n}", f"王{n}", known=False)
        async with world.context(f"h{code}{n}") as context:
            held = await BookingService(context).hold(row.id, other, f"h{code}{n}")
            made.append((await BookingService(context).confirm(held.id)).id)
    return [rows[0].session_id, *made]


async def halves(world: World) -> list[list[int]]:
    """A full morning and a full afternoon of one doctor's day, and a full day after it."""
    day = ward.TODAY + timedelta(days=4)
    codes = [await ward.session(world, day, capacity=1), await ward.session(world, day, half="pm", capacity=1)]
    codes.append(await ward.session(world, day + timedelta(days=1), capacity=1))
    await ward.sync(world)
    return [await fill(world, code) for code in codes]


async def join(world: World, sessions: list[int], person: int) -> list[Any]:
    async with world.context("a") as context:
        return await BookingService(context).waiting.join(sessions, person)


async def refused(world: World, session_id: int, person: int) -> str:
    async with world.context("a") as context:
        with pytest.raises(TooManyCancelled) as no:
            await BookingService(context).waiting.join([session_id], person)
        return await Appeals(context).about_session(no.value, person, session_id)


async def give_up(world: World, entry: Any) -> None:
    async with world.context("a") as context:
        await BookingService(context).waiting.give_up(entry.public_id)


async def test_one_list_is_joined_and_it_is_back_when_it_is_left(world: World) -> None:
    person, (morning, _, later) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    (entry,) = await join(world, [morning[0]], person)
    assert await count(world, "booking_exception", state="used", waiting_id=entry.id) == 1
    await refused(world, later[0], person)
    await give_up(world, entry)
    assert await count(world, "booking_exception", state="open", waiting_id=None) == 1
    await join(world, [later[0]], person)
    await refused(world, morning[0], person)


async def test_both_halves_of_a_day_are_one(world: World) -> None:
    person, (morning, afternoon, later) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    first, second = await join(world, [morning[0], afternoon[0]], person)
    await give_up(world, first)
    assert await count(world, "booking_exception", state="used", waiting_id=second.id) == 1
    await refused(world, later[0], person)
    await give_up(world, second)
    assert await count(world, "booking_exception", state="open") == 1


@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)
async def test_two_halves_that_end_at_once_give_it_back(world: World) -> None:
    """Each in a transaction of its own: none leaves it to the other, which has just ended."""
    person, (morning, afternoon, _) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    first, second = await join(world, [morning[0], afternoon[0]], person)

    async def over(tx: Transaction, entry: Any) -> bool:
        return await entries.end(tx, entry.id, entries.WAITING, entries.OVER, "job:test")

    async def alone() -> bool:
        async with world.database.transaction() as tx:
            return await over(tx, first)

    async with world.database.transaction() as tx:
        assert await over(tx, second)
        other = asyncio.create_task(alone())
        await asyncio.wait({other}, timeout=0.5)  # were it not to wait for this one, it would be done
    assert await other
    assert await count(world, "booking_exception", state="open", waiting_id=None) == 1


async def offered(world: World, filled: list[int]) -> int:
    """One who has a slot there cancels, and it is offered."""
    async with world.database.reading() as tx:
        code = (await entries.sessions(tx, [filled[0]]))[0].code
    async with world.context(f"h{code}0") as context:
        await BookingService(context).cancel(filled[1])
    await world.drain.once()
    return await offer_of(world, "a")


async def test_an_offer_takes_it_along_and_a_declined_one_leaves_it_to_the_other_half(world: World) -> None:
    person, (morning, afternoon, later) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    _, second = await join(world, [morning[0], afternoon[0]], person)
    held = await offered(world, morning)
    assert await count(world, "booking_exception", state="used", appointment_id=held) == 1
    await refused(world, later[0], person)
    async with world.context("a") as context:
        await BookingService(context).release(held)
    assert await count(world, "booking_exception", state="used", appointment_id=None, waiting_id=second.id) == 1
    taken = await offered(world, afternoon)
    async with world.context("a") as context:
        await BookingService(context).confirm(taken)
    assert await count(world, "booking_exception", state="used", appointment_id=taken, waiting_id=None) == 1
    await refused(world, later[0], person)


async def test_a_session_that_is_stopped_gives_it_back(world: World) -> None:
    person, (morning, _, later) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    await join(world, [morning[0]], person)
    held = await offered(world, morning)
    async with world.database.transaction() as tx:
        await tx.update(update(entries.session).where(entries.session.c.id == morning[0]).values(state="stopped"))
        await tx.update(update(table).where(table.c.session_id == morning[0]).values(state="stopped"))
    await sweep(world)
    assert await count(world, "booking_appointment", id=held, state="released") == 1
    assert await count(world, "booking_exception", state="open", appointment_id=None, waiting_id=None) == 1
    await join(world, [later[0]], person)


async def wish_refused(world: World, segment: int, person: int) -> str:
    async with world.context("a") as context:
        with pytest.raises(TooManyCancelled) as no:
            await BookingService(context).wishing.wish(segment, person)
        return await Appeals(context).about_refusal(no.value, person, segment)


async def withdraw(world: World, wish: Any) -> None:
    async with world.context("a") as context:
        await BookingService(context).wishing.withdraw(wish.public_id)


async def test_a_wish_uses_it_and_a_withdrawn_one_gives_it_back(
    world: World, travel: time_machine.Coordinates
) -> None:
    person, segments = await too_often(world), await fair.announced(world)
    travel.move_to(fair.OPENS)
    await excepted(world, await wish_refused(world, segments[0], person))
    other = (await halves(world))[0]
    wish = await fair.wish(world, "a", segments[0], person)
    assert await count(world, "booking_exception", state="used", wish_id=wish.id) == 1
    await fair.wish(world, "a", segments[1], person)
    await refused(world, other[0], person)
    await withdraw(world, wish)
    assert await count(world, "booking_exception", state="open", wish_id=None) == 1
    (entry,) = await join(world, [other[0]], person)
    await wish_refused(world, segments[0], person)
    await give_up(world, entry)
    await fair.wish(world, "a", segments[0], person)
    assert await count(world, "booking_exception", state="used", wish_id=wish.id) == 1


@pytest.mark.parametrize("wins", [True, False])
async def test_what_is_won_takes_it_along_and_what_is_lost_gives_it_back(
    world: World, travel: time_machine.Coordinates, wins: bool
) -> None:
    person, segments = await too_often(world), await fair.announced(world)
    travel.move_to(fair.OPENS)
    await excepted(world, await wish_refused(world, segments[0], person))
    await fair.wish(world, "a", segments[0], person)
    if not wins:
        async with world.database.transaction() as tx:
            await tx.update(update(table).where(table.c.id.in_(segments)).values(free=0))
    travel.shift(200)
    await booking_opening.sweep_draws(world.workshop.job(name="booking.draws"))
    used = await count(world, "booking_exception", state="used", wish_id=None)
    assert (used, await count(world, "booking_exception", state="open", wish_id=None)) == (int(wins), int(not wins))
    assert await count(world, "booking_wish", state="won" if wins else "lost") == 1
