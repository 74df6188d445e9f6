"""Pushes leave, and their results are recorded."""

from __future__ import annotations

from typing import Any

from bot import logs
from flows.notices import results
from flows.notices.delivery import deliver
from flows.notices.service import DELIVERED, SEND
from jobs.job import Job
from jobs.outbox import Handles, NotYet

log = logs.get(__name__)

LOOKS = 9
"""So often, over some four minutes, a message id is looked up before it counts as somebody
else's (another program on the same account)."""


async def send(job: Job, payload: dict[str, Any]) -> None:
    await deliver(job, payload["push"])


async def delivered(job: Job, payload: dict[str, Any]) -> None:
    way, message, status, contact = (payload[name] for name in ("way", "message", "status", "contact"))
    if await job.run(lambda context: results.record(context, way, message, status, contact)):
        return
    if job.row is not None and job.row.attempts >= LOOKS:
        log.info("delivery_of_unknown_message", way=way)
        return
    raise NotYet


# The number of tries is the setting push.attempts, kept on the push itself; these are its upper bound, and hold for
# what stands in the way of trying at all (a worker that died while it was sending).
HANDLES = {SEND: Handles(send, tries=60), DELIVERED: Handles(delivered, tries=LOOKS + 1)}
