"""What the insurance is asked and told of orders. After an unknown outcome it is asked first, always."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.errors import OutsideRefused, OutsideUnknown
from flows.payment.insured import store
from flows.payment.insured.claims import PRICE, Claims, ToClaim
from flows.payment.insured.ending import CLEAR
from flows.payment.insured.rules import message
from flows.payment.settling import Settling
from integrations.insurance.port import Insurer, Visit
from jobs.job import Job
from jobs.outbox import Handles, NotYet


async def price(job: Job, payload: dict[str, Any]) -> None:
    """Register the visit, charge it, ask for the parts. Resumed wherever it was left: each message is one deed."""
    claim_id, insurer = int(payload["claim"]), job.ports[Insurer]
    asked = await job.run(lambda context: Claims(context).to_price(claim_id))
    if asked is None:
        return
    try:
        insured = await insurer.identify(asked.identity)
        registers, charges = message(asked.number, "2201"), message(asked.number, "2204")
        known = await insurer.ask(registers)
        visit = known.visit if known is not None else await insurer.register(
            registers, Visit(asked.number, insured.code, asked.clinic, asked.doctor, asked.at)
        )
        if await insurer.ask(charges) is None:
            await insurer.charge(charges, visit, asked.items)
        split = await insurer.price(visit)
    except OutsideRefused as no:
        code = no.code
        await job.run(lambda context: Claims(context).refused(claim_id, code))
        return
    await job.run(lambda context: Claims(context).offered(claim_id, insured.scheme, visit, split))


async def clear(job: Job, payload: dict[str, Any]) -> None:
    """Take back the charges and the visit of a claim that came to nothing, or was undone."""
    row: Any = await job.run(lambda context: store.by_id(context.tx, int(payload["claim"])))
    if row.cleared_at is not None:
        return
    insurer = job.ports[Insurer]
    known = await insurer.ask(message(row.number, "2201"))
    if known is not None:
        for verb, undo in (("2205", insurer.uncharge), ("2202", insurer.unregister)):
            if await insurer.ask(f"{row.number}{verb}") is None:
                await undo(f"{row.number}{verb}", known.visit)

    async def note(context: Context) -> None:
        await store.clear(context.tx, row.id, context.tx.now)

    await job.run(note)


async def claimed(job: Job, order_id: int) -> bool:
    """The insurance's part of a paid order is settled there, before the hospital is told; False where it is refused, so
    that all goes back."""
    due = await job.run(lambda context: Claims(context).to_claim(order_id))
    if due is None:
        return True
    insurer, settles = job.ports[Insurer], message(due.number, "2207")
    known = await insurer.ask(settles)
    if known is not None and known.settlement is not None:
        done = known.settlement
    elif due.unwanted:
        await _void(job, due)
        return True
    else:
        if not await job.run(lambda context: Claims(context).telling(due.claim)):
            raise NotYet("given up a moment ago")
        try:
            done = await insurer.settle(settles, due.visit, due.split)
        except OutsideRefused as no:
            code = no.code
            await job.run(lambda context: _refused(context, due.claim, order_id, code))
            return False
    await job.run(lambda context: Claims(context).claimed(due.claim, done))
    return True


async def undone(job: Job, order_id: int) -> str:
    """Nothing of an order stands at the insurance any more; the code of its refusal where it will not have it."""
    await claimed(job, order_id)
    row = await job.run(lambda context: Claims(context).to_undo(order_id))
    if row is None:
        return ""
    insurer, reverses = job.ports[Insurer], message(row.number, "2208")
    known = await insurer.ask(reverses)
    done = known.reversal if known is not None else None
    if done is None:
        try:
            done = await insurer.reverse(reverses, row.settlement)
        except OutsideRefused as no:
            return no.code
    back = done
    await job.run(lambda context: Claims(context).reversed(row.id, back))
    return ""


async def _void(job: Job, due: ToClaim) -> None:
    """Nobody knows whether it was told, and nobody wants it: it is made sure that it never counts."""
    try:
        await job.ports[Insurer].void(message(due.number, "2601"), message(due.number, "2207"))
    except OutsideRefused as no:
        if no.code == "settled_already":
            raise NotYet("it was settled in this moment") from None
        # Till it says yes nobody knows that the own part may go back: it is asked again.
        raise OutsideUnknown(f"not voided: {no.code}", system=no.system) from None
    await job.run(lambda context: Claims(context).voided(due.claim))


async def _refused(context: Context, claim_id: int, order_id: int, code: str) -> None:
    await Claims(context).refused(claim_id, code)
    await Settling(context).refused(order_id, f"insurance:{code}")


HANDLES = {
    PRICE: Handles(price, tries=400, slowest_s=60),
    CLEAR: Handles(clear, tries=400, slowest_s=3600),
}
