"""Money that is to go back: wanted by rule or by request, agreed to by a second person."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from flows.payment import pushes, store
from flows.payment.going_back import CLOSED, REFUND, locked, settle_state
from flows.payment.orders import SETTLE, new_number
from flows.payment.refusals import NothingToGiveBack, OnlyWhole
from flows.payment.rules import OUR_NO


class GivingBack:
    """Locks the order first. `request_id` makes a refund happen once, whoever asks how often."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def excess(self, order: Any, payment: Any, why: str) -> None:
        """Money that the order did not need: all of it, and nobody is asked."""
        await self._want(order, payment, payment.amount, why, f"excess:{payment.id}", of_excess=True, approved=True)

    async def odd(self, order: Any, payment: Any, why: str, note: str) -> Any:
        """Money of a sum that nobody asked for: all of it, once a second person agrees. What was declined before can be
        asked for anew. `order` under its lock."""
        tries = sum(each.payment_id == payment.id for each in await store.refunds_of(self.tx, order.id))
        request = f"odd:{payment.id}:{tries}"
        await self._want(order, payment, payment.amount, why, request, of_excess=True, approved=False, note=note)
        return await store.refund_of_request(self.tx, request)

    async def whole(self, order_id: int, why: str) -> None:
        """All that is left of an order, by rule (a stop, cancelled in time, of no use any more). What waits for a
        second person goes along: the rule has said yes."""
        order = await store.lock(self.tx, order_id)
        if order is None:
            return
        for waiting in await store.refunds_of(self.tx, order_id):
            if not waiting.of_excess and await store.move_refund(
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
        refund = await locked(self.tx, refund_id)
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
        return await self._let_go(await locked(self.tx, refund_id), "declined")

    async def withdraw(self, refund_id: int) -> bool:
        """Whoever asked for it does not want it any more; False where it is not waiting, or somebody else asked."""
        refund = await locked(self.tx, refund_id)
        return bool(refund.created_by == self.context.actor) and await self._let_go(refund, "withdrawn")

    async def _let_go(self, refund: Any, code: str) -> bool:
        done = await store.move_refund(
            self.tx, refund.id, ("waiting",), state="refused", refusal=code, approved_at=self.tx.now,
            approved_by=self.context.actor,
        )
        if done:
            await settle_state(self.tx, refund.order_id)
        return done

    async def again(self, refund_id: int) -> bool:
        """What was stuck is asked for once more, under its old number: it cannot go back twice. Only what the channel
        closed for good, and of which nothing will ever move, needs a new one."""
        refund = await locked(self.tx, refund_id)
        number = new_number() if refund.refusal == CLOSED else refund.number
        done = await store.move_refund(self.tx, refund_id, ("stuck",), state="allowed", refusal=None, number=number)
        if done:
            self.tx.put(REFUND, {"refund": refund.id}, lane=f"payment:{refund.order_id}", priority=3)
        return done

    async def anew(self, refund_id: int) -> Any:
        """What the hospital refused is begun once more, under a new number: it may have changed its mind. What needed a
        second person's word needs it again; what was declined or withdrawn since can be asked for anew. None where it
        stands no more, or nothing of it is left to go back."""
        refund = await locked(self.tx, refund_id)
        if refund.state != "refused" or refund.refusal in OUR_NO or refund.let_at is not None:
            return None
        order = await store.lock(self.tx, refund.order_id)
        begun = await self._begun(refund)
        if known := next((each for each in begun if each.refusal not in OUR_NO), None):
            return known
        request = f"anew:{refund.id}:{len(begun)}"
        for payment, left in await self._left(order):
            if (payment.id if payment is not None else None) == refund.payment_id and refund.amount <= left:
                await self._want(
                    order, payment, refund.amount, refund.why, request, of_excess=False,
                    approved=refund.approved_by is None, note=refund.note,
                )
                return await store.refund_of_request(self.tx, request)
        return None

    async def let(self, refund_id: int) -> bool:
        """Somebody looked at what the hospital refused, and the money stays. False where it stands no more."""
        refund = await locked(self.tx, refund_id)
        begun = any(each.refusal not in OUR_NO for each in await self._begun(refund))
        if begun or refund.refusal in OUR_NO or refund.let_at is not None:
            return False
        return await store.move_refund(
            self.tx, refund_id, ("refused",), let_at=self.tx.now, let_by=self.context.actor
        )

    async def _begun(self, refund: Any) -> list[Any]:
        """What was begun anew of it; those that a colleague declined, or that were withdrawn, among them."""
        same = f"anew:{refund.id}:"
        return [each for each in await store.refunds_of(self.tx, refund.order_id) if each.request_id.startswith(same)]

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
        await settle_state(self.tx, order.id)
        if approved:
            self._carry_on(row)
            await pushes.refunding(self.context, order, row)

    def _carry_on(self, refund: Any) -> None:
        self.tx.put(
            REFUND, {"refund": refund.id}, key=f"{REFUND}:{refund.id}", lane=f"payment:{refund.order_id}", priority=3
        )
