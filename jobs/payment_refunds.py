"""Money on its way back: the hospital's consent, the channel, and the hospital's being told of it."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.errors import OutsideError, OutsideRefused, OutsideUnavailable
from flows.payment import store
from flows.payment.covered.ending import undo_after
from flows.payment.due import store as due_now
from flows.payment.going_back import REFUND, TOLD, GoingBack
from flows.payment.insured.parts import returned
from flows.payment.rules import next_ask
from integrations.his.charges import Charging
from jobs import payment_covered, payment_insured
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles, NotYet
from jobs.payment import AT_ONCE, channel_of
from jobs.schedule import Every

BELATED = 2
"""Questions after which a channel that knows nothing of a refund which it took is told of it again."""


async def ask(job: Job) -> None:
    """Ask the channels how refunds stand that are on their way."""
    async with job.database.reading() as tx:
        due = await due_now.refund_asks_due(tx, tx.now, AT_ONCE)
    for row in due:
        await alone(_ask(job, row.id), "refund_not_asked", refund=row.id)


async def _ask(job: Job, refund_id: int) -> None:
    refund, payment = await _refund(job, {"refund": refund_id})

    async def later(context: Context) -> None:
        asks = refund.asks + 1
        await store.move_refund(
            context.tx, refund.id, ("sent",), asks=asks, ask_at=next_ask(context.tx.now, min(asks + 2, 6))
        )

    await job.run(later)
    try:
        said = await channel_of(job, payment).refund_standing(payment.number, refund.number)
    except OutsideError:
        return
    if said.state == "absent" and refund.asks >= BELATED:
        await job.run(lambda context: GoingBack(context).lost(refund.id))
    else:
        await job.run(lambda context: GoingBack(context).hear(said))


async def refund(job: Job, payload: dict[str, Any]) -> None:
    """The hospital's consent where it has the money, then the channel; resumed wherever it was left."""
    row, payment = await _refund(job, payload)
    order = await job.run(lambda context: store.lock(context.tx, row.order_id))
    assert order is not None
    if row.state == "agreed":
        if not row.of_excess and not order.settled_at and not order.settle_refusal:
            raise NotYet("nobody knows yet whether the hospital has it")
        permission = ""
        if not row.of_excess and order.settled_at:
            hospital, request = job.ports[Charging], f"payment.may_refund:{row.number}"
            try:
                known = await hospital.ask_charge(request)
                if known is not None and known.refused:
                    raise OutsideRefused(known.refused, system="his")
                given = known.permission if known is not None else None
                if given is None:
                    given = await hospital.may_refund(
                        request, settlement=order.settlement, amount=row.amount + row.insured, why=row.why
                    )
            except OutsideRefused as no:
                code = no.code
                await job.run(lambda context: GoingBack(context).refused(row.id, code))
                return
            permission = given.code
        await job.run(lambda context: GoingBack(context).allowed(row.id, permission))
        row, payment = await _refund(job, payload)
    if row.state != "allowed":
        return
    if not row.of_excess:
        await job.run(lambda context: undo_after(context.tx, row.order_id))
    if row.insured and (kept := await _uninsured(job, row.order_id)):
        await job.run(lambda context: GoingBack(context).stuck(row.id, kept))
        return
    if payment is None:
        await job.run(lambda context: GoingBack(context).undone(row.id))
        return
    try:
        said = await channel_of(job, payment).refund(
            payment.number, row.number, amount=row.amount, of=payment.amount, why=row.why
        )
    except OutsideRefused as no:
        code = no.code
        await job.run(lambda context: GoingBack(context).stuck(row.id, code))
        return
    if said.state == "absent":
        raise OutsideUnavailable("the channel has not heard of the refund", system=payment.channel)
    await job.run(lambda context: GoingBack(context).hear(said))


async def _uninsured(job: Job, order_id: int) -> str:
    """Nothing stands at an insurer any more, the one last that paid first; who refuses, and why, else ""."""
    if code := await payment_covered.undone(job, order_id):
        return f"commercial:{code}"
    code = await payment_insured.undone(job, order_id)
    return f"insurance:{code}" if code else ""


async def told(job: Job, payload: dict[str, Any]) -> None:
    """Tell the hospital that the payer has it back: the last of the two steps."""
    row, _ = await _refund(job, payload)
    if row.told_at or not row.permission:
        return
    request = f"{TOLD}:{row.number}"
    known = await job.ports[Charging].ask_charge(request)
    if known is None or not known.told:
        parts = await job.run(lambda context: returned(context, row))
        await job.ports[Charging].refunded(request, permission=row.permission, refund=row.number, parts=parts)

    async def note(context: Context) -> None:
        await store.move_refund(context.tx, row.id, ("back",), told_at=context.tx.now)

    await job.run(note)


async def _refund(job: Job, payload: dict[str, Any]) -> tuple[Any, Any]:
    async with job.database.reading() as tx:
        row: Any = await store.refund_by(tx, int(payload["refund"]))
        return row, await store.payment_by(tx, row.payment_id) if row.payment_id else None


HANDLES = {
    REFUND: Handles(refund, tries=400, slowest_s=600),
    TOLD: Handles(told, tries=400, slowest_s=600),
}
EVERY = {"payment.ask_refunds": Every(2, ask)}
