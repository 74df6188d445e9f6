"""Notices, inside the transaction that changes a session, whose time or place changes with it; told afterwards.

`spots` before the change and `note` after it; both under the lock of the session.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.db.transaction import Transaction
from flows.booking.moves import store
from flows.booking.moves.store import Spot

MOVED = "booking.moved"
"""Topic: appointments of a session are at another time or place than before; `was` tells each one's (`Spot`)."""


async def spots(tx: Transaction, session_id: int) -> Mapping[int, Spot]:
    """Where everybody in it is expected."""
    return await store.spots(tx, session_id, tx.now)


async def note(tx: Transaction, session_id: int, before: Mapping[int, Spot]) -> None:
    """`before` is what `spots` gave before the change."""
    if not before:
        return
    after = await store.spots(tx, session_id, tx.now)
    was = {each: spot for each, spot in before.items()
           if each in after and (spot.time, spot.place) != (after[each].time, after[each].place)}
    if was:
        told = {str(each): store.plain(spot) for each, spot in was.items()}
        tx.put(MOVED, {"session": session_id, "was": told}, lane=f"{MOVED}:{session_id}", priority=2)
