"""Taking from the reach ledger of a contact (bot.talk.reach), under the lock of their conversation."""

from __future__ import annotations

from bot.db.contacts import reach_of, set_reach
from bot.db.transaction import Transaction
from bot.talk import reach
from flows.notices import store


async def take(tx: Transaction, contact_id: int, cost: int) -> bool:
    """Take `cost` messages from the reach ledger under its lock; all or none. False for somebody who left."""
    raw = await reach_of(tx, contact_id, lock=True)
    if not await store.followed(tx, contact_id):
        return False
    for _ in range(cost):
        left = reach.taken(raw, tx.now)
        if left is None:
            return False
        raw = left
    await set_reach(tx, contact_id, raw)
    return True


async def close(tx: Transaction, contact_id: int) -> None:
    """The channel said that its window is shut."""
    await set_reach(tx, contact_id, reach.closed(await reach_of(tx, contact_id, lock=True)))
