"""An exception comes back when the hospital takes away what it was used for."""

from __future__ import annotations

from bot.db.transaction import Transaction
from flows.booking.exams import store as exams
from flows.booking.exceptions import store


async def taken_away(tx: Transaction, appointment_id: int) -> None:
    """The appointment is no more, and not by its patient's doing. What was held together with it used the same
    exception: it stays with what still stands of that."""
    beside = await exams.standing_beside(tx, appointment_id)
    if beside is None:
        await store.give_back(tx, appointment_id)
    else:
        await store.take_over(tx, appointment_id, beside)
