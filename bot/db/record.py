"""What was said in a conversation, from the inbox and from what we sent of our own accord."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.db.contacts import contact
from bot.db.inbox import inbox
from bot.db.outbox import outbox
from bot.db.transaction import Transaction

SAY = "chat.say"
LOOKED_AT = 20
OURS = ("event", "begin", "timer")
"""Kinds of turns that no message of the contact began; what they said is in the outbox."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: `body` is JSON [text, data] of what came, `answer` JSON messages."""

    at: datetime
    kind: str
    body: str
    answer: str
    from_contact: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """One message and its `answer`, JSON messages. `source` and `external_id` name it."""

    source: str
    external_id: str
    at: datetime
    answer: str


async def contact_id(tx: Transaction, public_id: str) -> int | None:
    """The key of a contact."""
    found = await tx.scalar(select(contact.c.id).where(contact.c.public_id == public_id))
    return None if found is None else int(found)


async def said(tx: Transaction, of: int, *, limit: int) -> list[Said]:
    """The last `limit` turns of a contact, the oldest first, and what we sent in that time."""
    fields = (inbox.c.received_at, inbox.c.kind, inbox.c.body, inbox.c.answer)
    mine = select(*fields).where(inbox.c.contact_id == of, inbox.c.kind.not_in(OURS))
    rows = await tx.all(mine.order_by(inbox.c.received_at.desc(), inbox.c.id.desc()).limit(limit))
    turns = [Said(row.received_at, row.kind, row.body, row.answer, True) for row in reversed(rows)]
    since = turns[0].at if turns else tx.now
    sent = select(outbox.c.created_at, outbox.c.payload).where(
        outbox.c.topic == SAY, outbox.c.lane == f"chat:{of}", outbox.c.created_at >= since
    )
    for row in await tx.all(sent.order_by(outbox.c.id)):
        turns.append(Said(row.created_at, "say", "", json.loads(row.payload)["messages"], False))
    return sorted(turns, key=lambda turn: turn.at)


async def answered_since(tx: Transaction, of: int, at: datetime) -> list[Answered]:
    """What a contact's own messages were answered with from that moment on, the oldest first; a few at most."""
    fields = (inbox.c.source, inbox.c.external_id, inbox.c.received_at, inbox.c.answer)
    mine = select(*fields).where(inbox.c.contact_id == of, inbox.c.received_at >= at)
    rows = await tx.all(mine.order_by(inbox.c.received_at, inbox.c.id).limit(LOOKED_AT))
    return [Answered(row.source, row.external_id, row.received_at, row.answer) for row in rows]


async def purge(tx: Transaction, before: datetime, *, limit: int) -> int:
    """Forget up to ``limit`` turns from before that moment; gives how many. By the key, which grows with time: the
    oldest stand first, and no index of its own is kept for it."""
    oldest = select(inbox.c.id, inbox.c.received_at).order_by(inbox.c.id).limit(limit)
    ids = [row.id for row in await tx.all(oldest) if row.received_at < before]
    return await tx.update(delete(inbox).where(inbox.c.id.in_(ids))) if ids else 0
