"""Each night, what was kept long enough is forgotten, in batches: a job and a setting for each kind of record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot import clock, logs
from bot.context import Context
from bot.db import journal, record
from flows.notices import store as notices
from integrations.his import requests
from integrations.his.cashier import memory
from integrations.insurance import memory as messages
from jobs.job import Job
from jobs.schedule import Daily

log = logs.get(__name__)
BATCH = 1000
"""Rows in one transaction: few enough that nobody waits for their locks."""

Forget = Callable[[Context, datetime], Awaitable[int]]


async def lines(job: Job) -> None:
    """Of the journal."""
    await _all(job, job.settings.keep.journal_days, lambda c, before: journal.purge(c.tx, before, limit=BATCH))


async def said(job: Job) -> None:
    """Of conversations."""
    await _all(job, job.settings.keep.said_days, lambda c, before: record.purge(c.tx, before, limit=BATCH))


async def commands(job: Job) -> None:
    """Of the embedded hospital's memory, and its insurer's; others keep their own."""
    days = job.settings.keep.command_days
    await _all(job, days, lambda c, before: requests.forget(c.tx, before, limit=BATCH))
    await _all(job, days, lambda c, before: memory.forget(c.tx, before, limit=BATCH))
    await _all(job, days, lambda c, before: messages.forget(c.tx, before, limit=BATCH))


async def pushes(job: Job) -> None:
    """Of pushes that came to an end."""
    before, after = clock.now() - timedelta(days=job.settings.keep.push_days), 0

    async def batch(context: Context) -> int:
        return await notices.purge(context.tx, before, after=after, limit=BATCH)

    while after := await job.run(batch):
        log.debug("pushes_forgotten", until=after)


async def _all(job: Job, days: int, forget: Forget) -> None:
    before, gone = clock.now() - timedelta(days=days), 0
    while count := await job.run(lambda context: forget(context, before)):
        gone += count
    if gone:
        log.info("forgotten", job=job.name, rows=gone)


EVERY = {
    "keep.lines": Daily(hour=2, minute=10, run=lines),
    "keep.said": Daily(hour=2, minute=20, run=said),
    "keep.pushes": Daily(hour=2, minute=30, run=pushes),
    "keep.commands": Daily(hour=2, minute=40, run=commands),
}
