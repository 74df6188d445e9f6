"""Taking the hospital's book of examinations over."""

from __future__ import annotations

from flows.booking.exams import book
from integrations.his.port import HospitalPort
from jobs.job import Job
from jobs.schedule import Every


async def sync_book(job: Job) -> None:
    """What is examined, how one prepares, what does not go together. No transaction is open meanwhile."""
    told = await job.ports[HospitalPort].examinations()
    await job.run(lambda context: book.take_over(context.tx, told))


EVERY = {"booking.exam_book": Every(seconds=300, run=sync_book)}
