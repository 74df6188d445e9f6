"""An answer that was sent as text, sent once more as a voice message.

Nobody misses anything without it, so it is given up wherever something is in its way: a newer answer, a ledger that is
nearly empty (a text may need the last places), a voice that is away for longer than a try or two, a channel that says
no. What may have been sent is never sent again; a worker that dies over it takes it along, because it is of no use any
more before another worker may take its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot import logs
from bot.context import Contact, Context
from bot.db import outbox_order, record
from bot.db.contacts import contact_of
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.errors import OutsideRefused, OutsideUnavailable, OutsideUnknown
from bot.talk import hearing
from bot.talk.channel import Channel, WindowClosed
from bot.talk.later import key_of
from bot.talk.messages import Message, load_messages
from flows.notices import quota, rules, store
from flows.notices.kinds import SAID, Kinds
from flows.notices.words import words_of
from integrations.speech.port import Speech

log = logs.get(__name__)

KEPT = 2
"""Messages that the contact may still be sent which voice never takes: a text may need them."""

IN_THE_CHAT = (rules.SERVICE, rules.TEMPLATE, rules.SUBSCRIPTION)

End = Literal["heard", "part", "overtaken", "full", "closed", "away", "refused", "unknown"]


class TextFirst(Exception):
    """The text of the answer has not been sent yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`row` is its row in the outbox, `at` the moment of its turn. `again`: it may be tried once more."""

    row: int
    contact_id: int
    at: datetime
    texts: Sequence[str] = field(repr=False)
    again: bool = True


async def pushed(context: Context, since: datetime) -> tuple[Message, ...]:
    """The push that stands below what was said at `since`, as it would be worded now; empty where there is none, or
    where the chat shows less of it than that."""
    assert context.contact is not None
    row = await store.last_sent(context.tx, context.contact.id, since, IN_THE_CHAT)
    if row is None or row.kind not in context.ports[Kinds]:
        return ()
    kind = context.ports[Kinds][row.kind]
    if row.way != rules.SERVICE and (kind.discreet or kind is SAID):
        return ()
    return words_of(context, kind, row.facts).messages


async def read_aloud(database: Database, speech: Speech, channel: Channel, answer: Answer) -> End:
    """Each of its `texts` as one voice message, in their order, as far as it goes.

    :raises TextFirst: look again
    :raises OutsideUnavailable: try again, if `again`
    """
    async with database.reading() as tx:
        contact = await _listener(tx, answer)
        if contact is None:
            return "overtaken"
        if not await quota.room(tx, contact.id, keep=KEPT):
            return "full"
    try:
        sounds = [await speech.speak(text) for text in answer.texts]
    except OutsideRefused as refused:
        log.warning("speech_refused", code=refused.code)
        return "refused"
    except OutsideUnavailable:
        if answer.again:
            raise
        return "away"
    for number, sound in enumerate(sounds):
        end = await _send(database, channel, contact, sound.audio, again=answer.again and number == 0)
        if end != "heard":
            return "part" if number else end
    return "heard"


async def _listener(tx: Transaction, answer: Answer) -> Contact | None:
    """Who is to hear it; None where they have been answered anew since."""
    if await outbox_order.undone_after(tx, hearing.lane(answer.contact_id), answer.row):
        return None
    for turn in await record.answered_since(tx, answer.contact_id, answer.at):
        if turn.at > answer.at and load_messages(turn.answer):
            return None
        if turn.at == answer.at and await outbox_order.undone(tx, key_of(turn.source, turn.external_id)):
            raise TextFirst
    if await outbox_order.undone_until(tx, f"chat:{answer.contact_id}", answer.at):
        raise TextFirst
    return await contact_of(tx, answer.contact_id)


async def _send(database: Database, channel: Channel, contact: Contact, audio: bytes, *, again: bool) -> End:
    taken = await database.run(lambda tx: quota.take(tx, contact.id, 1, keep=KEPT))
    if taken is None:
        return "full"
    try:
        await channel.voice(contact, audio)
    except WindowClosed:
        await database.run(lambda tx: quota.close(tx, contact.id))
        return "closed"
    except OutsideUnknown:
        return "unknown"
    except (OutsideUnavailable, OutsideRefused) as error:
        await database.run(lambda tx: quota.give_back(tx, contact.id, taken))
        if isinstance(error, OutsideRefused):
            log.warning("voice_refused", account=contact.account, code=error.code)
            return "refused"
        if again:
            raise
        return "away"
    return "heard"
