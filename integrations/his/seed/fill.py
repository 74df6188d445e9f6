"""Fill an empty embedded hospital."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from integrations.his import orders, sessions, store
from integrations.his.cards.store import card
from integrations.his.cashier import written
from integrations.his.cashier.store import bill
from integrations.his.catalogue import BETWEEN
from integrations.his.people import row_of
from integrations.his.port import Clinic, Doctor, Place, Room, Staff
from integrations.his.seed import book, cards, charges, examinations
from integrations.his.seed.doctors import doctors
from integrations.his.seed.patients import COUNT, patients
from integrations.his.seed.staff import staff
from integrations.his.seed.week import patterns

DAYS = 30
"""Sessions are made from today to so many days ahead; later ones when they are asked for."""


async def seed(database: Database, clock: HospitalClock, *, people: int = COUNT, days: int = DAYS) -> bool:
    """Fill the hospital's tables in a few seconds; True when this call did it, False where they were filled before.

    With fewer `people` and `days` the hospital is the same one, only emptier: enough for most tests.

    All in one transaction, so that a process that dies on the way leaves an empty hospital and not half of one.
    """
    filled = await database.run(lambda tx: _fill(tx, people))
    await database.run(_fill_staff)
    today = clock.today()
    await database.run(lambda tx: _fill_examinations(tx, today))
    await database.run(_fill_bills)
    await database.run(_fill_cards)
    async with database.reading() as tx:
        unmade = await sessions.missing(tx, today, today + timedelta(days=days))
    await sessions.make(database, unmade)
    return filled


async def _fill(tx: Transaction, people: int) -> bool:
    first, *others = book.sites()
    # Of two processes that seed at once the second waits here for the first, and then finds it done.
    if not await tx.insert_once(store.site, **asdict(first)):
        return False
    await tx.insert_many(store.site, [asdict(site) for site in others])
    await tx.insert_many(store.department, [asdict(department) for department in book.departments()])
    await tx.insert_many(store.clinic, [_clinic(plan.clinic) for plan in book.clinics()])
    await tx.insert_many(store.room, [_room(room) for plan in book.clinics() for room in plan.rooms])
    await tx.insert_many(store.doctor, [_doctor(doctor) for doctor in doctors()])
    await tx.insert_many(store.pattern, [asdict(pattern) for pattern in patterns()])
    await tx.insert_many(store.patient, [row_of(patient, tx.now) for patient in patients(people)])
    return True


async def _fill_staff(tx: Transaction) -> None:
    """Apart from the rest: a hospital that was filled before there were staff in it gets them as well."""
    first, *others = [_colleague(each) for each in staff()]
    if await tx.one(store.staff.select().limit(1)) is None and await tx.insert_once(store.staff, **first):
        await tx.insert_many(store.staff, others)


async def _fill_examinations(tx: Transaction, today: date) -> None:
    """Apart from the rest, too: rooms with devices, their weeks and orders. Days that were made before have none."""
    first, *others = [unit.clinic for unit in examinations.units()]
    there = await tx.one(store.clinic.select().where(store.clinic.c.code == first.code))
    if there is not None or not await tx.insert_once(store.clinic, **_clinic(first)):
        return
    await tx.insert_many(store.clinic, [_clinic(clinic) for clinic in others])
    await tx.insert_many(store.room, [_room(room) for unit in examinations.units() for room in unit.rooms])
    await tx.insert_many(store.pattern, [asdict(pattern) for pattern in examinations.patterns()])
    patients = [row.id for row in await tx.all(store.patient.select().with_only_columns(store.patient.c.id))]
    names = [row.name for row in await tx.all(store.doctor.select())]
    await orders.write(tx, examinations.orders(patients, names, today))


async def _fill_bills(tx: Transaction) -> None:
    """Apart from the rest as well: what patients owe."""
    if await tx.one(bill.select().limit(1)) is not None:
        return
    # Whoever seeds at the same time waits here, and then finds it done.
    await tx.one(store.site.select().limit(1).with_for_update())
    if await tx.one(bill.select().limit(1)) is None:
        patients = [row.id for row in await tx.all(store.patient.select().with_only_columns(store.patient.c.id))]
        held = [(each.clinics[0], each.name) for each in doctors()]
        await written.write(tx, charges.bills(sorted(patients), held, tx.now))


async def _fill_cards(tx: Transaction) -> None:
    """Apart from the rest as well: what patients have put on their cards."""
    if await tx.one(card.select().limit(1)) is not None:
        return
    # Whoever seeds at the same time waits here, and then finds it done.
    await tx.one(store.site.select().limit(1).with_for_update())
    if await tx.one(card.select().limit(1)) is None:
        patients = sorted(row.id for row in await tx.all(store.patient.select().with_only_columns(store.patient.c.id)))
        rows = [{"patient_id": patient, "balance": balance} for patient, balance in cards.balances(patients)]
        await tx.insert_many(card, rows)


def _colleague(each: Staff) -> dict[str, Any]:
    lists = {"departments": ",".join(each.departments), "clinics": ",".join(each.clinics)}
    return {**asdict(each), **lists, "employed": True}


def _clinic(clinic: Clinic) -> dict[str, Any]:
    row = asdict(clinic)
    del row["place"]
    return {**row, **_place(clinic.place), "subjects": BETWEEN.join(clinic.subjects)}


def _room(room: Room) -> dict[str, Any]:
    return {"code": room.code, "site": room.site, "clinic": room.clinic, **_place(room.place)}


def _doctor(doctor: Doctor) -> dict[str, Any]:
    row = asdict(doctor)
    del row["photo"]
    return {**row, "specialties": BETWEEN.join(doctor.specialties), "clinics": ",".join(doctor.clinics)}


def _place(place: Place) -> dict[str, str]:
    return {"building": place.building, "floor": place.floor, "area": place.area, "room": place.room}
