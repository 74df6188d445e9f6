"""A reserved slot is `cooling` until the moment to which it is reserved; then it comes back by itself, as every cooled
slot does. Who takes it names that moment: a slot that cools for another reason has another one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from bot.db.transaction import Transaction
from flows.booking.pool import store as pool
from flows.booking.store import slot


async def keep(tx: Transaction, segment_id: int, until: datetime) -> tuple[int, int] | None:
    """The lowest free slot goes out of the pool until then: (slot id, number). None: there is none."""
    taken = await pool.take_free(tx, segment_id)
    if taken is not None:
        mine = update(slot).where(slot.c.id == taken[0], slot.c.state == pool.FREE)
        if not await tx.update(mine.values(state=pool.COOLING, back_at=until)):
            raise AssertionError(f"slot {taken[0]} was taken by somebody else")
    return taken


async def take(tx: Transaction, slot_id: int, until: datetime) -> bool:
    """It is held for its patient, who still has to be given it (`pool.assign`). False: it was given back."""
    mine = update(slot).where(
        slot.c.id == slot_id, slot.c.state == pool.COOLING, slot.c.back_at == until, slot.c.back_at > tx.now
    )
    return await tx.update(mine.values(state=pool.HELD, back_at=None)) == 1


async def give_back(tx: Transaction, slot_id: int, until: datetime) -> None:
    """Nobody needs it any more: the next sweep passes it on."""
    await _move(tx, slot_id, until, tx.now)


async def prolong(tx: Transaction, slot_id: int, until: datetime, later: datetime) -> bool:
    """It stays apart until `later`. False: it was given back already."""
    return until > tx.now and await _move(tx, slot_id, until, later)


async def _move(tx: Transaction, slot_id: int, until: datetime, to: datetime) -> bool:
    mine = update(slot).where(slot.c.id == slot_id, slot.c.state == pool.COOLING, slot.c.back_at == until)
    return await tx.update(mine.values(back_at=to)) == 1
