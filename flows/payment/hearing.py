"""What a channel says of a payment, by notice or on being asked, and what becomes of the order by it."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.payment import pushes, store
from flows.payment.giving_back import GivingBack
from flows.payment.insured import ending
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.orders import SETTLE, Orders, due_of
from flows.payment.owners import Owners
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT, SELDOM, Paying, Verdict, after_close, heard, once_more
from integrations.paying.port import Standing

log = logs.get(__name__)

MONEY = (Verdict.APPLY, Verdict.LATE, Verdict.DOUBLE, Verdict.OTHER)


class Hearing:
    """Locks: the order first, then what is its owner's."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx, self.orders = context, context.tx, Orders(context)

    async def hear(self, said: Standing, account: str = "") -> Verdict:
        """What a channel says of a payment, by notice or on being asked; the same, however often and in what order.

        :param account: which merchant account says it, where that is not the one that was asked
        :raises LookupError: there is no such payment of this account
        """
        found = await store.payment_of_number(self.tx, said.number)
        if found is None or account not in ("", found.account):
            raise LookupError(said.number)
        order = await store.lock(self.tx, found.order_id)
        payment = await store.payment_by(self.tx, found.id)  # as it is under the lock
        assert order is not None and payment is not None
        if account and said.state == "paid" and payment.way == "scanned" and payment.state != "paid":
            # What was scanned may have been taken back since the notice was written: what the channel says now counts.
            await store.move_payment(
                self.tx, payment.id, (payment.state,), asks=min(payment.asks, SELDOM), ask_at=self.tx.now
            )
            return Verdict.NOTHING
        known = Paying(order.state, payment.state, payment.amount, due_of(order), payment.channel_number or "")
        verdict = heard(known, said)
        if verdict is not Verdict.NOTHING:
            metrics.payments.inc(payment.channel, verdict.value)
        if verdict in MONEY:
            await self._money(order, payment, said, verdict)
        elif verdict in (Verdict.CLOSED, Verdict.FAILED):
            asks, ask_at = after_close(payment.opened_at or payment.created_at, payment.asks)
            await store.move_payment(
                self.tx, payment.id, OPEN_PAYMENT, state=verdict.value, ended_at=self.tx.now, asks=asks, ask_at=ask_at
            )
            if order.expires_at <= self.tx.now and not await store.open_payments(self.tx, order.id):
                await self.orders.close(order)
        elif verdict in (Verdict.WRONG_AMOUNT, Verdict.CONTRADICTION):
            log.error("payment_incident", order=order.public_id, what=verdict.value)
            self.orders.note("incident", order, verdict.value)
            if verdict is Verdict.WRONG_AMOUNT and not account:
                await self._fail(order, payment, said)
        elif payment.told_at is not None and not account:
            await self._told(payment, said)
        elif payment.checking_at is not None and said.state in ("unpaid", "absent"):
            again = once_more(payment.checking_at, self.tx.now, said)
            await store.move_payment(self.tx, payment.id, OPEN_PAYMENT, **{"ask_at" if again else "checking_at": again})
        return verdict

    async def _money(self, order: Any, payment: Any, said: Standing, verdict: Verdict) -> None:
        applied = verdict is Verdict.APPLY
        await store.move_payment(
            self.tx, payment.id, ("asked", "open", "closed", "failed"), state="paid",
            use="applied" if applied else "excess", channel_number=said.channel_number,
            payer=said.payer or payment.payer, paid_at=said.paid_at or self.tx.now, ask_at=None,
        )
        moved = ledger_rules.paid(order.id, payment.id, payment.account, payment.amount)
        await book.add(self.tx, moved, self.context.clock, self.context.actor)
        if not applied:
            await GivingBack(self.context).excess(order, payment, verdict.value)
        else:
            await self._is_paid(order)

    async def nothing_left(self, order_id: int) -> None:
        """The insurance pays all of it."""
        order = await store.lock(self.tx, order_id)
        if order is not None and order.state in OPEN_ORDER and due_of(order) == 0:
            await self._is_paid(order)

    async def _is_paid(self, order: Any) -> None:
        await store.move_order(self.tx, order.id, OPEN_ORDER, state="paid", paid_at=self.tx.now, open_key=None)
        await ending.end(self.tx, order.id, ("asked", "offered"))
        for other in await store.open_payments(self.tx, order.id):
            self.orders.close_later(other)
        self.orders.note("paid", order)
        await pushes.paid(self.context, order)
        if await self.context.ports[Owners][order.owner].paid(self.context, order):
            self.tx.put(SETTLE, {"order": order.id}, key=f"{SETTLE}:{order.id}", priority=2)
        else:
            await store.move_order(self.tx, order.id, ("paid",), settle_refusal="of_no_use")
            await GivingBack(self.context).whole(order.id, "of_no_use")

    async def _fail(self, order: Any, payment: Any, said: Standing) -> None:
        """Asked, the channel has another sum than we asked for: nothing goes on by itself, and nobody pays again."""
        await store.move_payment(
            self.tx, payment.id, (*OPEN_PAYMENT, "closed"), state="failed", refusal=Verdict.WRONG_AMOUNT.value,
            ended_at=self.tx.now, ask_at=None,
        )
        await self._told(payment, said)
        if await store.move_order(self.tx, order.id, OPEN_ORDER, state="failed"):
            for other in await store.open_payments(self.tx, order.id):
                self.orders.close_later(other)

    async def _told(self, payment: Any, said: Standing) -> None:
        """What the channel has instead of what it was asked for, as it says by now: staff decide by it."""
        await store.move_payment(
            self.tx, payment.id, ("failed",), told_amount=said.amount if said.state == "paid" else 0,
            told_number=said.channel_number or None, told_at=self.tx.now,
        )
