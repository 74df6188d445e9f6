"""Rosters of our own become sessions, beside the hospital's."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from flows.booking import store
from flows.booking.offers import Offers, Wanted
from flows.booking.refusals import OpensLater
from flows.booking.roster.sessions import generating
from flows.booking.roster.sessions.publishing import (
    NothingToPublish,
    Published,
    Publishing,
    StalePreview,
)
from integrations.his import store as his
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.clerk import (
    CODE,
    TERMS,
    TUESDAY,
    appointment,
    book,
    draft,
    end_all,
    hospital,
    publish,
    run,
    seen,
    sessions,
)
from tests.support.world import World

__all__ = ["hospital"]


async def test_a_draft_changes_nothing_until_it_is_published(world: World) -> None:
    await draft(world, TERMS)
    await world.settle()
    assert await sessions(world) == []
    found = await seen(world)
    assert [each.day for each in found.compared.comes] == [TUESDAY, TUESDAY + timedelta(days=7)]
    done = await publish(world, found.token)
    assert done == Published(comes=2, changes=0, goes=0, kept=0, stopped=0)
    made = await sessions(world)
    assert [(each.code, each.source, each.sitting, each.fee, each.room, each.state) for each in made][:1] == [
        (CODE, "desk", "D1023", 2500, "205", "open")
    ]
    parts = await ward.segments(world, CODE)
    assert [(each.start_wall, each.capacity, each.free, each.first_number) for each in parts] == [
        ("08:00", 2, 2, 1), ("08:30", 2, 2, 3), ("09:00", 2, 2, 5), ("09:30", 2, 2, 7),
    ]
    assert await ward.balanced(world)
    with pytest.raises(NothingToPublish):
        await publish(world)


async def test_a_day_opens_at_the_clinics_time_and_is_said_before(world: World) -> None:
    await draft(world, replace(TERMS, first=TUESDAY + timedelta(days=7)))
    await publish(world)
    async with world.context() as context:
        offers, wanted = Offers(context), Wanted("1101", "D1023")
        assert await offers.days(wanted) == []
        why = await offers.why_none(wanted)
    assert isinstance(why, OpensLater) and why.facts["opens_day"] == TUESDAY


async def test_generating_twice_at_once_gives_one_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generating, "BATCH", 1)
    await draft(world, TERMS, replace(TERMS, half="pm", starts="14:00", ends="17:00", doctor=None, kind="general"))
    token = (await seen(world)).token
    await run(world, lambda context: Publishing(context).publish("1101", token, {}))
    job = world.workshop.job(name="booking.roster_days")
    await asyncio.gather(*(booking.make_sessions(job) for _ in range(3)))
    await booking.make_sessions(job)
    made = await sessions(world)
    assert len(made) == len({each.code for each in made}) == 4
    async with world.database.reading() as tx:
        numbers = await tx.scalar(select(func.count()).select_from(store.slot))
    assert numbers == 2 * 8 + 2 * 12 and await ward.balanced(world)


async def test_each_night_brings_the_next_days(world: World, travel: Any) -> None:
    await draft(world, TERMS)
    await publish(world)
    travel.shift(timedelta(days=7))
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    assert [each.date for each in await sessions(world)] == [TUESDAY + timedelta(weeks=n) for n in range(3)]


async def test_a_room_that_moves_takes_its_sessions_along(world: World) -> None:
    await draft(world, TERMS)
    await publish(world)
    booked = await book(world, CODE)
    async with world.database.transaction() as tx:
        await tx.update(his.room.update().where(his.room.c.code == "R1101").values(room="301"))
    await ward.sync(world)
    await booking.make_sessions(world.workshop.job(name="booking.roster_days"))
    row = await appointment(world, booked.public_id)
    assert (row.room, row.start_at, row.state) == ("301", booked.start_at, "booked") and await ward.balanced(world)


async def test_a_preview_is_of_one_state(world: World) -> None:
    await draft(world, TERMS)
    old = (await seen(world)).token
    await draft(world, replace(TERMS, half="pm", starts="14:00", ends="16:00"))
    with pytest.raises(StalePreview):
        await publish(world, old)
    await publish(world)
    await end_all(world)
    old = (await seen(world)).token
    booked = await book(world, CODE)
    with pytest.raises(StalePreview):
        await publish(world, old, **{booked.public_id: "keep"})
    assert (await appointment(world, booked.public_id)).state == "booked"
