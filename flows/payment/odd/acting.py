"""What staff do about orders that do not come to an end; each act asks anew, so that it can be done again. Money goes
back only with the yes of a second person. All of it stands in the trail."""

from __future__ import annotations

from typing import Any

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from bot.money import yuan
from flows.payment import pushes, store
from flows.payment.giving_back import GivingBack
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.odd import store as finding
from flows.payment.odd.rules import acts, loose
from flows.payment.orders import SETTLE, Orders
from flows.payment.rules import after_close

WRONG_AMOUNT = "wrong_amount"
"""Why such money goes back."""


class Acting:
    """`context.actor` is who acts; the pages of the desk look after rights and reach. Locks the order first. Each gives
    False where there is nothing to do any more."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def ask(self, public: str) -> bool:
        """The channel is asked at once how it stands."""
        order, payments, may = await self._may(public)
        if "ask" not in may:
            return False
        for each in payments:
            if each.state in ("open", "failed"):
                await store.move_payment(self.tx, each.id, ("open", "failed"), ask_at=self.tx.now)
        self._trail("payment.odd_asked", order, {})
        return True

    async def settle(self, public: str) -> bool:
        """The hospital is asked at once whether it has it, and told where it does not."""
        order, _, may = await self._may(public)
        if "settle" not in may:
            return False
        self.tx.put(SETTLE, {"order": order.id}, priority=2)
        self._trail("payment.odd_settle", order, {})
        return True

    async def give_back(self, public: str, note: str) -> bool:
        """What the channel has instead is taken into the books, and is to go back once a second person agrees."""
        order, payments, may = await self._may(public)
        if "give_back" not in may:
            return False
        for each in loose(payments, await store.refunds_of(self.tx, order.id)):
            if each.state == "failed":
                await self._take_in(order, each)
            refund = await GivingBack(self.context).odd(
                order, await store.payment_by(self.tx, each.id), WRONG_AMOUNT, note
            )
            self._trail("payment.odd_back", order, {
                "amount": yuan(refund.amount), "note": note, "refund": refund.public_id, "state": refund.state,
            })
        return True

    async def end(self, public: str, note: str) -> bool:
        """No channel has money for it: it ends, and what it was for can be paid anew."""
        order, payments, may = await self._may(public)
        if "end" not in may:
            return False
        for each in payments:
            if each.state == "failed" and each.told_at is not None:
                # Money has come to closed ones before: it is asked after some more times.
                asks, ask_at = after_close(self.tx.now, each.asks)
                await store.move_payment(self.tx, each.id, ("failed",), state="closed", asks=asks, ask_at=ask_at)
        await self.ended(order)
        self._trail("payment.odd_ended", order, {"note": note})
        return True

    async def ended(self, order: Any) -> None:
        """An order that stood for a wrong amount stands no more: whoever owes what it was for can pay anew."""
        if order.state == "failed":
            await Orders(self.context).close(order, ("failed",))
            if not await store.refunds_of(self.tx, order.id):
                await pushes.ended(self.context, order)

    async def look(self, notice: int, note: str) -> bool:
        """What a notice was about, in words, for those who come later."""
        done = await finding.look(self.tx, notice, self.context.actor, note)
        if done:
            about = f"payment_notice:{notice}"
            audit.write(self.tx, self.context.actor, "payment.notice_looked", about, {"note": note})
        return done

    async def _take_in(self, order: Any, payment: Any) -> None:
        """What the channel says it has, as money that the order did not need."""
        number = payment.told_number
        if number and await finding.numbered(self.tx, payment.account, number):
            number = None  # the channel mixed two up: it goes back by our own number
        await store.move_payment(
            self.tx, payment.id, ("failed",), state="paid", use="excess", amount=payment.told_amount,
            channel_number=number, paid_at=payment.told_at, ask_at=None,
        )
        moved = ledger_rules.paid(order.id, payment.id, payment.account, payment.told_amount)
        await book.add(self.tx, moved, self.context.clock, self.context.actor)

    async def _may(self, public: str) -> tuple[Any, Any, tuple[str, ...]]:
        found = await store.order_of_public(self.tx, public)
        if found is None:
            raise NotFound("order")
        order: Any = await store.lock(self.tx, found.id)
        payments = await store.payments_of(self.tx, order.id)
        return order, payments, acts(order, payments, await store.refunds_of(self.tx, order.id))

    def _trail(self, act: str, order: Any, facts: dict[str, str]) -> None:
        audit.write(self.tx, self.context.actor, act, f"order:{order.public_id}", facts)
