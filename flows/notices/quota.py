"""Taking from the reach ledger of a contact (bot.talk.reach), under the lock of their conversation."""

from __future__ import annotations

from bot.db.contacts import reach_of, set_reach
from bot.db.transaction import Transaction
from bot.talk import reach
from flows.notices import store

Taken = tuple[str, str]
"""The ledger before and after messages were taken from it."""


async def take(tx: Transaction, contact_id: int, cost: int, *, keep: int = 0) -> Taken | None:
    """Take `cost` messages from the reach ledger under its lock, where `keep` are left then; all or none. None for
    somebody who left."""
    before = raw = await reach_of(tx, contact_id, lock=True)
    if not await store.followed(tx, contact_id):
        return None
    for _ in range(cost):
        left = reach.taken(raw, tx.now)
        if left is None:
            return None
        raw = left
    if reach.left(raw, tx.now) < keep:
        return None
    await set_reach(tx, contact_id, raw)
    return before, raw


async def room(tx: Transaction, contact_id: int, *, keep: int) -> bool:
    """Whether one more message would leave `keep`; the ledger is only looked at."""
    return reach.left(await reach_of(tx, contact_id), tx.now) > keep


async def give_back(tx: Transaction, contact_id: int, taken: Taken) -> None:
    """What was taken was certainly not sent. A ledger that has changed meanwhile is left as it is: the contact has
    opened a window anew, or another message has gone, and too little is better than more than the channel allows."""
    before, after = taken
    if await reach_of(tx, contact_id, lock=True) == after:
        await set_reach(tx, contact_id, before)


async def close(tx: Transaction, contact_id: int) -> None:
    """The channel said that its window is shut."""
    await set_reach(tx, contact_id, reach.closed(await reach_of(tx, contact_id, lock=True)))
