"""Finance is told by text message, once a morning, of days that did not balance and of differences that wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import logs
from bot.clock import HospitalClock
from flows.payment.reconciling.calling import TELL
from flows.payment.reconciling.days import store as days
from integrations.sms.port import SmsPort
from jobs.job import Job
from jobs.outbox import Handles

LOOKED_BACK = timedelta(days=4)
"""As far as each morning looks; of older days the differences that wait are told alone."""
log = logs.get(__name__)


async def tell(job: Job, payload: dict[str, Any]) -> None:
    """How it stands by now: what a rule has put right meanwhile is told to nobody. `to`: which of the numbers that the
    settings name."""
    assert job.row is not None
    numbers, today = job.settings.payment.tell, HospitalClock(job.settings.timezone).today()
    async with job.database.reading() as tx:
        rows = await days.days(tx, today - LOOKED_BACK, today - timedelta(days=1))
        waiting = await days.count(tx, days.Wanted(state="live"))
    unlike = {row.day for row in rows if row.state != "balanced"}
    if payload["to"] >= len(numbers) or not (unlike or waiting):
        return
    words = {"days": str(len(unlike)), "differences": str(waiting)}
    await job.ports[SmsPort].send(
        numbers[payload["to"]], "payment.unbalanced", words, request_id=f"finance-{job.row.id}"
    )
    log.info("finance_told", days=len(unlike), differences=waiting)


HANDLES = {TELL: Handles(tell, tries=40, slowest_s=600)}
