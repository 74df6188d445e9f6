"""What a clerk does with the rosters of a small hospital, as tests say it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.context import Context
from flows.booking import store
from flows.booking.roster.patterns.drafts import Drafts
from flows.booking.roster.patterns.rules import Terms
from flows.booking.roster.sessions.preview import Preview, preview
from flows.booking.roster.sessions.publishing import (
    Published,
    Publishing,
)
from flows.booking.service import BookingService
from flows.booking.stops.by_roster import stop_session
from tests.flows.booking import ward
from tests.support.world import World

T = TypeVar("T")
TUESDAY = ward.TODAY + timedelta(days=1)
CODE = f"D{TUESDAY:%y%m%d}A-1101-D1023"
TERMS = Terms(clinic="1101", doctor="D1023", weekday=1, half="am", starts="08:00", ends="10:00", minutes=30, capacity=2,
              kind="expert", fee=2500, room="R1101", first=ward.TODAY)


@pytest.fixture(autouse=True)
async def hospital(world: World) -> None:
    await ward.sync(world)


async def run(world: World, work: Callable[[Context], Awaitable[T]]) -> T:
    """As a member of staff, in a transaction of its own."""
    return await world.workshop.job(name="desk").run(lambda context: work(context.acting_as("staff:clerk")))


async def draft(world: World, *terms: Terms) -> None:
    await run(world, lambda context: Drafts(context).add(terms))


async def seen(world: World) -> Preview:
    return await run(world, lambda context: preview(context, "1101"))


async def publish(world: World, token: str = "", **decisions: str) -> Published:
    token = token or (await seen(world)).token
    done = await run(world, lambda context: Publishing(context, stop_session).publish("1101", token, decisions))
    await world.drain.once()
    return done


async def sessions(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(store.session.select().order_by(store.session.c.date, store.session.c.code)))


async def book(world: World, code: str, at: int = 0, who: str = "a", name: str = "张三明") -> Any:
    """Somebody books in the `at`-th segment of a session."""
    segment = (await ward.segments(world, code))[at]
    person = await ward.person(world, who, name)
    async with world.context(who) as context:
        service = BookingService(context)
        held = await service.hold(segment.id, person, f"r-{who}-{segment.id}")
        return await service.confirm(held.id)


async def appointment(world: World, public_id: str) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_of_public(tx, public_id)


async def line(world: World) -> Any:
    """The only line of the clinic's patterns."""
    return (await run(world, lambda context: Drafts(context).entries("1101")))[0]


async def change(world: World, **values: Any) -> None:
    entry = await line(world)
    terms = replace(TERMS, **values)
    await run(world, lambda context: Drafts(context).change("1101", entry.key, entry.mark, terms))


async def end(world: World) -> None:
    entry = await line(world)
    await run(world, lambda context: Drafts(context).end("1101", entry.key))


async def end_all(world: World) -> None:
    for entry in await run(world, lambda context: Drafts(context).entries("1101")):
        await run(world, lambda context, key=entry.key: Drafts(context).end("1101", key))
