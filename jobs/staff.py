"""Keeps the staff in step with the hospital's system."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot import logs
from bot.context import Context
from flows.staff import following, roll
from integrations.his.port import HospitalPort
from jobs.job import Job
from jobs.schedule import Every

log = logs.get(__name__)
BATCH = 50


async def sync(job: Job) -> None:
    """Ask who works there, compare, and change what differs; each who left in a transaction of their own."""
    told = await job.ports[HospitalPort].staff()
    changes = roll.compare(await job.run(following.known), told)
    if changes.doubtful:
        log.warning("staff_doubtful", told=len(told), missing=changes.doubtful)
    for start in range(0, len(changes.new), BATCH):
        await _alone(job, following.join, changes.new[start : start + BATCH])
    for mine, each in changes.changed:
        await _alone(job, following.change, mine, each)
    for mine, each in changes.back:
        await _alone(job, following.come_back, mine, each)
    for gone in changes.left:
        await _alone(job, following.leave, gone)
    counts = {name: len(getattr(changes, name)) for name in ("new", "changed", "back", "left")}
    if any(counts.values()):
        log.info("staff_changed", **counts)


async def _alone(job: Job, work: Callable[..., Awaitable[None]], *about: object) -> None:
    """In a transaction of its own: one that fails leaves the others done."""

    async def once(context: Context) -> None:
        await work(context, *about)

    await job.run(once)


EVERY = {"staff.sync": Every(seconds=600, run=sync)}
