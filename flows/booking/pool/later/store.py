"""Taking a slot behind a number; guarded as everything that changes the pool (pool/store.py)."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.db.transaction import Transaction
from flows.booking.pool.store import FREE, HELD
from flows.booking.store import segment, slot


async def take_after(tx: Transaction, segment_id: int, number: int) -> tuple[int, int] | None:
    """(slot id, number) of the lowest free slot that is everybody's and stands behind this number, held for who gets
    it by `assign`; None where none is left or the segment is closed."""
    gate = (segment.c.id == segment_id, segment.c.free > 0, segment.c.state == "open")
    if await tx.one(select(segment.c.id).where(*gate).with_for_update()) is None:
        return None
    behind = select(slot.c.id, slot.c.number).where(
        slot.c.segment_id == segment_id, slot.c.state == FREE, slot.c.number > number
    )
    row = await tx.one(behind.order_by(slot.c.number).limit(1))
    if row is None:
        return None
    mine = update(slot).where(slot.c.id == row.id, slot.c.state == FREE)
    if not await tx.update(mine.values(state=HELD)):
        return None
    await tx.update(update(segment).where(segment.c.id == segment_id).values(free=segment.c.free - 1))
    return row.id, row.number
