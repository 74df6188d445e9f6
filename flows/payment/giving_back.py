"""Money on its way back: wanted, approved, allowed by the hospital, sent, there."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.payment import pushes, store
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.orders import SETTLE, new_number
from flows.payment.refusals import NothingToGiveBack, OnlyWhole
from flows.payment.rules import Sums, next_ask, state_of
from integrations.paying.port import Back

log = logs.get(__name__)

REFUND, TOLD = "payment.refund", "payment.refunded"
ALIVE = ("waiting", "agreed", "allowed", "sent", "stuck")
"""A refund that is on its way."""
CLOSED = "closed"
"""Why a refund is stuck of which nothing moved, and of which under this number nothing ever will."""


class GivingBack:
    """Locks the order first. `request_id` makes a refund happen once, whoever asks how often."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def excess(self, order: Any, payment: Any, why: str) -> None:
        """Money that the order did not need: all of it, and nobody is asked."""
        await self._want(order, payment, payment.amount, why, f"excess:{payment.id}", of_excess=True, approved=True)

    async def whole(self, order_id: int, why: str) -> None:
        """All that is left of an order, by rule (a stop, cancelled in time, of no use any more). What waits for a
        second person goes along: the rule has said yes."""
        order = await store.lock(self.tx, order_id)
        if order is None:
            return
        for waiting in await store.refunds_of(self.tx, order_id):
            if await store.move_refund(
                self.tx, waiting.id, ("waiting",), state="agreed", approved_at=self.tx.now,
                approved_by=self.context.actor,
            ):
                self._carry_on(waiting)
                await pushes.refunding(self.context, order, waiting)
        if order.settled_at is None:
            given_up = await store.move_order(self.tx, order_id, ("paid", "refunding"), unwanted=True)
            if given_up and not order.settle_refusal:
                # Not keyed: what waits for the hospital's bill waits long, or was given up.
                self.tx.put(SETTLE, {"order": order_id}, priority=2)
        for payment, left in await self._left(order):
            request = f"whole:{payment.id}:{payment.amount - left}" if payment is not None else f"whole:{order_id}"
            await self._want(order, payment, left, why, request, of_excess=False, approved=True)

    async def part(
        self, order_id: int, amount: int, why: str, request_id: str, *, approved: bool, note: str | None = None
    ) -> Any:
        """So much of it, by request; without `approved` a second person has to say yes. `amount` is of what the payer
        paid; what the insurance paid is undone with it.

        :raises NothingToGiveBack: less than that is left
        :raises OnlyWhole: the insurance undoes nothing in part
        """
        order = await store.lock(self.tx, order_id)
        assert order is not None
        if known := await store.refund_of_request(self.tx, request_id):
            return known
        for payment, left in await self._left(order):
            if order.insured and amount != left:
                raise OnlyWhole(order=order.public_id)
            if amount <= left:
                await self._want(
                    order, payment, amount, why, request_id, of_excess=False, approved=approved, note=note
                )
                return await store.refund_of_request(self.tx, request_id)
        raise NothingToGiveBack(order=order.public_id)

    async def _left(self, order: Any) -> list[tuple[Any, int]]:
        """Payments of which something can go back, with how much; none, and nothing, where the insurance paid all."""
        found = [
            (each, each.amount - await store.wanted_back(self.tx, each.id))
            for each in await store.payments_of(self.tx, order.id, ("paid",)) if each.use == "applied"
        ]
        if order.insured and order.paid_at and not found:
            before = [each for each in await store.refunds_of(self.tx, order.id) if each.state != "refused"]
            return [] if before else [(None, 0)]
        return [(payment, left) for payment, left in found if left > 0]

    async def approve(self, refund_id: int) -> bool:
        """The yes of a second person; False where it is not waiting, or where they asked for it themself."""
        refund = await self._locked(refund_id)
        if refund.created_by == self.context.actor:
            return False
        done = await store.move_refund(
            self.tx, refund_id, ("waiting",), state="agreed", approved_at=self.tx.now, approved_by=self.context.actor
        )
        if done:
            self._carry_on(refund)
            await pushes.refunding(self.context, await store.lock(self.tx, refund.order_id), refund)
        return done

    async def decline(self, refund_id: int) -> bool:
        """The no of a second person; False where it is not waiting any more."""
        refund = await self._locked(refund_id)
        done = await store.move_refund(
            self.tx, refund_id, ("waiting",), state="refused", refusal="declined", approved_at=self.tx.now,
            approved_by=self.context.actor,
        )
        if done:
            await self._settle_state(refund.order_id)
        return done

    async def again(self, refund_id: int) -> bool:
        """What was stuck is asked for once more, under its old number: it cannot go back twice. Only what the channel
        closed for good, and of which nothing will ever move, needs a new one."""
        refund = await self._locked(refund_id)
        number = new_number() if refund.refusal == CLOSED else refund.number
        done = await store.move_refund(self.tx, refund_id, ("stuck",), state="allowed", refusal=None, number=number)
        if done:
            self.tx.put(REFUND, {"refund": refund.id}, lane=f"payment:{refund.order_id}", priority=3)
        return done

    async def allowed(self, refund_id: int, permission: str) -> None:
        """The hospital consents: from now on it is not its money. `permission` "": it never was."""
        refund = await self._locked(refund_id)
        order: Any = await store.lock(self.tx, refund.order_id)
        if not await store.move_refund(self.tx, refund_id, ("agreed",), state="allowed", permission=permission or None):
            return
        if permission:
            whole = refund.amount + refund.insured
            moved = ledger_rules.unsettled(refund.order_id, refund_id, order.site, whole)
            await book.add(self.tx, moved, self.context.clock, self.context.actor)

    async def refused(self, refund_id: int, code: str) -> None:
        """The hospital will not have it go back (seen already, dispensed)."""
        refund = await self._locked(refund_id)
        if await store.move_refund(
            self.tx, refund_id, ("agreed", "waiting"), state="refused", refusal=code[:64], ask_at=None
        ):
            await self._settle_state(refund.order_id)
            await pushes.kept(self.context, await store.lock(self.tx, refund.order_id), refund, code)
            log.warning("refund_refused", refund=refund.public_id, code=code)

    async def lost(self, refund_id: int) -> None:
        """The channel took it once and says now that it never heard of it: it is told again, under its old number."""
        refund = await self._locked(refund_id)
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
        refund = await self._locked(found.id)
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
        refund = await self._locked(refund_id)
        order: Any = await store.lock(self.tx, refund.order_id)
        if await store.move_refund(self.tx, refund_id, ("allowed",), state="back", back_at=self.tx.now):
            await self._is_back(order, refund)

    async def _is_back(self, order: Any, refund: Any) -> None:
        if refund.permission:
            self.tx.put(TOLD, {"refund": refund.id}, key=f"{TOLD}:{refund.id}", priority=4)
        await self._settle_state(order.id)
        await pushes.refunded(self.context, order, refund)

    async def stuck(self, refund_id: int, code: str) -> None:
        """It does not go back by itself: finance must look."""
        if await store.move_refund(
            self.tx, refund_id, ("allowed", "sent"), state="stuck", refusal=code[:64], ask_at=None
        ):
            log.error("refund_stuck", refund=refund_id, code=code)
            metrics.refunds.inc("", "stuck")

    async def _want(
        self, order: Any, payment: Any, amount: int, why: str, request_id: str, *, of_excess: bool, approved: bool,
        note: str | None = None,
    ) -> None:
        made = await self.tx.insert_once(
            store.refund, order_id=order.id, payment_id=None if payment is None else payment.id, number=new_number(),
            request_id=request_id[:96], amount=amount, insured=0 if of_excess else order.insured, why=why[:24],
            state="agreed" if approved else "waiting", of_excess=of_excess, note=note,
            created_at=self.tx.now, created_by=self.context.actor,
        )
        if not made:
            return
        row = await store.refund_of_request(self.tx, request_id[:96])
        await self._settle_state(order.id)
        if approved:
            self._carry_on(row)
            await pushes.refunding(self.context, order, row)

    def _carry_on(self, refund: Any) -> None:
        self.tx.put(
            REFUND, {"refund": refund.id}, key=f"{REFUND}:{refund.id}", lane=f"payment:{refund.order_id}", priority=3
        )

    async def _settle_state(self, order_id: int) -> None:
        """The order's state as its money says."""
        order: Any = await store.lock(self.tx, order_id)
        if order.state not in ("paid", "settled", "refunding", "refunded"):
            return  # a late payment of a closed order changes nothing about it
        paid = order.insured + sum(
            p.amount for p in await store.payments_of(self.tx, order_id, ("paid",)) if p.use == "applied"
        )
        mine = [r for r in await store.refunds_of(self.tx, order_id) if not r.of_excess]
        back = sum(r.amount + r.insured for r in mine if r.state == "back")
        wanted = sum(r.amount + r.insured for r in mine if r.state in ALIVE)
        state = state_of(Sums(order.amount, paid, back, wanted), settled=order.settled_at is not None, ended="")
        if state != order.state:
            ended = self.tx.now if state == "refunded" else None
            await store.move_order(self.tx, order_id, (order.state,), state=state, ended_at=ended)

    async def _locked(self, refund_id: int) -> Any:
        """The refund as it is under its order's lock."""
        found: Any = await store.refund_by(self.tx, refund_id)
        await store.lock(self.tx, found.order_id)
        return await store.refund_by(self.tx, refund_id)
