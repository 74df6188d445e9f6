"""Money on its way back: allowed by the hospital, sent, there; and what the channel says of it."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.transaction import Transaction
from flows.payment import pushes, store
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.rules import Sums, next_ask, state_of
from integrations.paying.port import Back

log = logs.get(__name__)

REFUND, TOLD = "payment.refund", "payment.refunded"
ALIVE = ("waiting", "agreed", "allowed", "sent", "stuck")
"""A refund that is on its way."""
CLOSED = "closed"
"""Why a refund is stuck of which nothing moved, and of which under this number nothing ever will."""


class GoingBack:
    """Locks the order first."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def allowed(self, refund_id: int, permission: str) -> None:
        """The hospital consents: from now on it is not its money. `permission` "": it never was."""
        refund = await locked(self.tx, refund_id)
        order: Any = await store.lock(self.tx, refund.order_id)
        if not await store.move_refund(self.tx, refund_id, ("agreed",), state="allowed", permission=permission or None):
            return
        if permission:
            whole = refund.amount + refund.insured
            moved = ledger_rules.unsettled(refund.order_id, refund_id, order.site, whole)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)

    async def refused(self, refund_id: int, code: str) -> None:
        """The hospital will not have it go back (seen already, dispensed)."""
        refund = await locked(self.tx, refund_id)
        if await store.move_refund(
            self.tx, refund_id, ("agreed", "waiting"), state="refused", refusal=code[:64], ask_at=None
        ):
            await settle_state(self.tx, refund.order_id)
            await pushes.kept(self.context, await store.lock(self.tx, refund.order_id), refund, code)
            log.warning("refund_refused", refund=refund.public_id, code=code)

    async def lost(self, refund_id: int) -> None:
        """The channel took it once and says now that it never heard of it: it is told again, under its old number."""
        refund = await locked(self.tx, refund_id)
        if await store.move_refund(self.tx, refund_id, ("sent",), state="allowed", ask_at=None):
            self.tx.put(REFUND, {"refund": refund.id}, lane=f"payment:{refund.order_id}", priority=3)
            log.warning("refund_lost", refund=refund.public_id)

    async def hear(self, said: Back, account: str = "") -> str:
        """What a channel says of a refund, by notice or on being asked; gives `wrong_amount` where it is not the sum
        that we asked back, else `heard`.

        :param account: which merchant account says it, where that is not the one that was asked
        :raises LookupError: there is no such refund of this account
        """
        found = await store.refund_of_number(self.tx, said.refund)
        if found is None:
            raise LookupError(said.refund)
        refund = await locked(self.tx, found.id)
        order: Any = await store.lock(self.tx, refund.order_id)
        payment = await store.payment_by(self.tx, refund.payment_id)
        assert payment is not None
        if account not in ("", payment.account):
            raise LookupError(said.refund)
        if said.state == "back":
            if said.amount != refund.amount:
                log.error("payment_incident", order=order.public_id, number=said.refund, what="wrong_amount")
                return "wrong_amount"
            if not await store.move_refund(
                self.tx, refund.id, ("allowed", "sent", "stuck"), state="back", back_at=said.back_at or self.tx.now,
                channel_refund=said.channel_refund or None, ask_at=None,
            ):
                return "heard"
            moved = ledger_rules.back(order.id, refund.id, payment.account, refund.amount)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)
            await self._is_back(order, refund)
            metrics.refunds.inc(payment.channel, "back")
        elif said.state == "processing":
            await store.move_refund(
                self.tx, refund.id, ("allowed",), state="sent", sent_at=self.tx.now, asks=0,
                ask_at=next_ask(self.tx.now, 2),
            )
        elif said.state in (CLOSED, "stuck"):
            await self.stuck(refund.id, said.state)
        return "heard"

    async def undone(self, refund_id: int) -> None:
        """The insurance's part is undone, and nobody else had paid anything."""
        refund = await locked(self.tx, refund_id)
        order: Any = await store.lock(self.tx, refund.order_id)
        if await store.move_refund(self.tx, refund_id, ("allowed",), state="back", back_at=self.tx.now):
            await self._is_back(order, refund)

    async def _is_back(self, order: Any, refund: Any) -> None:
        if refund.permission:
            self.tx.put(TOLD, {"refund": refund.id}, key=f"{TOLD}:{refund.id}", priority=4)
        await settle_state(self.tx, order.id)
        await pushes.refunded(self.context, order, refund)

    async def stuck(self, refund_id: int, code: str) -> None:
        """It does not go back by itself: finance must look."""
        if await store.move_refund(
            self.tx, refund_id, ("allowed", "sent"), state="stuck", refusal=code[:64], ask_at=None
        ):
            log.error("refund_stuck", refund=refund_id, code=code)
            metrics.refunds.inc("", "stuck")


async def settle_state(tx: Transaction, order_id: int) -> None:
    """The order's state as its money says."""
    order: Any = await store.lock(tx, order_id)
    if order.state not in ("paid", "settled", "refunding", "refunded"):
        return  # a late payment of a closed order changes nothing about it
    paid = order.insured + sum(
        p.amount for p in await store.payments_of(tx, order_id, ("paid",)) if p.use == "applied"
    )
    mine = [r for r in await store.refunds_of(tx, order_id) if not r.of_excess]
    back = sum(r.amount + r.insured for r in mine if r.state == "back")
    wanted = sum(r.amount + r.insured for r in mine if r.state in ALIVE)
    state = state_of(Sums(order.amount, paid, back, wanted), settled=order.settled_at is not None, ended="")
    if state != order.state:
        ended = tx.now if state == "refunded" else None
        await store.move_order(tx, order_id, (order.state,), state=state, ended_at=ended)


async def locked(tx: Transaction, refund_id: int) -> Any:
    """The refund as it is under its order's lock."""
    found: Any = await store.refund_by(tx, refund_id)
    await store.lock(tx, found.order_id)
    return await store.refund_by(tx, refund_id)
