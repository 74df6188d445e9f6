"""Conversations that go on without a message: late answers, our own words, awaited events, waits that ran out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import clock, logs
from bot.context import Contact
from bot.db import outbox
from bot.db.contacts import asleep_until, contact_at, contact_of
from bot.db.faults import is_passing
from bot.talk.channel import Channels
from bot.talk.dispatcher import SAY
from bot.talk.events import BEGIN, EVENT
from bot.talk.later import LATE
from bot.talk.messages import Inbound, Message, load_messages
from flows.notices.delivery import converse
from flows.patients.callers import is_caller
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Daily, Every

log = logs.get(__name__)

KEPT = timedelta(days=30)


async def late(job: Job, payload: dict[str, Any]) -> None:
    """A turn that took longer than its channel waits: its answer goes on as a message of ours."""
    inbound = Inbound.load(payload["inbound"])
    answer = await job.dispatcher.turn(inbound)
    if answer.messages:
        async with job.database.reading() as tx:
            contact = await contact_at(tx, inbound.account, inbound.contact)
        await _say(job, contact, answer.messages)


async def say(job: Job, payload: dict[str, Any]) -> None:
    async with job.database.reading() as tx:
        contact = await contact_of(tx, payload["contact"])
    await _say(job, contact, load_messages(payload["messages"]))


async def event(job: Job, payload: dict[str, Any]) -> None:
    assert job.row is not None
    await job.dispatcher.event(payload["contact"], payload["event"], payload["facts"], once=f"outbox:{job.row.id}")


async def begin(job: Job, payload: dict[str, Any]) -> None:
    """A caller has no conversation in which anything could begin."""
    assert job.row is not None
    async with job.database.reading() as tx:
        contact = await contact_of(tx, payload["contact"])
    if is_caller(contact):
        return
    await job.dispatcher.begin(payload["contact"], payload["flow"], payload["arg"], once=f"outbox:{job.row.id}")


async def lapse(job: Job) -> None:
    """End the waits whose time is over; a hold that nobody confirmed goes back this way."""
    async with job.database.reading() as tx:
        due = await asleep_until(tx, tx.now, limit=500)
    for contact_id, wakes_at in due:
        try:
            await job.dispatcher.lapse(contact_id, wakes_at)
        except Exception as error:
            if is_passing(error):
                raise
            # The oldest come first: one that cannot be ended would keep all others from it, every time.
            log.error("lapse_failed", contact=contact_id, exc_info=True)


async def purge(job: Job) -> None:
    """Forget what was carried out long ago: the outbox is a list of work, not a record."""
    before = clock.now() - KEPT
    while await job.run(lambda context: outbox.purge(context.tx, before, limit=1000)) == 1000:
        pass


async def _say(job: Job, contact: Contact | None, messages: tuple[Message, ...]) -> None:
    assert contact is not None and job.row is not None
    await converse(job.database, job.ports[Channels], contact, messages, once=f"outbox:{job.row.id}")


HANDLES = {
    SAY: Handles(say),
    LATE: Handles(late),
    EVENT: Handles(event, tries=50),
    BEGIN: Handles(begin, tries=50),
}
EVERY = {"talk.lapse": Every(seconds=5, run=lapse), "talk.purge": Daily(3, 40, run=purge)}
