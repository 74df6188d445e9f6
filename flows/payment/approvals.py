"""Refunds by request of staff: below a limit they go at once, above it a second person says yes or no. All of it stands
in the trail."""

from __future__ import annotations

from typing import Any

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from bot.money import yuan
from flows.payment import store
from flows.payment.giving_back import GivingBack
from flows.payment.odd.acting import Acting

ASKED = "asked"
"""Why, of a refund that a member of staff asked for."""
BY_TWO = ("waiting", "refused")
"""Nobody's word alone lets these go back."""


class Approvals:
    """`context.actor` is who acts; the pages of the desk look after rights and reach."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    def needs_second(self, amount: int, alone: int) -> bool:
        """`alone`: what of this order went back before on the word of one person: many small ones are a large one."""
        limit = self.context.settings.payment.approve_above
        return limit == 0 or amount + alone > limit

    async def ask(self, order: str, amount: int, note: str, request_id: str) -> Any:
        """Give so much of an order back; gives the refund, waiting where a second person is needed.

        :raises NothingToGiveBack: less than that is left
        """
        row = await store.order_of_public(self.tx, order)
        if row is None:
            raise NotFound("order")
        await store.lock(self.tx, row.id)  # of two who ask at once, the second sees what the first asked for
        before = [each for each in await store.refunds_of(self.tx, row.id) if each.why == ASKED]
        alone = sum(each.amount for each in before if each.approved_by is None and each.state not in BY_TWO)
        second = self.needs_second(amount + row.insured, alone)
        refund = await GivingBack(self.context).part(
            row.id, amount, ASKED, f"asked:{request_id}", approved=not second, note=note
        )
        audit.write(
            self.tx, self.context.actor, "payment.refund_asked", f"order:{order}",
            {"amount": yuan(amount), "note": note, "refund": refund.public_id, "state": refund.state},
        )
        return refund

    async def approve(self, refund: str) -> bool:
        """False where it does not wait any more, or where it was asked for by the same person."""
        row = await self._refund(refund)
        done = await GivingBack(self.context).approve(row.id)
        if done:
            audit.write(self.tx, self.context.actor, "payment.refund_approved", f"refund:{refund}",
                        {"amount": yuan(row.amount)})
            if row.of_excess:
                await Acting(self.context).ended(await store.lock(self.tx, row.order_id))
        return done

    async def decline(self, refund: str, note: str) -> bool:
        """The no of a second person."""
        row = await self._refund(refund)
        done = await GivingBack(self.context).decline(row.id)
        if done:
            audit.write(self.tx, self.context.actor, "payment.refund_declined", f"refund:{refund}",
                        {"amount": yuan(row.amount), "note": note})
        return done

    async def withdraw(self, refund: str) -> bool:
        """The first one's own change of mind; False where it does not wait any more, or somebody else asked for it."""
        row = await self._refund(refund)
        done = await GivingBack(self.context).withdraw(row.id)
        if done:
            audit.write(self.tx, self.context.actor, "payment.refund_withdrawn", f"refund:{refund}",
                        {"amount": yuan(row.amount)})
        return done

    async def again(self, refund: str) -> bool:
        """A refund that was stuck is tried once more, for instance after the merchant's balance was filled up."""
        row = await self._refund(refund)
        done = await GivingBack(self.context).again(row.id)
        if done:
            audit.write(self.tx, self.context.actor, "payment.refund_again", f"refund:{refund}", {})
        return done

    async def anew(self, refund: str) -> bool:
        """What the hospital refused is asked of it once more. False where it stands no more."""
        row = await self._refund(refund)
        made = await GivingBack(self.context).anew(row.id)
        if made is not None and made.created_at == self.context.now:
            audit.write(self.tx, self.context.actor, "payment.refund_anew", f"refund:{refund}",
                        {"amount": yuan(row.amount), "refund": made.public_id, "state": made.state})
        return made is not None

    async def let(self, refund: str, note: str) -> bool:
        """The hospital's no stands, and why; it is on no list any more."""
        row = await self._refund(refund)
        done = await GivingBack(self.context).let(row.id)
        if done:
            audit.write(self.tx, self.context.actor, "payment.refund_let", f"refund:{refund}",
                        {"amount": yuan(row.amount), "note": note})
        return done

    async def _refund(self, public: str) -> Any:
        row = await store.refund_of_public(self.tx, public)
        if row is None:
            raise NotFound("refund")
        return row
