"""What an appointment knows of its fee: the cashier's order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from bot.db.transaction import Transaction
from flows.booking.store import appointment


async def keep(tx: Transaction, appointment_id: int, until: datetime) -> bool:
    """A hold that still runs and is not being paid yet lasts until then; False where it is over, or is being paid."""
    mine = update(appointment).where(
        appointment.c.id == appointment_id, appointment.c.state == "held", appointment.c.hold_until > tx.now,
        appointment.c.pay_order.is_(None),
    )
    return await tx.update(mine.values(hold_until=until)) == 1


async def note_order(tx: Transaction, appointment_id: int, order: str) -> None:
    await tx.update(update(appointment).where(appointment.c.id == appointment_id).values(pay_order=order))
