"""A sought-after session that is drawn, and people who wish for it."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select, update

from flows.booking.opening import rules
from flows.booking.opening import store as draws
from flows.booking.opening.records import Records
from flows.booking.opening.wishes import store as wishes
from flows.booking.service import BookingService
from jobs import booking_opening
from tests.flows.booking import ward
from tests.support.world import World

DAY = date(2027, 3, 9)  # opens on the 2nd at 7:00
OPENS = "2027-03-01 23:00:00+00:00"


async def announced(world: World) -> list[int]:
    """The two segments of a sought-after session, two slots each, its draw announced."""
    code = await ward.session(world, DAY)
    await ward.sync(world)
    async with world.database.transaction() as tx:
        await draws.set_fair(tx, "1101", "D1023", 90, "test")
    await booking_opening.announce(world.workshop.job(name="booking.announce"))
    return [row.id for row in await ward.segments(world, code)]


async def wish(world: World, who: str, segment: int, person: int) -> Any:
    async with world.context(who) as context:
        return await BookingService(context).wishing.wish(segment, person)


async def everybody(world: World, segments: list[int], many: int) -> list[int]:
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(many)]
    for n, person in enumerate(people):
        await wish(world, f"p{n}", segments[n % 2], person)
    return people


async def the_draw(world: World) -> Any:
    async with world.database.reading() as tx:
        return await tx.one(select(draws.draw))


async def first_in_order(world: World, person: int) -> None:
    """Of this person's wish the lot falls first, whatever the seed that was drawn before."""
    async with world.database.transaction() as tx:
        rows = await tx.all(select(wishes.wish))
        mine = next(row.code for row in rows if row.person_id == person)
        listed = [rules.Wish(row.code, row.weight) for row in rows]
        seeds = (rules.sha256(str(n)) for n in count())
        seed = next(each for each in seeds if rules.order(each, listed)[0] == mine)
        await tx.update(update(draws.draw).values(seed=seed, seed_hash=rules.sha256(seed)))


async def all_wishes(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(select(wishes.wish).order_by(wishes.wish.c.place, wishes.wish.c.id)))


async def record(world: World) -> dict[str, Any]:
    async with world.context() as context:
        records = Records(context)
        found = await records.one((await the_draw(world)).public_id)
        assert found is not None
        return await records.record(found)
