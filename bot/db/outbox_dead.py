"""Dead letters of the outbox: rows that were tried often enough, for staff to read and to send again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update

from bot.db.outbox import DEAD, READY, outbox
from bot.db.transaction import Transaction


async def dead_rows(tx: Transaction, *, limit: int = 200) -> Sequence[Row[Any]]:
    """(id, topic, error, attempts, due_at) of dead rows, the oldest first. What they carry stays sealed."""
    fields = (outbox.c.id, outbox.c.topic, outbox.c.error, outbox.c.attempts, outbox.c.due_at)
    return await tx.all(select(*fields).where(outbox.c.state == DEAD).order_by(outbox.c.id).limit(limit))


async def revive(tx: Transaction, row_id: int) -> bool:
    """A dead row is ready again, its tries forgotten; False when it is not dead (any more)."""
    again = update(outbox).where(outbox.c.id == row_id, outbox.c.state == DEAD)
    values = {"state": READY, "attempts": 0, "due_at": tx.now, "useless_after": None, "owner": None}
    return await tx.update(again.values(**values, leased_until=None, finished_at=None)) == 1
