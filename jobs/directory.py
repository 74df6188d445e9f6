"""Keeps our copy of the hospital's directory in step."""

from __future__ import annotations

from typing import Any

from bot.web import uploads
from flows.directory.editions import store as editions
from flows.directory.editions.writing import REPLACED, SHOWN
from flows.directory.service import forget, hospital_rows, take_over
from flows.directory.store import touch
from integrations.his.port import HospitalPort
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every


async def sync(job: Job) -> None:
    """Read all, compare, replace what changed."""
    rows, digest = await hospital_rows(job.ports[HospitalPort])
    if await job.run(lambda context: take_over(context, rows, digest)):
        forget(job.ports)


async def shown(job: Job, payload: dict[str, Any]) -> None:
    """The date of an edition has come: every process reads the directory anew."""
    await job.run(lambda context: touch(context.tx))
    forget(job.ports)


async def replaced(job: Job, payload: dict[str, Any]) -> None:
    """A picture that an edition no longer has: its file goes, unless another edition has it."""
    name = str(payload["picture"])
    async with job.database.reading() as tx:
        used = await editions.is_used(tx, name)
    if not used:
        uploads.forget(job.settings, name)


HANDLES: dict[str, Handles] = {SHOWN: Handles(shown), REPLACED: Handles(replaced)}
EVERY = {"directory.sync": Every(seconds=600, run=sync)}
