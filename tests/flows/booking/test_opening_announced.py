"""Which sessions are drawn: announced in order, withdrawn in time, at once where a day opens early."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot import clock
from bot.db.engine import Database
from flows.booking.neighbours import ClinicRule, Neighbours
from flows.booking.opening import store as draws
from flows.booking.opening.announcing import Announcing
from jobs import booking_opening
from tests.flows.booking import ward
from tests.flows.booking.fair import (
    DAY,
    OPENS,
    announced,
    the_draw,
    wish,
)
from tests.flows.booking.test_opening import segments
from tests.support.world import World

__all__ = ["segments"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_what_is_drawn_no_more_is_withdrawn_before_its_opening_only(
    world: World, segments: list[int], travel: time_machine.Coordinates, database: Database
) -> None:
    travel.move_to(OPENS)
    async with database.transaction() as tx:
        for row in await draws.fairs(tx):
            await draws.drop_fair(tx, row.public_id)
    async with world.context() as context:
        await Announcing(context).renew()
    assert (await the_draw(world)).state == draws.COMING
    travel.move_to(ward.MORNING)
    async with world.context() as context:
        await Announcing(context).renew()
    assert (await the_draw(world)).state == draws.VOID


async def test_sessions_are_announced_in_the_order_of_their_keys(world: World) -> None:
    """The later day is made first: whoever locks several sessions goes by key, so this does, too."""
    for days in (2, 1):
        await ward.session(world, DAY + timedelta(days=days))
        await ward.sync(world)
    await announced(world)
    async with world.database.reading() as tx:
        keys = [row.session_id for row in await tx.all(select(draws.draw).order_by(draws.draw.c.id))]
    assert len(keys) == 3 and keys == sorted(keys)


async def test_a_day_that_opens_early_is_drawn_at_once(world: World, segments: list[int]) -> None:
    """The horizon is widened: the day is open, and nobody waits a week for its draw."""
    person = await ward.person(world)
    async with world.context() as context:
        neighbours = Neighbours(context)
        await neighbours.decide("1101", ClinicRule(horizon_days=14))
    neighbours.forget()
    await booking_opening.announce(world.workshop.job(name="booking.announce"))
    draw = await the_draw(world)
    assert (draw.opens_at, draw.closes_at) == (clock.now(), clock.now() + timedelta(seconds=90))
    await booking_opening.announce(world.workshop.job(name="booking.announce"))
    assert (await the_draw(world)).opens_at == draw.opens_at
    assert (await wish(world, "a", segments[0], person)).state == "waiting"
