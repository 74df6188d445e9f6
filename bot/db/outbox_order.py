"""What of the outbox is still to be done, for who has to come before or after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select

from bot.db.outbox import READY, TAKEN, outbox
from bot.db.transaction import Transaction


async def undone(tx: Transaction, key: str) -> bool:
    """Whether the row with this key is waiting or being done."""
    return await _any(tx, outbox.c.key == key)


async def undone_until(tx: Transaction, lane: str, made: datetime) -> bool:
    """Whether a row of this lane that was made by then is waiting or being done."""
    return await _any(tx, outbox.c.lane == lane, outbox.c.created_at <= made)


async def undone_after(tx: Transaction, lane: str, row: int) -> bool:
    """Whether a row of this lane behind that one is waiting or being done."""
    return await _any(tx, outbox.c.lane == lane, outbox.c.id > row)


async def _any(tx: Transaction, *where: ColumnElement[bool]) -> bool:
    found = select(outbox.c.id).where(*where, outbox.c.state.in_((READY, TAKEN))).limit(1)
    return await tx.one(found) is not None
