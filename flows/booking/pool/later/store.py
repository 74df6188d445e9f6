"""Places for who comes late or without an appointment; guarded as everything that changes the pool (pool/store.py).

A session may have more numbers than are booked ahead: their slots are `spare`, nobody's to book and no part of a
segment's capacity. Given to somebody, a slot counts as any other, and comes back as any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from bot.db.transaction import Transaction
from flows.booking.pool.store import FREE, HELD
from flows.booking.store import segment, slot

SPARE = "spare"


async def take_after(tx: Transaction, segment_id: int, number: int) -> tuple[int, int] | None:
    """(slot id, number) of the lowest spare slot behind this number, else of the lowest free one that is everybody's,
    held for who gets it by `assign`; None where none is left or the segment is closed."""
    gate = (segment.c.id == segment_id, segment.c.state == "open")
    if await tx.one(select(segment.c.id).where(*gate).with_for_update()) is None:
        return None
    return await _take(tx, segment_id, SPARE, number) or await _take(tx, segment_id, FREE, number)


async def _take(tx: Transaction, segment_id: int, state: str, number: int) -> tuple[int, int] | None:
    """Out of this state, under the lock of the segment."""
    behind = select(slot.c.id, slot.c.number).where(
        slot.c.segment_id == segment_id, slot.c.state == state, slot.c.number > number
    )
    row = await tx.one(behind.order_by(slot.c.number).limit(1))
    if row is None:
        return None
    mine = update(slot).where(slot.c.id == row.id, slot.c.state == state)
    if not await tx.update(mine.values(state=HELD)):
        return None
    counts = {"capacity": segment.c.capacity + 1} if state == SPARE else {"free": segment.c.free - 1}
    await tx.update(update(segment).where(segment.c.id == segment_id).values(**counts))
    return row.id, row.number


async def add(tx: Transaction, rows: Sequence[tuple[int, int, int]]) -> None:
    """`rows`: session id, segment id, number."""
    names = ("session_id", "segment_id", "number")
    await tx.insert_many(slot, [dict(zip(names, row, strict=True)) | {"state": SPARE} for row in rows])


async def drop(tx: Transaction, session_id: int) -> None:
    """None is kept back any more; the caller holds the locks of the segments."""
    await tx.update(delete(slot).where(slot.c.session_id == session_id, slot.c.state == SPARE))


async def left(tx: Transaction, session_id: int) -> int:
    """How many are spare."""
    mine = select(func.count()).select_from(slot).where(slot.c.session_id == session_id, slot.c.state == SPARE)
    return int(await tx.scalar(mine))
