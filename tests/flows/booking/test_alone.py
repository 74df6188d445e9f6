"""One row that fails, whatever it is, keeps nothing back behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from flows.booking.standing.coming import hearing
from flows.booking.standing.missing import store as missing
from flows.booking.standing.missing.writing import NoShows
from jobs import booking_standing as jobs
from jobs import booking_stops
from tests.flows.booking import ward
from tests.flows.booking.days import at, book, count, hospital, row_of, run, session
from tests.flows.booking.stops.test_stops import asked, seated, stop
from tests.support.world import World


def first_fails(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
    """Whatever this is called with first is what cannot be worked on, then and later."""
    real = getattr(where, name)
    bad: list[Any] = []

    async def work(*given: Any, **named: Any) -> Any:
        which = [*given[1:], *named.values()]
        bad.extend(which if not bad else [])
        if which == bad:
            raise ValueError(name)
        return await real(*given, **named)

    monkeypatch.setattr(where, name, work)


async def two(world: World) -> list[int]:
    segments = await session(world)
    made = [await book(world, segments[1], await ward.person(world, who, f"王{who}"), who) for who in "ab"]
    await world.drain.once()
    return made


async def test_who_cannot_be_heard_keeps_no_report_back_and_is_not_branded(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await two(world)
    at(travel, "09:00")
    for each in made:
        assert await hospital(world).came((await row_of(world, each)).public_id)
    first_fails(monkeypatch, hearing, "hear")
    at(travel, "11:00")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_report") > 0
    assert await count(world, "booking_attendance", way="hospital") == 2
    assert await count(world, "booking_no_show") == 0


async def test_a_no_show_that_cannot_be_written_keeps_no_other_back(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await two(world)
    at(travel, "11:00")
    first_fails(monkeypatch, NoShows, "write")
    await run(world, jobs.attendance, jobs.no_shows)
    assert await count(world, "booking_no_show", appointment_id=made[1]) == 1


async def test_a_lock_that_cannot_end_keeps_no_other_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [await ward.person(world, who, f"王{who}") for who in "ab"]
    async with world.database.transaction() as tx:
        for n, person in enumerate(persons):
            await missing.add_lock(tx, person, [], tx.now - timedelta(minutes=2 - n))
    first_fails(monkeypatch, NoShows, "run_out")
    await run(world, jobs.locks)
    assert await count(world, "booking_lock", person_id=persons[1], state="over") == 1


async def test_a_choice_that_cannot_be_made_keeps_no_other_back(
    world: World, travel: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await seated(world, 2)
    await stop(world, made[0], substitute="D1031")
    travel.shift(timedelta(days=1, minutes=30))
    first_fails(monkeypatch, booking_stops, "stay")
    await booking_stops.stops(world.workshop.job(name="booking.stops"))
    assert sorted(row.state == "open" for row in await asked(world)) == [False, True]
