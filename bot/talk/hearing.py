"""Answers that are heard as well as read: which of them, and the row that has them read aloud after the commit.

The text is always sent first, as to everybody; what is heard is the same words once more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.context import ALWAYS, SPOKEN, Context
from bot.db import record
from bot.db.transaction import Transaction
from bot.talk.channel import Narrator
from bot.talk.messages import Message, dump_messages, load_messages

ALOUD = "chat.aloud"
AFTER = timedelta(seconds=1)
"""Text comes first: by then an answer that its channel could not take at once is written down as well."""
USELESS = timedelta(minutes=1)
LOOKED_AT = 8
"""So many turns back: some events are answered with nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said in the conversation at that moment."""

    at: datetime
    messages: tuple[Message, ...]


class Heard(Protocol):
    """A turn that was thought about, as far as what is heard depends on it."""

    @property
    def messages(self) -> Sequence[Message]: ...

    @property
    def urgent(self) -> bool: ...

    @property
    def again(self) -> Told | None: ...


def follow(context: Context, turn: Heard, kind: str) -> None:
    """Have read aloud what was asked for, else what is said to somebody in easy mode who hears such answers."""
    contact = context.contact
    if contact is None or not (turn.again or (contact.easy and turn.messages and Narrator in context.ports)):
        return
    spoken = kind == "voice" and contact.aloud == SPOKEN
    if turn.again or turn.urgent or spoken or contact.aloud == ALWAYS:
        tx, words = context.tx, turn.again.messages if turn.again else tuple(turn.messages)
        since = {"since": turn.again.at.isoformat()} if turn.again else {}
        tx.put(
            ALOUD,
            {"contact": contact.id, "messages": dump_messages(words), "at": tx.now.isoformat(), **since},
            lane=lane(contact.id),
            due=tx.now + AFTER,
            useless_after=tx.now + USELESS,
            priority=1 if turn.urgent else 4,
        )


def lane(contact_id: int) -> str:
    """One after the other, and apart from the texts, which wait for no voice."""
    return f"aloud:{contact_id}"


async def last(tx: Transaction, contact_id: int, *, besides: Collection[Message]) -> Told | None:
    """What this contact was told last in the conversation, other than one of `besides` alone. A push that came since
    goes before it where it is read (`since` of the row)."""
    for turn in reversed(await record.said(tx, contact_id, limit=LOOKED_AT)):
        found = load_messages(turn.answer)
        if found and not (len(found) == 1 and found[0] in besides):
            return Told(turn.at, found)
    return None
