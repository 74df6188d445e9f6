"""Conversations that go on without a message: late answers, our own words, awaited events, waits that ran out."""

from __future__ import annotations

from typing import Any

from bot.db.contacts import asleep_until
from bot.talk.channel import Channels
from bot.talk.dispatcher import LATE, SAY
from bot.talk.events import BEGIN, EVENT
from bot.talk.messages import Inbound, Message, load_messages
from flows.notices.delivery import converse
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every


async def late(job: Job, payload: dict[str, Any]) -> None:
    """A turn that took longer than its channel waits: its answer goes on as a message of ours."""
    inbound = Inbound.load(payload["inbound"])
    answer = await job.dispatcher.turn(inbound)
    if answer.messages:
        await _say(job, payload["contact"], answer.messages)


async def say(job: Job, payload: dict[str, Any]) -> None:
    await _say(job, payload["contact"], load_messages(payload["messages"]))


async def event(job: Job, payload: dict[str, Any]) -> None:
    assert job.row is not None
    await job.dispatcher.event(payload["contact"], payload["event"], payload["facts"], once=f"outbox:{job.row.id}")


async def begin(job: Job, payload: dict[str, Any]) -> None:
    assert job.row is not None
    await job.dispatcher.begin(payload["contact"], payload["flow"], payload["arg"], once=f"outbox:{job.row.id}")


async def lapse(job: Job) -> None:
    """End the waits whose time is over; a hold that nobody confirmed goes back this way."""
    async with job.database.reading() as tx:
        due = await asleep_until(tx, tx.now, limit=500)
    for contact_id, wakes_at in due:
        await job.dispatcher.lapse(contact_id, wakes_at)


async def _say(job: Job, contact_id: int, messages: tuple[Message, ...]) -> None:
    async with job.context(contact_id) as context:
        contact = context.contact
    assert contact is not None
    assert job.row is not None
    await converse(job.database, job.ports[Channels], contact, messages, once=f"outbox:{job.row.id}")


HANDLES = {
    SAY: Handles(say),
    LATE: Handles(late),
    EVENT: Handles(event, tries=50),
    BEGIN: Handles(begin, tries=50),
}
EVERY = {"talk.lapse": Every(seconds=5, run=lapse)}
