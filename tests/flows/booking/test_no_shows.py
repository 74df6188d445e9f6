"""Who does not come: written down once, and only where it can be known."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import time_machine

from bot.errors import NotFound
from flows.booking.due import store as due
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.missing.writing import NoShows
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from flows.patients import store as patients
from integrations.his.conduct import GOOD, Conduct, behave
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.flows.booking.days import (
    DAY,
    HALF_PAST_TEN,
    at,
    book,
    check_in,
    count,
    hospital,
    missed_once,
    row_of,
    run,
    session,
)
from tests.support.world import World


async def test_a_no_show_is_written_down_once_half_an_hour_after_the_end(
    world: World, travel: time_machine.Coordinates
) -> None:
    await book(world, (await session(world))[1], await ward.person(world))
    at(travel, "10:29")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0
    at(travel, HALF_PAST_TEN)
    await run(world, jobs.no_shows)  # the hospital has not told anything since
    assert await count(world, "booking_no_show") == 0
    await run(world, jobs.attendance)
    await asyncio.gather(*(run(world, jobs.no_shows) for _ in range(3)))
    assert await count(world, "booking_no_show") == 1
    assert await count(world, "notices_push", kind="booking.no_show") == 1


@pytest.mark.parametrize("why", ["came", "hospital", "stopped", "substituted", "excused", "cancelled", "clinic off"])
async def test_what_is_no_no_show(world: World, travel: time_machine.Coordinates, why: str) -> None:
    segments = await session(world)
    appointment = await book(world, segments[1], await ward.person(world))
    await world.drain.once()
    row = await row_of(world, appointment)
    code = row.session_code
    if why == "cancelled":
        async with world.context() as context:
            await BookingService(context).cancel(appointment)
    if why in ("stopped", "substituted"):
        changes = {"state": "stopped"} if why == "stopped" else {"substitute": "D1024"}
        await ward.change_session(world, code, **changes)
        await ward.sync(world)
    if why == "clinic off":
        async with world.database.transaction() as tx:
            await directory.set_rule(tx, "1101", ClinicRule(no_shows=False))
        forget(world.ports)
    at(travel, "09:10")
    if why == "came":
        await check_in(world, appointment)
    if why == "hospital":
        assert await hospital(world).came(row.public_id)
    if why == "excused":
        async with world.context() as context:
            await NoShows(replace(context, contact=None)).excuse(row.session_id, "late")
    at(travel, "11:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0


async def test_a_hospital_that_is_away_brands_nobody_and_is_asked_later(
    world: World, travel: time_machine.Coordinates
) -> None:
    appointment = await book(world, (await session(world))[1], await ward.person(world))
    await world.drain.once()
    await hospital(world).came((await row_of(world, appointment)).public_id)
    await book(world, (await session(world, doctor="1024"))[1], await ward.person(world, "b", "李四"), "b")
    await behave(world.database, Conduct(unavailable=True))
    at(travel, "12:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0
    await behave(world.database, GOOD)
    at(travel, "09:00", DAY + timedelta(days=1))
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 1
    assert await count(world, "booking_attendance", appointment_id=appointment) == 1


async def test_where_nobody_at_all_came_nobody_could(world: World, travel: time_machine.Coordinates) -> None:
    segments = await session(world, capacity=6)
    for who in "abcde":
        await book(world, segments[1], await ward.person(world, who, f"王{who}"), who)
    at(travel, "11:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show") == 0


async def test_what_jobs_look_for_is_bounded_by_days(world: World) -> None:
    """Moments have no index, and booked appointments stay for ever: only the session's day leads to the few."""
    questions: list[str] = []

    async def script(steps: list[Any], **_: Any) -> list[Any]:
        questions.extend(prepared.sql for prepared, _ in steps)
        return [[] for _ in steps]

    async with world.database.reading() as tx:
        with mock.patch.object(tx.link, "script", script):
            await due.begun(tx, tx.now, due.Clinics([], only=False), 1)
            await due.missed(tx, tx.now, tx.now, 1)
    assert [question.count("booking_session.date BETWEEN") for question in questions] == [1, 1]


async def test_who_only_books_for_somebody_does_not_read_where_they_did_not_come(
    world: World, travel: time_machine.Coordinates
) -> None:
    await missed_once(world, travel)
    await ward.also(world, "张三明", "close", "spouse")
    await ward.also(world, "张三明", "helper", "other")
    helper = await world.contact_id("helper")
    async with world.database.transaction() as tx:
        mine = patients.link.update().where(patients.link.c.contact_id == helper)
        await tx.update(mine.values(reach="booking"))
    async with world.context("close") as context:
        about = (await Appeals(context).open_matters())[0]["about"]
    async with world.context("helper") as context:
        assert await Appeals(context).open_matters() == []
        with pytest.raises(NotFound):
            await Appeals(context).file(about)
    async with world.context("a") as context:
        made = (await Appeals(context).file(about, "住院了")).public_id
    async with world.context("helper") as context:
        appeals = Appeals(context)
        assert await appeals.mine() == [] and await appeals.of(about) is None
        with pytest.raises(NotFound):
            await appeals.add_words(made, "other words")
    async with world.context("close") as context:
        assert [each["said"] for each in await Appeals(context).mine()] == ["住院了"]
    await missed_once(world, travel, 2)
    assert await count(world, "notices_push", kind="booking.no_show", contact_id=helper) == 0
    assert await count(world, "notices_push", kind="booking.no_show", contact_id=await world.contact_id("close")) == 1
