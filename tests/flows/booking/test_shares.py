"""Shares in the database: kept for a channel, back to it, released in time; the count is right whatever happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from sqlalchemy import select, text

from bot.context import Context
from flows.booking import store
from flows.booking.offers import Wanted
from flows.booking.office import store as office
from flows.booking.office.figures import store as figured
from flows.booking.office.rules import Days, Scope
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.rules import Rule
from flows.booking.refusals import SlotTaken
from flows.booking.service import BookingService
from jobs import booking, booking_opening
from tests.flows.booking import ward
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=4)


async def set_rules(world: World, *rules: tuple[str, int]) -> None:
    """Of every session of 1023, such a part for such a channel until two hours before it begins."""
    async with world.database.transaction() as tx:
        for channel, percent in rules:
            await shares.set_rule(tx, Rule("1101", "D1023", channel, percent, 120), "test")
    await renew(world)


async def renew(world: World) -> None:
    await booking_opening.sweep_shares(world.workshop.job(name="booking.shares"))


async def session(world: World, **how: Any) -> list[int]:
    code = await ward.session(world, DAY, **{"capacity": 4, **how})
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


@asynccontextmanager
async def at(world: World, who: str, channel: str) -> AsyncIterator[Context]:
    async with world.context(who) as context:
        yield replace(context, channel=channel)


async def hold(world: World, who: str, channel: str, segment: int, person: int) -> Any:
    async with at(world, who, channel) as context:
        return await BookingService(context).hold(segment, person, f"{who}:{segment}:{context.now}")


async def left(world: World, channel: str) -> list[int]:
    """What each segment shows as left to a channel; it is looked up anew."""
    booking.glance(world.ports).forget()
    async with at(world, "a", channel) as context:
        offers = await BookingService(context).offers.segments(Wanted("1101", "D1023", DAY))
    return [each.left for each in offers]


async def people(world: World, count: int) -> list[int]:
    return [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(count)]


async def test_a_channel_takes_its_share_first_and_others_cannot(world: World) -> None:
    first, second = await session(world)
    await set_rules(world, ("window", 25), ("kiosk", 25))
    assert await left(world, "wechat") == [2, 2] and await left(world, "window") == [3, 3]
    assert (await ward.census(world, first))["kept"] == 2
    who = await people(world, 5)
    for n in range(2):
        await hold(world, f"p{n}", "wechat", first, who[n])
    with pytest.raises(SlotTaken):
        await hold(world, "p2", "wechat", first, who[2])
    held = await hold(world, "p2", "window", first, who[2])
    assert await left(world, "window") == [3] and await left(world, "wechat") == [2]
    with pytest.raises(SlotTaken):
        await hold(world, "p3", "window", first, who[3])
    async with world.context("p2") as context:
        await BookingService(context).release(held.id)
    assert await left(world, "window") == [1, 3] and await left(world, "wechat") == [2]
    assert await ward.balanced(world)
    assert second


async def test_the_rest_of_a_share_is_released_in_time(world: World, travel: time_machine.Coordinates) -> None:
    first, _ = await session(world)
    await set_rules(world, ("window", 50))
    who = await people(world, 2)
    held = await hold(world, "p0", "window", first, who[0])
    async with world.context("p0") as context:
        await BookingService(context).confirm(held.id)
    travel.move_to(f"{DAY - timedelta(days=1)} 22:59:59+00:00")  # two hours before nine
    await renew(world)
    assert await left(world, "wechat") == [2, 2]
    travel.shift(timedelta(seconds=1))
    await renew(world)
    await renew(world)
    assert await left(world, "wechat") == [3, 4]
    assert await ward.balanced(world)
    async with world.database.reading() as tx:
        assert not await tx.all(select(shares.share)) and not await tx.all(
            select(store.segment.c.id).where(store.segment.c.shared)
        )


async def test_a_share_released_when_the_session_begins_is_not_cut_again(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Its first segment is over or stopped: the later ones do not make it begin later."""
    _, second = await session(world)
    async with world.database.transaction() as tx:
        await shares.set_rule(tx, Rule("1101", "D1023", "window", 50, 0), "test")
    await renew(world)
    travel.move_to(f"{DAY} 01:00:00+00:00")  # nine
    await renew(world)
    await renew(world)
    census = await ward.census(world, second)
    assert (census["kept"], census["free"]) == (0, 4) and await ward.balanced(world)


async def test_a_released_slot_is_first_of_those_who_wait(world: World, travel: time_machine.Coordinates) -> None:
    first, second = await session(world, capacity=2)
    await set_rules(world, ("window", 50))
    who = await people(world, 3)
    for n, segment in enumerate((first, second)):
        held = await hold(world, f"p{n}", "wechat", segment, who[n])
        async with world.context(f"p{n}") as context:
            await BookingService(context).confirm(held.id)
    async with world.context("p2") as context:
        row = await BookingService(context).segment(first)
        await BookingService(context).waiting.join([row.session_id], who[2])
    travel.move_to(f"{DAY - timedelta(days=1)} 23:00:00+00:00")
    await renew(world)
    assert await left(world, "wechat") == []
    travel.shift(timedelta(minutes=40))  # the quiet hours end
    await booking.sweep(world.workshop.job(name="booking.sweep"))
    async with world.context("p2") as context:
        assert len(await BookingService(context).waiting.offers()) == 1
    assert await ward.balanced(world)


async def test_who_waits_on_a_channel_is_offered_what_comes_back_to_its_share(world: World) -> None:
    first, second = await session(world, capacity=2)
    await set_rules(world, ("window", 50))
    who = await people(world, 6)
    taken = [await hold(world, f"p{n}", "window", (first, second)[n % 2], who[n]) for n in range(4)]
    for n, channel in ((4, "wechat"), (5, "window")):
        async with at(world, f"p{n}", channel) as context:
            row = await BookingService(context).segment(first)
            await BookingService(context).waiting.join([row.session_id], who[n])
    async with world.context("p0") as context:
        await BookingService(context).release(taken[0].id)
    await booking.sweep(world.workshop.job(name="booking.sweep"))
    async with world.context("p4") as context:
        assert await BookingService(context).waiting.offers() == []
    async with world.context("p5") as context:
        assert len(await BookingService(context).waiting.offers()) == 1
    assert await ward.balanced(world)


@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)
async def test_the_sweep_walks_no_days_that_are_over(world: World) -> None:
    """A hospital's sessions of years stay in the table; those to come are found by their day."""
    await session(world)
    asked: list[str] = []
    async with world.database.transaction() as tx:
        like = await tx.one(select(store.session))
        assert like is not None
        before = [{"code": f"old{n}", "date": DAY - timedelta(days=20 + n)} for n in range(1000)]
        values = {name: value for name, value in like._mapping.items() if name != "id"}
        await tx.insert_many(store.session, [values | each for each in before])
        part = await tx.one(select(store.segment))
        assert part is not None
        values = {name: value for name, value in part._mapping.items() if name != "id"}
        old = await tx.all(select(store.session.c.id).where(store.session.c.code.like("old%")))
        await tx.insert_many(store.segment, [values | {"session_id": row.id} for row in old])
    async with world.database.reading() as tx:
        await tx.execute(text("ANALYZE TABLE booking_session, booking_segment"))
        script = tx.link.script

        async def noted(steps: list[Any], **how: Any) -> Any:
            asked.extend(prepared.sql % given for prepared, given in steps)
            return await script(steps, **how)

        with patch.object(tx.link, "script", noted):
            await shares.sittings(tx)
        rows = await tx.all(text(f"EXPLAIN {asked[0]}"))
    assert "ix_booking_session_date" in [row.key for row in rows], rows


async def test_what_is_kept_is_not_taken_in_the_offices_figures(world: World) -> None:
    first, _ = await session(world)
    await set_rules(world, ("window", 50))
    async with world.context() as context:
        row = await BookingService(context).segment(first)
        parts = await office.segments(context.tx, row.session_id)
        used = await figured.use(context.tx, office.Wanted(Days(DAY, DAY), Scope(everything=True)), "id")
    assert [int(each.free) for each in parts] == [4, 4]
    (use,) = used.uses().values()
    assert (use.free, use.taken) == (8, 0)
