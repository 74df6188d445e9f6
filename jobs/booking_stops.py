"""Stops behind the conversation: what the hospital's rosters tell of them, and what time decides."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.context import Context
from flows.booking.due import store as due
from flows.booking.stops.deadline import stay
from flows.booking.stops.hearing import HEARD, Hearing
from flows.booking.stops.service import StopsService
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every

AT_ONCE = 200


async def stop_heard(job: Job, payload: dict[str, Any]) -> None:
    """The hospital's roster stopped a session, opened it again or seated somebody else: tell whoever it hits."""
    assert job.row is not None
    session, once = int(payload["session"]), f"hospital:{payload['session']}:{job.row.id}"
    await job.run(lambda context: Hearing(context).hear(session, once))


async def stops(job: Job) -> None:
    """Who did not choose in time stays with the substitute; who slipped into a session as it was stopped is asked."""
    async with job.database.reading() as tx:
        late, missed = await due.choices(tx, AT_ONCE), await due.uncovered(tx, AT_ONCE)
    for choice in late:
        await alone(job.run(partial(stay, choice_id=choice)), "choice_left_open", choice=choice)
    for stop in missed:

        async def catch_up(context: Context, stop: int = stop) -> None:
            await StopsService(context).catch_up(stop)

        await alone(job.run(catch_up), "stop_not_covered", stop=stop)


HANDLES = {HEARD: Handles(stop_heard)}
EVERY = {"booking.stops": Every(seconds=60, run=stops)}
