"""Keeps our copy of the hospital's directory in step."""

from __future__ import annotations

from flows.directory.service import forget, hospital_rows, take_over
from integrations.his.port import HospitalPort
from jobs.job import Job
from jobs.schedule import Every


async def sync(job: Job) -> None:
    """Read all, compare, replace what changed."""
    rows, digest = await hospital_rows(job.ports[HospitalPort])
    if await job.run(lambda context: take_over(context, rows, digest)):
        forget(job.ports)


EVERY = {"directory.sync": Every(seconds=600, run=sync)}
