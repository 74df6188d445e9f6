"""The devices of the seed's hospital in the small one (ward.py), with the sessions that a test gives them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, time

from flows.patients import store as patients
from integrations.his import orders, people
from integrations.his import store as his
from integrations.his.seed import examinations as seed
from jobs import booking_exams
from tests.flows.booking import ward
from tests.support.world import World

HOURS = {"am": (time(8), time(11)), "pm": (time(14), time(16))}
ROOMS = {room.place.room: room for unit in seed.units() for room in unit.rooms}


async def build(world: World) -> None:
    """Clinics and rooms of devices, and the hospital's book of what they can do."""
    async with world.database.transaction() as tx:
        for code, name in (("25", "健康管理中心"), ("26", "医学影像科")):
            await tx.insert(his.department, code=code, site="Z", name=name, intro="", discreet=False)
        for unit in seed.units():
            row = asdict(unit.clinic)
            del row["place"]
            place = asdict(unit.clinic.place)
            await tx.insert(his.clinic, **{**row, **place, "subjects": ""})
            for room in unit.rooms:
                await tx.insert(his.room, code=room.code, site="Z", clinic=unit.clinic.code, **asdict(room.place))
    await ward.sync(world)
    await booking_exams.sync_book(world.workshop.job(name="booking.exam_book"))


async def session(world: World, day: date, room: str, half: str = "am", capacity: int = 1, minutes: int = 30) -> str:
    """Half a day of a device, in the hospital's book; gives its code. Take it over with `ward.sync`."""
    code, (starts, ends) = f"{day:%y%m%d}{half}{ROOMS[room].code}", HOURS[half]
    async with world.database.transaction() as tx:
        await tx.insert(
            his.session, code=code, site="Z", clinic=ROOMS[room].clinic, doctor=None, room=ROOMS[room].code, day=day,
            half=half, kind="examination", registration_fee=0, consultation_fee=0, starts=starts, ends=ends,
            minutes=minutes, capacity=capacity, state="open", substitute=None,
        )
    return code


async def ordered(world: World, name: str, *items: str) -> list[str]:
    """A doctor ordered these for somebody who was made by ward.person; gives the orders' codes."""
    async with world.database.transaction() as tx:
        known = {row.name: row.patient_no for row in await tx.all(patients.person.select())}
        patient = people.patient_id(known[name])
        before = {row.code for row in await tx.all(his.order.select())}
        await orders.write(tx, [(patient, item, "王静", ward.TODAY) for item in items])
        rows = await tx.all(his.order.select().order_by(his.order.c.id))
    return [row.code for row in rows if row.code not in before]
