"""What a payer does about a claim on a commercial insurer: ask with consent, choose, agree, take it back."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import Any

from bot.context import Context
from flows.payment import pushes
from flows.payment import store as cashier
from flows.payment.covered import store
from flows.payment.covered.answers import carry_on, chosen
from flows.payment.covered.ending import end
from flows.payment.covered.rules import CONSENT
from flows.payment.hearing import Hearing
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.orders import LAST_MOMENTS, due_of
from flows.payment.refusals import BeingChecked, NotPriced, OneIsRunning, PaidAlready, TimeIsUp
from flows.payment.rules import OPEN_ORDER
from integrations.commercial.port import Holder, Way


class Covers:
    """Locks the order first."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def ask(self, order_id: int, insurer: str, holder: Holder, way: Way) -> Any:
        """They have agreed that this insurer is told: whose policies there are is asked in the background. What the
        public insurance offered is agreed to with it, since a commercial one works on what that leaves. The claim that
        is alive, or a new one.

        :raises NotPriced: the public insurance has not said yet, or leaves nothing
        """
        order = await self._order(order_id, way)
        if known := await store.alive(self.tx, order_id):
            return known
        if way == "direct":
            await self._nothing_runs(order_id)
            await self._after_the_public(order)
            order = await self._order(order_id, way)
        amount = due_of(order) if way == "direct" else await self._kept(order)
        if amount <= 0:
            raise NotPriced(order=order.public_id)
        await self.tx.insert_once(
            store.cover, order_id=order_id, open_key=order_id, number=secrets.token_hex(13), insurer=insurer, way=way,
            state="asked", amount=amount, consent=CONSENT, consented_at=self.tx.now, undo=False,
            consented_by=self.context.actor, identity=json.dumps(asdict(holder), ensure_ascii=False),
        )
        row: Any = await store.alive(self.tx, order_id)
        carry_on(self.tx, row)
        self._note("asked", order)
        return row

    async def choose(self, order_id: int, which: int) -> None:
        """They choose the policy; a number that none has is no choice."""
        await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        known = json.loads(row.policies) if row is not None and row.state == "known" else []
        if 0 <= which < len(known):
            await chosen(self.tx, row, known[which]["code"], known[which]["product"])

    async def agree(self, order_id: int) -> Any:
        """Whoever pays has seen what the insurer pays and agrees; what is left for them can be paid from now on.

        :raises NotPriced: the insurer has not said yet, or would not
        :raises OneIsRunning, BeingChecked: all of it is being paid in another way
        :raises PaidAlready, TimeIsUp: as they say
        """
        order = await self._order(order_id, "direct")
        row = await store.alive(self.tx, order_id)
        if row is not None and row.state == "agreed":
            return row
        if row is None or row.state != "offered" or row.amount != due_of(order):
            raise NotPriced()
        await self._nothing_runs(order_id)
        await store.move(self.tx, row.id, ("offered",), state="agreed", agreed_at=self.tx.now)
        await pushes.seen_covered(self.context, row)
        await cashier.move_order(
            self.tx, order_id, OPEN_ORDER, insured=order.insured + row.pays, covered=row.pays
        )
        self._note("agreed", order)
        if order.insured + row.pays == order.amount:
            await Hearing(self.context).nothing_left(order_id)
        return await store.by_id(self.tx, row.id)

    async def leave(self, order_id: int, *, revoked: bool = True) -> bool:
        """They take their consent back, or staff withdraw it for them: the claim is withdrawn, and before payment the
        order is as it was without it. What is settled stays. False where there is nothing to withdraw.

        :raises OneIsRunning, BeingChecked: their part is being paid
        """
        order: Any = await cashier.lock(self.tx, order_id)
        row = await store.alive(self.tx, order_id)
        if order is None or row is None or (row.way == "direct" and order.state not in OPEN_ORDER):
            return False
        if row.way == "direct":
            await self._nothing_runs(order_id)
        if not await end(self.tx, order_id):
            return False
        if revoked:
            await store.move(self.tx, row.id, ("ended",), revoked_at=self.tx.now)
        if order.covered:
            await cashier.move_order(
                self.tx, order_id, OPEN_ORDER, insured=order.insured - order.covered, covered=0
            )
        await pushes.seen_covered(self.context, row)
        self._note("left", order)
        return True

    async def _after_the_public(self, order: Any) -> None:
        claim = await insured.alive(self.tx, order.id)
        if claim is not None and claim.state == "asked":
            raise NotPriced(order=order.public_id)
        if claim is not None and claim.state == "offered":
            if claim.own == 0:
                raise NotPriced(order=order.public_id)
            await Claims(self.context).agree(order.id)

    async def _kept(self, order: Any) -> int:
        """What the payer has paid themself and not got back."""
        return due_of(order) - sum(
            each.amount for each in await cashier.refunds_of(self.tx, order.id)
            if not each.of_excess and each.state != "refused"
        )

    async def _order(self, order_id: int, way: Way) -> Any:
        order = await cashier.lock(self.tx, order_id)
        if order is None:
            raise TimeIsUp()
        if way == "after":
            if order.state != "settled":
                raise NotPriced(order=order.public_id)
        elif order.state not in OPEN_ORDER:
            raise (TimeIsUp if order.state == "closed" else PaidAlready)(order=order.public_id)
        elif order.expires_at <= self.tx.now + LAST_MOMENTS:
            raise TimeIsUp(order=order.public_id)
        return order

    async def _nothing_runs(self, order_id: int) -> None:
        for running in await cashier.open_payments(self.tx, order_id):
            raise (BeingChecked if running.checking_at is not None else OneIsRunning)(channel=running.channel)

    def _note(self, what: str, order: Any, failed: str = "") -> None:
        self.tx.note(
            f"payment.covered_{what}", actor=self.context.actor, about=f"order:{order.public_id}",
            person=order.person_id, clinic=order.clinic, channel=self.context.channel, failed=failed,
        )
