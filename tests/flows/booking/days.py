"""Days on which somebody comes or does not: what the tests on coming and not coming share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from bot.db.schema import metadata
from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.standing.coming.arrivals import Arrivals, Arrived
from integrations.his.embedded import EmbeddedHospital
from integrations.his.port import HospitalPort
from jobs import booking_standing as jobs
from tests.flows.booking import ward
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=1)
TEN, HALF_PAST_TEN = "10:00", "10:30"


async def session(world: World, day: date = DAY, doctor: str = "1023", capacity: int = 2) -> list[int]:
    """Segments 9:00–9:30 and 9:30–10:00."""
    code = await ward.session(world, day, clinic=ward.DOCTORS[doctor][1], doctor=doctor, capacity=capacity)
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


async def book(world: World, segment: int, person: int, who: str = "a") -> int:
    async with world.context(who) as context:
        service = BookingService(context)
        held = await service.hold(segment, person, f"{who}:{segment}:{person}")
        return int((await service.confirm(held.id)).id)


def at(travel: time_machine.Coordinates, clock: str, day: date = DAY) -> None:
    hour, minute = map(int, clock.split(":"))
    travel.move_to(f"{day - timedelta(days=hour < 8)}T{(hour - 8) % 24:02}:{minute:02}:00+00:00")


async def check_in(world: World, appointment: int, who: str = "a") -> Arrived:
    async with world.context(who) as context:
        return await Arrivals(context).check_in(appointment, "page")


async def run(world: World, *work: Callable[[Any], Awaitable[None]]) -> None:
    for each in work:
        await each(world.workshop.job(name="booking.test"))


async def count(world: World, table: str, **where: Any) -> int:
    columns = metadata.tables[table].c
    query = select(metadata.tables[table]).where(*(columns[key] == value for key, value in where.items()))
    async with world.database.reading() as tx:
        return len(await tx.all(query))


async def row_of(world: World, appointment: int) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_by(tx, appointment)


def hospital(world: World) -> EmbeddedHospital:
    port = world.ports[HospitalPort]
    assert isinstance(port, EmbeddedHospital)
    return port


async def missed_once(world: World, travel: time_machine.Coordinates, days: int = 1) -> int:
    """Somebody did not come on that day; it is 10:30 and the hospital has told who came."""
    appointment = await book(world, (await session(world, ward.TODAY + timedelta(days=days)))[1], await whoever(world))
    at(travel, HALF_PAST_TEN, ward.TODAY + timedelta(days=days))
    await run(world, jobs.attendance, jobs.no_shows)
    return appointment


async def whoever(world: World) -> int:
    async with world.context("a") as context:
        persons = await BookingService(context).neighbours.persons()
    return persons[0].id if persons else await ward.person(world)


async def locked(world: World, travel: time_machine.Coordinates) -> int:
    """A person with three no-shows; it is Thursday, 10:30."""
    person = await ward.person(world)
    for days in (1, 2, 3):
        await missed_once(world, travel, days)
    return person
