"""What was paid becomes true in the hospital, or goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.context import Context
from flows.payment import pushes, store
from flows.payment.covered import parts as covered
from flows.payment.covered.rules import CHANNEL
from flows.payment.giving_back import GivingBack
from flows.payment.insured import store as claims
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.owners import Owners
from integrations.his.charges import Paid, Settlement


@dataclass(frozen=True, slots=True)
class ToSettle:
    """What the hospital is told. `bill` "": it does not have it yet. `unwanted`: given up, so only asked whether it has
    it already."""

    order: int
    public_id: str
    bill: str
    amount: int
    paid: tuple[Paid, ...]
    unwanted: bool
    in_flight: bool
    """It was told so lately that the hospital may still be at it: what it does not know yet, it may know in a moment.
    """


INVOICE = "payment.invoice"
INSURANCE = "insurance"
"""The channel, as the hospital calls it, of what the insurance paid."""
WHY = {INSURANCE: "uninsured", CHANNEL: "uncovered"}
"""Why money goes back, by who would not pay its part."""
IN_FLIGHT = timedelta(minutes=1)
"""Longer than any call of ours waits for its answer."""


class Settling:
    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def due(self, order_id: int) -> ToSettle | None:
        """What is to be told, None where that is over. An order that was given up before it was settled is looked at,
        too: the hospital may have it, and only then must be asked for its consent. One of which only a part is asked
        back, or which waits for a second person, is settled as any other."""
        order = await store.lock(self.tx, order_id)
        if order is None or order.settled_at or order.settle_refusal or order.state not in ("paid", "refunding"):
            return None
        bill = await self._bill(order)
        parts = [p for p in await store.payments_of(self.tx, order_id, ("paid",)) if p.use == "applied"]
        paid = tuple(Paid(p.channel, p.number, p.channel_number, p.amount) for p in parts)
        claim = await claims.alive(self.tx, order_id)
        if claim is not None and claim.settlement:
            paid += (Paid(INSURANCE, claim.number, claim.settlement, claim.fund + claim.personal),)
        paid += await covered.paid(self.tx, order_id)
        in_flight = order.told_at is not None and order.told_at > self.tx.now - IN_FLIGHT
        return ToSettle(order.id, order.public_id, bill, order.amount, paid, order.unwanted, in_flight)

    async def telling(self, order_id: int, bill: str) -> bool:
        """The hospital is about to be told of this bill; False where that is not wanted any more, or where what was
        paid followed to another thing since."""
        order = await store.lock(self.tx, order_id)
        if order is None or order.unwanted or await self._bill(order) != bill:
            return False
        return await store.move_order(self.tx, order_id, ("paid", "refunding"), told_at=self.tx.now)

    async def settled(self, order_id: int, done: Settlement) -> None:
        order = await self._unsettled(order_id)
        if order is None:
            return
        await store.move_order(
            self.tx, order_id, ("paid", "refunding"), settlement=done.code, receipt=done.receipt or None,
            window=done.window[:120] or None, settled_at=self.tx.now,
            state="settled" if order.state == "paid" else order.state,
        )
        moved = ledger_rules.settled(order.id, order.site, order.amount)
        await book.add(self.tx, moved, self.context.clock, self.context.actor)
        if not order.unwanted:
            owner = self.context.ports[Owners][order.owner]
            await owner.settled(self.context, order)
            if not owner.tells:
                await pushes.settled(self.context, order, done.receipt, done.window)
            self.tx.put(INVOICE, {"order": order.id}, key=f"{INVOICE}:{order.id}", priority=6)

    async def refused(self, order_id: int, code: str) -> None:
        """It is sure that the hospital, or an insurer before it, will never have it: all goes back."""
        order = await self._unsettled(order_id)
        if order is None:
            return
        await store.move_order(self.tx, order_id, ("paid", "refunding"), settle_refusal=code[:64])
        if not order.unwanted:
            await self.context.ports[Owners][order.owner].unsettled(self.context, order)
        why = WHY.get(code.partition(":")[0], "unsettled")
        await GivingBack(self.context).whole(order_id, why)

    async def _bill(self, order: Any) -> str:
        return str(order.bill or await self.context.ports[Owners][order.owner].bill(self.context, order))

    async def _unsettled(self, order_id: int) -> Any:
        order = await store.lock(self.tx, order_id)
        if order is None or order.settled_at or order.settle_refusal or order.state not in ("paid", "refunding"):
            return None
        return order
