"""Dead letters of the outbox: rows that were tried often enough, for staff to read and to send again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update

from bot.db.outbox import DEAD, READY, TAKEN, outbox
from bot.db.transaction import Transaction


async def dead_rows(tx: Transaction, *, limit: int = 200) -> Sequence[Row[Any]]:
    """(id, topic, error, attempts, due_at) of dead rows that are still of use, the oldest first. What they carry stays
    sealed."""
    fields = (outbox.c.id, outbox.c.topic, outbox.c.error, outbox.c.attempts, outbox.c.due_at)
    return await tx.all(select(*fields).where(*_dead(tx)).order_by(outbox.c.id).limit(limit))


async def levels(tx: Transaction) -> tuple[int, int]:
    """(rows that are due and not done, dead rows of use). Counted in the index: what is done, most of
    the table, is not read."""
    unfinished = or_(and_(outbox.c.state == READY, outbox.c.due_at <= tx.now), outbox.c.state == TAKEN)
    waiting = await tx.scalar(select(func.count()).select_from(outbox).where(unfinished))
    dead = await tx.scalar(select(func.count()).select_from(outbox).where(*_dead(tx)))
    return int(waiting), int(dead)


async def revive(tx: Transaction, row_id: int) -> bool:
    """A dead row is ready again, its tries forgotten; False when it is not dead (any more), or useless by now."""
    again = update(outbox).where(outbox.c.id == row_id, *_dead(tx))
    values = {"state": READY, "attempts": 0, "due_at": tx.now, "owner": None}
    return await tx.update(again.values(**values, leased_until=None, finished_at=None)) == 1


def _dead(tx: Transaction) -> tuple[Any, ...]:
    """Dead, and not a thing of the past like a code that nobody can use any more."""
    return outbox.c.state == DEAD, or_(outbox.c.useless_after.is_(None), outbox.c.useless_after > tx.now)
