"""For an area that asked for money, under the public id of its order: how it stands, give it up, give it back, let it
follow to another thing. The order is locked before anything of its owner; who holds such a lock already puts `OVER`
into the outbox.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.context import Context
from flows.payment import store
from flows.payment.dues import rules
from flows.payment.dues import store as dues
from flows.payment.dues.rules import Due
from flows.payment.giving_back import GivingBack
from flows.payment.orders import SETTLE, Orders
from flows.payment.rules import OPEN_ORDER

OVER = "payment.over"
"""Topic: {order, why}. What was asked for is of no use any more: an open order ends, money goes back."""


class Dues:
    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def of(self, publics: Iterable[str]) -> dict[str, Due]:
        """Public id of an order -> how it stands."""
        orders = await dues.of_publics(self.tx, sorted(set(publics)))
        payments, refunds = await dues.of_orders(self.tx, sorted(orders))
        return {
            row.public_id: rules.due(
                row, [each for each in payments if each.order_id == row.id],
                [each for each in refunds if each.order_id == row.id],
            )
            for row in orders.values()
        }

    async def lock(self, public: str) -> Any | None:
        """The order, which nobody changes until the transaction ends."""
        found = await store.order_of_public(self.tx, public)
        return await store.lock(self.tx, found.id) if found is not None else None

    async def over(self, order: Any, why: str) -> None:
        """What it was asked for is given up: nothing can be paid any more, and what was paid goes back whole.
        `order` as `lock` gave it."""
        if order.state in OPEN_ORDER:
            await store.move_order(self.tx, order.id, OPEN_ORDER, expires_at=self.tx.now)
            await Orders(self.context).expire(order.id)
        else:
            await GivingBack(self.context).whole(order.id, why)

    async def follow(self, order: Any, about: str, facts: str) -> None:
        """What was paid for one thing is paid for another of the same price; `facts` as the payer is shown them."""
        bill = order.bill if order.settled_at or order.told_at else ""
        await store.move_order(self.tx, order.id, (order.state,), about=about, facts=facts, bill=bill)

    async def billed(self, order: Any, bill: str) -> None:
        """The hospital has written this bill for it: it can be settled. One that it may have been told of stays."""
        if not order.told_at and await store.move_order(self.tx, order.id, ("paid", "refunding"), bill=bill):
            self.tx.put(SETTLE, {"order": order.id}, priority=2)
