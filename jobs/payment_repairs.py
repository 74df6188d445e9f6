"""Differences that a rule puts right, one after the other, each in a way that is safe to go again."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from flows.payment import store
from flows.payment.going_back import GoingBack
from flows.payment.hearing import Hearing
from flows.payment.insured.parts import undoing
from flows.payment.reconciling import store as reconciling
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.matching import REPAIR, Matching
from jobs import payment as orders
from jobs import payment_refunds
from jobs.job import Job
from jobs.outbox import Handles


async def repair(job: Job, payload: dict[str, Any]) -> None:
    """Put one difference right by rule; its day is held together again a little later, once for all that were."""
    public = str(payload["difference"])
    row = await job.run(lambda context: days.difference_of(context.tx, public))
    if row is None or row.state not in ("open", "repairing"):
        return

    async def tried(context: Context) -> str:
        await reconciling.move(
            context.tx, row.id, ("open", "repairing"), state="open", tried_at=context.tx.now
        )
        return await Matching(context).repair(row)

    what = await job.run(tried)
    if not what:
        return
    if what in ("ask_payment", "settle"):
        await _payment(job, row, what)
    else:
        await _refund(job, row, what)

    async def hold_again(context: Context) -> None:
        Matching(context).after_repair(row.day)

    await job.run(hold_again)


async def _payment(job: Job, row: Any, what: str) -> None:
    if what == "settle":
        await orders.settle(job, {"order": row.order_id})
        return
    payment: Any = await job.run(lambda context: store.payment_of_number(context.tx, row.number))
    said = await orders.channel_of(job, payment).standing(payment.number)
    await job.run(lambda context: Hearing(context).hear(said))


async def _refund(job: Job, row: Any, what: str) -> None:
    refund: Any = await job.run(lambda context: store.refund_of_number(context.tx, row.name.removeprefix("r:")))
    if refund is None:
        refund = await job.run(lambda context: undoing(context.tx, row.order_id))
    if what == "tell_hospital":
        await payment_refunds.told(job, {"refund": refund.id})
        return
    payment: Any = await job.run(lambda context: store.payment_by(context.tx, refund.payment_id))
    said = await orders.channel_of(job, payment).refund_standing(payment.number, refund.number)
    await job.run(lambda context: GoingBack(context).hear(said))


HANDLES = {REPAIR: Handles(repair, tries=10, slowest_s=600)}
