"""A claim that comes to nothing: what the insurance was told of the visit is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.db.transaction import Transaction
from flows.payment.covered import ending as commercial
from flows.payment.covered.rules import OPEN as COVERED
from flows.payment.covered.rules import UNAGREED
from flows.payment.insured import store
from flows.payment.insured.rules import OPEN, ClaimState

CLEAR = "payment.uninsured"


def lane(claim_id: int) -> str:
    """What is told of one claim is told in order."""
    return f"insured:{claim_id}"


def clear(tx: Transaction, claim_id: int) -> None:
    tx.put(CLEAR, {"claim": claim_id}, key=f"{CLEAR}:{claim_id}", lane=lane(claim_id), priority=5)


async def end(tx: Transaction, order_id: int, was: Sequence[ClaimState] = OPEN) -> bool:
    """Nobody wants the order's claims any more, that on a commercial insurer neither; False where there is none in such
    a state. The order is locked."""
    ended = await commercial.end(tx, order_id, COVERED if "agreed" in was else UNAGREED)
    row = await store.alive(tx, order_id)
    if row is None or not await store.move(tx, row.id, was, state="ended", ended_at=tx.now):
        return ended
    clear(tx, row.id)
    return True
