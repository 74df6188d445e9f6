"""Answers that are heard: read aloud after their text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.contacts import contact_of
from bot.db.outbox import OutboxRow
from bot.errors import OutsideRefused
from bot.talk.aloud import message_aloud, pieces
from bot.talk.channel import Channels
from bot.talk.dispatcher import SAY
from bot.talk.hearing import ALOUD
from bot.talk.messages import Message, dump_messages, load_messages
from bot.wording import Wording
from flows.notices.aloud import Answer, TextFirst, pushed, read_aloud
from integrations.speech.port import speech_of
from jobs.job import Job
from jobs.outbox import Handles, NotYet

log = logs.get(__name__)

CLIPS = 2
"""Voice messages of one answer; what is longer is read."""
TRIES = 3
WIDTH = 4
"""At once in one worker: voice takes seconds, and the worker's other hands are for texts."""
_at_work: set[int] = set()


async def aloud(job: Job, payload: dict[str, Any]) -> None:
    """An answer as one or two voice messages, if nothing is in the way. It becomes useless within a minute, so that
    what cannot be done never becomes a dead letter."""
    assert job.row is not None
    if len(_at_work) >= WIDTH:
        raise NotYet
    _at_work.add(job.row.id)
    try:
        await _read(job, job.row, payload)
    finally:
        _at_work.discard(job.row.id)


async def _read(job: Job, row: OutboxRow, payload: dict[str, Any]) -> None:
    speech = speech_of(job.ports)
    async with job.database.reading() as tx:
        contact = await contact_of(tx, payload["contact"])
    if speech is None or contact is None:
        return
    messages, since = load_messages(payload["messages"]), str(payload.get("since", ""))
    if since:
        messages = await job.run(lambda context: pushed(context, datetime.fromisoformat(since)), contact.id) or messages
    texts = heard(messages, job.wording, speech.most)
    if not texts:
        return
    at, again = datetime.fromisoformat(payload["at"]), row.attempts < TRIES
    answer = Answer(row.id, contact.id, at, texts, again=again)
    try:
        end = await read_aloud(job.database, speech, job.ports[Channels].of(contact.account), answer)
    except TextFirst:
        raise NotYet from None
    except OutsideRefused:  # the account is gone
        end, since = "refused", ""
    metrics.read_aloud.inc(end)
    log.info("answer_read_aloud", end=end, clips=len(texts), attempt=row.attempts)
    if since and end in ("away", "refused"):
        await job.run(lambda context: _told(context, row), contact.id)


async def _told(context: Context, row: OutboxRow) -> None:
    """Who asked to hear it waits for it."""
    assert context.contact is not None
    text = Message(context.wording.render("common/chat/listen_away"))
    said = {"contact": context.contact.id, "messages": dump_messages((text,))}
    context.tx.put(SAY, said, key=f"{ALOUD}:{row.id}", lane=f"chat:{context.contact.id}", priority=4)


def heard(messages: Sequence[Message], wording: Wording, most: int) -> list[str]:
    """The words as they are spoken, a text for each voice message; the last says where there is more."""
    words = wording.words["aloud"]
    said = "\n".join(message_aloud(each, words) for each in messages)
    found = pieces(said, most)
    if len(found) <= CLIPS:
        return found
    rest = wording.render("common/chat/listen_rest")
    return [found[0], f"{pieces(found[1], most - len(rest))[0]}{rest}"]


HANDLES = {ALOUD: Handles(aloud, tries=50, slowest_s=5)}
