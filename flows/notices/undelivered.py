"""What could not be done, for staff: rows of the outbox and pushes that were tried often enough, contacts to call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.access.where import Within
from bot.context import Context
from bot.db import outbox_dead
from bot.db.transaction import Transaction
from flows.notices import store as pushes
from flows.notices.calls import store as calls
from flows.notices.service import SEND

LIMIT = 200
LOOKED = 5_000
"""So many of each kind are looked through for the list of staff, and for those within a reach."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`id` is "o" and the number of an outbox row, "p" and the public id of a push, or "c" and that of a call to make.
    `what` is its topic or kind, `about` the matter; `error` a slug or the name of an error; nothing here is
    personal. `contact` is the key of whom a call is for."""

    id: str
    what: str
    error: str
    attempts: int
    since: datetime
    about: str = ""
    contact: int = 0


async def list_dead(tx: Transaction, *, limit: int = LIMIT) -> list[DeadLetter]:
    """Dead letters, the oldest first."""
    rows = await outbox_dead.dead_rows(tx, limit=limit)
    found = [DeadLetter(f"o{row.id}", row.topic, row.error or "", row.attempts, row.due_at) for row in rows]
    for row in await pushes.dead(tx, limit):
        found.append(DeadLetter(f"p{row.public_id}", row.kind, row.error or "", row.attempts, row.due_at,
                                row.about))
    return sorted(found, key=lambda letter: letter.since)[:limit]


async def list_calls(tx: Transaction, *, limit: int = LIMIT) -> list[DeadLetter]:
    """Contacts whom nothing reached, the oldest first."""
    rows = await calls.open_ones(tx, limit)
    return [
        DeadLetter(f"c{row.public_id}", row.kind, "to be called", 0, row.created_at, row.about, row.contact_id)
        for row in rows
    ]


async def letters(context: Context, within: Within) -> tuple[list[DeadLetter], bool]:
    """Calls to make, then dead letters, as far as somebody reaches, and whether there may be more: what is about
    nothing that lies somewhere (work in the background, say) is for who reaches everything."""
    calls, dead = await list_calls(context.tx, limit=LOOKED), await list_dead(context.tx, limit=LOOKED)
    found, capped = [*calls, *dead], LOOKED in (len(calls), len(dead))
    if within.everything:
        return found, capped
    inside = await within.those({each.about for each in found} - {""})
    return [each for each in found if each.about in inside], capped


async def waiting(context: Context, within: Within) -> int:
    """How many there are to look at, within reach."""
    return await level(context.tx) if within.everything else len((await letters(context, within))[0])


async def called(tx: Transaction, letter_id: str) -> bool:
    """Somebody called; False when there is no such open task."""
    return letter_id.startswith("c") and await calls.close(tx, letter_id[1:])


async def send_again(tx: Transaction, letter_id: str) -> bool:
    """Try a dead letter again from its beginning; False when there is no such dead letter."""
    sort, name = letter_id[:1], letter_id[1:]
    if sort == "o" and name.isascii() and name.isdigit():
        return await outbox_dead.revive(tx, int(name))
    if sort == "p" and await pushes.revive(tx, name):
        tx.put(SEND, {"push": name})
        return True
    return False


async def level(tx: Transaction) -> int:
    """How many there are to look at."""
    return (await outbox_dead.levels(tx))[1] + await pushes.level(tx)
