"""The embedded hospital's book of who came: noted at its windows and by its doctors, read by whoever asks for a day."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Any

from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from integrations.his import store
from integrations.his.cashier import written
from integrations.his.port import Attendance
from integrations.his.seed import charges


async def read(tx: Transaction, day: date) -> list[Attendance]:
    """Active registrations of a day whose patient came."""
    return [Attendance(row.appointment, row.arrived_at, row.seen_at) for row in await _came.rows(tx, day=day)]


def _of_day() -> Any:
    registered, session = store.registration, store.session
    joined = registered.join(session, session.c.id == registered.c.session_id)
    fields = (registered.c.appointment, registered.c.arrived_at, registered.c.seen_at)
    mine = registered.select().with_only_columns(*fields).select_from(joined)
    came = (session.c.day == asked(session.c.day), registered.c.active == 1, registered.c.arrived_at.is_not(None))
    return mine.where(*came).order_by(registered.c.id)


_came = Lookup(_of_day)


async def note(tx: Transaction, appointment: str, at: datetime, *, seen: bool = False) -> bool:
    """The patient of an appointment is here, or is taken in by the doctor; the first word stands. False: the hospital
    has no such registration."""
    table = store.registration
    mine = (table.c.appointment == appointment, table.c.active == 1)
    if await tx.one(table.select().where(*mine)) is None:
        return False
    await tx.update(table.update().where(*mine, table.c.arrived_at.is_(None)).values(arrived_at=at))
    if seen and await tx.update(table.update().where(*mine, table.c.seen_at.is_(None)).values(seen_at=at)):
        await _charge(tx, appointment, at)
    return True


async def _charge(tx: Transaction, appointment: str, at: datetime) -> None:
    """What the doctor ordered in the visit is owed now."""
    registered, session, doctor = store.registration, store.session, store.doctor
    joined = registered.join(session, session.c.id == registered.c.session_id)
    fields = (
        registered.c.id, registered.c.patient_id, session.c.clinic, session.c.kind, session.c.doctor,
        session.c.substitute,
    )
    row: Any = await tx.one(
        registered.select().with_only_columns(*fields).select_from(joined)
        .where(registered.c.appointment == appointment, registered.c.active == 1)
    )
    if row.kind != "examination":
        sits = await tx.one(doctor.select().where(doctor.c.code == (row.substitute or row.doctor)))
        name = None if sits is None else sits.name
        items = charges.items(Random(f"visit {row.id}"))
        await written.write(tx, [charges.Charged("outpatient", row.patient_id, row.clinic, name, at, items)])
