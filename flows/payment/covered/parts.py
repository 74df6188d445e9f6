"""What the hospital is told of a commercial insurer's part."""

from __future__ import annotations

from typing import Any

from bot.db.transaction import Transaction
from flows.payment.covered import store
from flows.payment.covered.rules import CHANNEL, reversal
from integrations.his.charges import Paid, Returned


async def paid(tx: Transaction, order_id: int) -> tuple[Paid, ...]:
    """With the rest, when the order is settled."""
    row: Any = await store.alive(tx, order_id)
    if row is None or row.way != "direct" or row.settled_at is None:
        return ()
    return (Paid(CHANNEL, row.number, row.code or "", row.pays),)


async def undone(tx: Transaction, order_id: int) -> tuple[Returned, ...]:
    """When it went back."""
    row: Any = await store.of_order(tx, order_id)
    if row is None or row.way != "direct" or row.state != "reversed":
        return ()
    return (Returned(row.number, reversal(row.number), row.pays),)
