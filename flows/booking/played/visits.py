"""Who of a day's patients has come to the embedded hospital by now."""

from __future__ import annotations

from datetime import date

from bot.context import Context
from bot.db.transaction import Transaction
from flows.booking import pushes
from flows.booking import store as appointments
from flows.booking.played import lots, store
from flows.booking.played.days import seldom
from flows.booking.service import BookingService
from integrations.his import played as hospital


async def arrive(tx: Transaction, day: date) -> int:
    """The hospital notes who has come by now, and whom a doctor has taken in. Gives how many were due by now."""
    due = 0
    for row in await store.of_day(tx, day):
        fate = lots.fate(row.session_code, row.number, often=not seldom(row.person_id))
        arrived = row.start_at - fate.early
        seen = max(arrived, row.start_at) + fate.waited
        if arrived > tx.now or (row.came and row.seen_at):
            continue
        due += 1
        if not fate.missed:
            await hospital.came(tx, row.public_id, arrived, seen if seen <= tx.now else None)
    return due


async def remind(context: Context, day: date) -> None:
    """Plan the reminders of a day that is near, as booking does."""
    service = BookingService(context)
    for row in await store.of_day(context.tx, day):
        if row.start_at > context.now:
            whole = await appointments.appointment_by(context.tx, row.id)
            await pushes.remind(context, whole, await service.facts(whole))
