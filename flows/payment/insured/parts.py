"""What went back of an order that insurers paid a part of, as the hospital is told."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.db.transaction import Transaction
from flows.payment import store as cashier
from flows.payment.covered import parts as covered
from flows.payment.insured import store
from flows.payment.insured.rules import message
from integrations.his.charges import Returned


async def undoing(tx: Transaction, order_id: int) -> Any:
    """The refund with which the insurance's part of an order is undone, the latest; None where there is none."""
    mine = [each for each in await cashier.refunds_of(tx, order_id) if each.insured]
    return mine[-1] if mine else None


async def returned(context: Context, refund: Any) -> tuple[Returned, ...]:
    """None where the payer alone had paid."""
    claim = await store.of_order(context.tx, refund.order_id)
    if not refund.insured:
        return ()
    undone = await covered.undone(context.tx, refund.order_id)
    if claim is not None and claim.state == "reversed":
        undone = (Returned(claim.number, message(claim.number, "2208"), claim.fund + claim.personal), *undone)
    payment = await cashier.payment_by(context.tx, refund.payment_id) if undone and refund.payment_id else None
    return undone if payment is None else (Returned(payment.number, refund.number, refund.amount), *undone)
