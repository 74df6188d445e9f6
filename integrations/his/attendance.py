"""The embedded hospital's book of who came: noted at its windows and by its doctors, read by whoever asks for a day."""

from __future__ import annotations

from datetime import date, datetime

from bot.db.transaction import Transaction
from integrations.his import store
from integrations.his.port import Attendance


async def read(tx: Transaction, day: date) -> list[Attendance]:
    """Active registrations of a day whose patient came."""
    registered, session = store.registration, store.session
    joined = registered.join(session, session.c.id == registered.c.session_id)
    fields = (registered.c.appointment, registered.c.arrived_at, registered.c.seen_at)
    rows = await tx.all(
        registered.select().with_only_columns(*fields).select_from(joined)
        .where(session.c.day == day, registered.c.active == 1, registered.c.arrived_at.is_not(None))
        .order_by(registered.c.id)
    )
    return [Attendance(row.appointment, row.arrived_at, row.seen_at) for row in rows]


async def note(tx: Transaction, appointment: str, at: datetime, *, seen: bool = False) -> bool:
    """The patient of an appointment is here, or is taken in by the doctor; the first word stands. False: the hospital
    has no such registration."""
    table = store.registration
    mine = (table.c.appointment == appointment, table.c.active == 1)
    if await tx.one(table.select().where(*mine)) is None:
        return False
    await tx.update(table.update().where(*mine, table.c.arrived_at.is_(None)).values(arrived_at=at))
    if seen:
        await tx.update(table.update().where(*mine, table.c.seen_at.is_(None)).values(seen_at=at))
    return True
