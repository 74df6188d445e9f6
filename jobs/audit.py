"""Around the trail: an anchor in the log each night, and old counts of wrong tries forgotten."""

from __future__ import annotations

from bot import logs
from bot.access.audit import store
from bot.access.tries import store as tries
from jobs.job import Job
from jobs.schedule import Daily

log = logs.get(__name__)


async def anchor(job: Job) -> None:
    """A log usually leaves the machine: whoever puts an old copy of the trail back does not put back the log."""
    async with job.database.reading() as tx:
        log.info("audit_anchor", anchor=await store.anchor_of(tx))


async def purge(job: Job) -> None:
    async with job.database.transaction() as tx:
        await tries.purge(tx)


EVERY = {
    "audit.anchor": Daily(hour=23, minute=50, run=anchor),
    "audit.purge": Daily(hour=3, minute=50, run=purge),
}
