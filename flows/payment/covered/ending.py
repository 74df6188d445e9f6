"""A claim on a commercial insurer that comes to nothing: it is withdrawn there, or reversed where it was settled."""

from __future__ import annotations

from collections.abc import Sequence

from bot.db.transaction import Transaction
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.rules import OPEN, CoverState

CLEAR = "payment.uncovered"


def lane(cover_id: int) -> str:
    """What is told of one claim is told in order."""
    return f"covered:{cover_id}"


def clear(tx: Transaction, cover_id: int) -> None:
    tx.put(CLEAR, {"cover": cover_id}, key=f"{CLEAR}:{cover_id}", lane=lane(cover_id), priority=5)


async def end(tx: Transaction, order_id: int, was: Sequence[CoverState] = OPEN) -> bool:
    """Nobody wants the order's claim any more; False where there is none in such a state. The order is locked."""
    row = await store.alive(tx, order_id)
    if row is None or not await store.move(tx, row.id, was, state="ended", ended_at=tx.now, ask_at=None):
        return False
    clear(tx, row.id)
    return True


async def undo_after(tx: Transaction, order_id: int) -> None:
    """Something of the bill goes back: what was claimed after payment is not to stand as it is."""
    await cashier.lock(tx, order_id)
    row = await store.alive(tx, order_id)
    if row is None or row.way != "after":
        return
    if not await end(tx, order_id) and await store.move(tx, row.id, ("settled",), undo=True):
        clear(tx, row.id)
