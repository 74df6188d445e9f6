"""A second tap on an act of staff is taken for the first; only what somebody else did is told as that."""

from __future__ import annotations

from bot.access.audit import store as trail
from bot.db.transaction import Transaction
from bot.errors import Conflict


def unless_done(there: object, wanted: object, reason: str) -> None:
    """For whoever finds that a guarded change met no row. `there` is what the record says now, `wanted` what this very
    act leaves behind; where it could have been somebody else's, who did it stands in both (`context.actor`). Where they
    are equal nothing is left to be done.

    :raises Conflict: with `reason`, where something else stands there
    """
    if there != wanted:
        raise Conflict(reason)


async def did(tx: Transaction, actor: str, act: str, about: str) -> bool:
    """Whether the trail has this act from this member: for what leaves no word of who did it, or is gone by it."""
    return bool(await trail.heads(tx, trail.Wanted(actor, act, about), limit=1))
