"""What the desk does for a patient while a transcript is played."""

from __future__ import annotations

from sqlalchemy import select

from flows.booking import store
from flows.patients import store as patients
from tests.flows.booking import behalf, ward
from tests.flows.booking.givens import day
from tests.support.givens import do
from tests.support.world import World


@do
async def desk_books(world: World, days: str, doctor: str, name: str = "张三明") -> None:
    """A clerk books a doctor's morning for who calls."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    await behalf.booked(world, await _person(world, name), (await ward.segments(world, code))[0].id)


@do
async def desk_cancels(world: World, name: str = "张三明") -> None:
    """A clerk cancels what a person has, past their own time as well."""
    person = await _person(world, name)
    mine = select(store.appointment.c.id).where(
        store.appointment.c.person_id == person, store.appointment.c.state == "booked")
    async with world.database.reading() as tx:
        found = await tx.scalar(mine)
    async with behalf.acting(world, person, late=True) as clerk:
        await clerk.cancel(found)


async def _person(world: World, name: str) -> int:
    async with world.database.reading() as tx:
        rows = await tx.all(patients.person.select())
    return int(next(row.id for row in rows if row.name == name))
