"""Payment's work behind the page: channels are asked and told, the hospital is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import OutsideError, OutsideRefused
from flows.payment import store
from flows.payment.due import store as due_now
from flows.payment.hearing import Hearing
from flows.payment.orders import CLOSE, OPEN, SETTLE, Orders
from flows.payment.rules import OPEN_PAYMENT, next_ask
from flows.payment.settling import INVOICE, Settling
from integrations.his.charges import Charging
from integrations.paying.port import Asking, PayChannel, PayChannels, Standing
from jobs import payment_covered, payment_insured
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles, NotYet
from jobs.schedule import Every

log = logs.get(__name__)

AT_ONCE = 200
AT_THE_ASKING = ("scanned", "account")
"""Ways that take the money as they are asked: nobody has to type anything any more."""
FRESH = timedelta(minutes=1)
"""So long what is over is looked at again and again; then, where its channel keeps silent, now and then."""
STILL = timedelta(minutes=1)
"""So long after they said that they paid, the payer is told that it is being checked."""


async def open_(job: Job, payload: dict[str, Any]) -> None:
    """Make a payment known to its channel. Saying it twice is saying it once: the number is the same."""
    payment = await _payment(job, payload)
    if payment is None or payment.state != "asked":
        return
    order = await job.run(lambda context: store.lock(context.tx, payment.order_id))
    assert order is not None
    channel = channel_of(job, payment)
    asking = Asking(
        number=payment.number, amount=payment.amount, title=json.loads(order.facts)["title"],
        expires=payment.expires_at, way=payment.way, payer=payload.get("payer", ""),
        address=payload.get("address", ""), code=payload.get("code", ""), back_to=payload.get("back_to", ""),
    )
    try:
        sheet = await channel.ask_for(asking)
    except OutsideRefused as no:
        code = no.code
        await job.run(lambda context: Orders(context).refused(payment.id, code))
        return
    await job.run(lambda context: Orders(context).opened(payment.id, sheet))
    if payment.way in AT_THE_ASKING:
        said = await channel.standing(payment.number)
        await job.run(lambda context: Hearing(context).hear(said))


async def close(job: Job, payload: dict[str, Any]) -> None:
    """End a payment at its channel. It may be paid in the very moment: the channel's word after it counts."""
    payment = await _payment(job, payload)
    if payment is None or payment.state not in (*OPEN_PAYMENT, "closed"):
        return
    channel = channel_of(job, payment)
    if payment.way == "scanned":
        await channel.reverse(payment.number)
    else:
        try:
            await channel.close(payment.number)
        except OutsideRefused as no:
            if no.code != "already_paid":
                raise
    said = await channel.standing(payment.number)
    if said.state == "absent":  # never asked for, or not yet: `opened` closes it again should it come
        said = Standing(payment.number, "closed")
    await job.run(lambda context: Hearing(context).hear(said))


async def ask(job: Job) -> None:
    """Ask the channels how payments stand whose notice has not come."""
    async with job.database.reading() as tx:
        due = await due_now.asks_due(tx, tx.now, AT_ONCE)
    for row in due:
        await alone(_ask(job, row.id), "payment_not_asked", payment=row.id)


async def _ask(job: Job, payment_id: int) -> None:
    payment = await _payment(job, {"payment": payment_id})
    assert payment is not None

    async def later(context: Context) -> None:
        await store.move_payment(
            context.tx, payment.id, (*OPEN_PAYMENT, "closed", "failed"), asks=payment.asks + 1,
            ask_at=next_ask(payment.opened_at or payment.created_at, payment.asks + 1),
        )

    await job.run(later)  # first: a channel that hangs is asked again in its time
    try:
        said = await channel_of(job, payment).standing(payment.number)
    except OutsideError:
        await job.run(lambda context: Orders(context).unknown(payment.id, STILL))
        return
    await job.run(lambda context: Hearing(context).hear(said))


async def settle(job: Job, payload: dict[str, Any]) -> None:
    """Tell the hospital that it was paid. It is asked first whether it knows: a time-out says nothing."""
    order_id = int(payload["order"])
    due = await job.run(lambda context: Settling(context).due(order_id))
    if due is None or not await payment_insured.claimed(job, order_id):
        return
    if not await payment_covered.settled(job, order_id):
        return
    due = await job.run(lambda context: Settling(context).due(order_id))
    if due is None:
        return
    if not due.bill and not due.unwanted:
        raise NotYet("the hospital does not have the bill yet")
    hospital, request = job.ports[Charging], f"{SETTLE}:{due.public_id}"
    known = await hospital.ask_charge(request)
    if known is not None and known.settlement is not None:
        done = known.settlement
    elif known is not None and known.refused:
        refusal = known.refused
        await job.run(lambda context: Settling(context).refused(order_id, refusal))
        return
    elif due.unwanted:
        if due.in_flight:
            raise NotYet("what the hospital was told may still be on its way")
        await job.run(lambda context: Settling(context).refused(order_id, "unwanted"))
        return
    else:
        bill = due.bill
        if not await job.run(lambda context: Settling(context).telling(order_id, bill)):
            raise NotYet("given up, or of another thing, since a moment ago")
        try:
            done = await hospital.settle(request, bill=due.bill, amount=due.amount, paid=due.paid)
        except OutsideRefused as no:
            code = no.code
            await job.run(lambda context: Settling(context).refused(order_id, code))
            return
    await job.run(lambda context: Settling(context).settled(order_id, done))


async def invoice(job: Job, payload: dict[str, Any]) -> None:
    """Fetch the electronic invoice; hospitals write it a while after."""
    order_id = int(payload["order"])
    order = await job.run(lambda context: store.lock(context.tx, order_id))
    if order is None or order.invoice or not order.settlement:
        return
    found = await job.ports[Charging].invoice(order.settlement)
    if found is None:
        return  # some bills have none: a deposit is accounted for at the end of the stay

    async def note(context: Context) -> None:
        await store.move_order(context.tx, order_id, (order.state,), invoice=found.number, invoice_url=found.url)

    await job.run(note)


async def expire(job: Job) -> None:
    """Orders whose time is up."""
    async with job.database.reading() as tx:
        over = await due_now.expired_orders(tx, tx.now, tx.now - FRESH, AT_ONCE)
    await _end(job, over)


async def overdue(job: Job) -> None:
    """Orders whose time is up and whose channel does not say that it ended: it is told again."""
    last = 0
    while True:
        async with job.database.reading() as tx:
            over = await due_now.overdue_orders(tx, tx.now - FRESH, last, AT_ONCE)
        await _end(job, over)
        if len(over) < AT_ONCE:
            return
        last = over[-1].id


async def _end(job: Job, over: Sequence[Any]) -> None:
    for row in over:

        async def end(context: Context, order_id: int = row.id) -> None:
            await Orders(context).expire(order_id)

        await alone(job.run(end), "order_not_closed", order=row.id)


async def _payment(job: Job, payload: dict[str, Any]) -> Any:
    async with job.database.reading() as tx:
        return await store.payment_by(tx, int(payload["payment"]))


def channel_of(job: Job, payment: Any) -> PayChannel:
    return job.ports[PayChannels][payment.account]


HANDLES = {
    OPEN: Handles(open_, tries=1000, slowest_s=20),
    CLOSE: Handles(close, tries=40, slowest_s=600),
    # As long as an area waits for the hospital's bill (jobs/booking_paying.py).
    SETTLE: Handles(settle, tries=3000, slowest_s=600),
    INVOICE: Handles(invoice, tries=20, slowest_s=3600),
}
EVERY = {"payment.ask": Every(1, ask), "payment.expire": Every(2, expire), "payment.overdue": Every(300, overdue)}
