"""One account's day: what differs is written down as rows, what does not differ any more is gone, and the day is
balanced or not. Doing it again changes nothing but what really changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.payment import store as cashier
from flows.payment.covered import store as covers
from flows.payment.insured import store as claims
from flows.payment.insured.parts import undoing
from flows.payment.reconciling import store
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.rules import NOWHERE, Ours, Repair, Three, classify, day_state, repair_of

RECONCILE, REPAIR = "payment.reconcile", "payment.repair"
SELDOM = timedelta(hours=12)
"""What a rule could not put right is tried again so much later, unless staff ask for it."""
AFTER = timedelta(seconds=80)
"""From the beginning of a minute until the days of what was put right in it are held together again."""
log = logs.get(__name__)


class Matching:
    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def begin(self, account: str, on: date) -> int:
        """The number of this run of the day."""
        return await store.run(self.tx, account, on, self.context.actor)

    async def some(self, account: str, on: date, run: int, after: str) -> str:
        """Write down some of what differs; gives the name of the last, "" where there is nothing left."""
        found = await days.unlike(self.tx, account, on, after)
        names = [row.name for row in found]
        known = await days.known(self.tx, account, on, names)
        for row in found:
            await self._write(account, on, run, row, known.get(row.name))
        return names[-1] if len(names) == days.PAGE else ""

    async def end(self, account: str, on: date, run: int, *, bill: bool, takings: bool) -> str:
        """What was not seen in this run is gone; gives the day's state."""
        if bill and takings:
            await store.gone(self.tx, account, on, run)
        await days.count_up(self.tx, account, on)
        said = await days.told(self.tx, "channel", account, on)
        flaw = said.flaw if said is not None else ""
        return await self.state(account, on, bill=bill, takings=takings, flaw=flaw)

    async def state(self, account: str, on: date, *, bill: bool, takings: bool, flaw: str) -> str:
        """The day's state as its differences are now."""
        states = await store.live(self.tx, account, on)
        state = day_state(bill=bill, takings=takings, flaw=flaw, states=states)
        await store.set_day(self.tx, account, on, state=state, flaw=flaw, by=self.context.actor)
        return state

    async def renew_state(self, account: str, on: date) -> None:
        """After somebody dealt with a difference."""
        known = await days.day_of(self.tx, account, on)
        if known is not None and known.state in ("differs", "doubtful", "balanced"):
            await self.state(account, on, bill=True, takings=True, flaw=known.flaw)

    def again(self, on: date) -> None:
        """In the lane of all days: never two at once, and begun again where the process died."""
        self.tx.put(RECONCILE, {"day": on.isoformat()}, lane=RECONCILE, priority=4)

    def after_repair(self, on: date) -> None:
        """The same, once for all that is put right within a minute. What the hospital was told now stands in its
        takings of today."""
        minute = self.context.now.replace(second=0, microsecond=0)
        self.tx.put(
            RECONCILE, {"day": on.isoformat(), "today": True}, key=f"{RECONCILE}:{on}:{minute:%Y%m%d%H%M}",
            lane=RECONCILE, due=minute + AFTER, priority=7,
        )

    async def repair(self, row: Any) -> Repair:
        """What puts a difference right by rule, as our books stand now."""
        return repair_of(three_of(row), await self.ours(row))

    async def ours(self, row: Any) -> Ours:
        if claim := await claims.of_number(self.tx, row.number):
            return await self._of_claim(row, claim)
        if cover := await covers.of_number(self.tx, row.number):
            return await self._of_claim(row, cover)
        if row.refund:
            refund = await cashier.refund_of_number(self.tx, row.name.removeprefix("r:"))
            if refund is None:
                return Ours()
            return Ours(refund=refund.state, told=refund.told_at is not None, consented=bool(refund.permission))
        payment = await cashier.payment_of_number(self.tx, row.number)
        if payment is None or payment.account != row.account:
            return Ours()
        return Ours(payment=payment.state, order=await days.order_state(self.tx, payment.order_id))

    async def _of_claim(self, row: Any, claim: Any) -> Ours:
        order = await days.order_state(self.tx, claim.order_id)
        if not row.refund:
            return Ours(claim=claim.state, order=order)
        refund = await undoing(self.tx, claim.order_id)
        if refund is None:
            return Ours()
        return Ours(refund=refund.state, told=refund.told_at is not None, consented=bool(refund.permission))

    async def _write(self, account: str, on: date, run: int, row: Any, known: Any) -> None:
        refund = row.name.startswith("r:")
        three = Three(
            int(row.channel) if row.has_channel else None, int(row.ours) if row.has_ours else None,
            int(row.hospital) if row.has_hospital else None, bool(row.due), refund,
        )
        kind = classify(three)
        if not kind:
            return
        facts = {
            "kind": kind, "channel_amount": three.channel, "our_amount": three.ours,
            "hospital_amount": three.hospital, "due": three.due,
        }
        if known is None:
            payment = await cashier.payment_of_number(self.tx, row.number)
            payment = payment or await claims.of_number(self.tx, row.number)
            payment = payment or await covers.of_number(self.tx, row.number)
            made = await store.write(
                self.tx, account=account, day=on, name=row.name, number=row.number, refund=refund, state="open",
                order_id=payment.order_id if payment is not None else None, run=run, **facts,
            )
            if made:
                metrics.differences.inc(account, kind)
                log.warning("payment_difference", account=account, day=on.isoformat(), kind=kind)
                await self._carry_on(account, on, row.name)
            return
        same = three_of(known) == three
        state = known.state if same and known.state != "gone" else "open"
        await store.seen(self.tx, known.id, run, state=state, **facts)
        if state == "open" and (known.tried_at is None or known.tried_at < self.tx.now - SELDOM):
            await self._carry_on(account, on, row.name)

    async def _carry_on(self, account: str, on: date, name: str) -> None:
        """What a rule can put right is put right by itself, once a run."""
        row = (await days.known(self.tx, account, on, [name]))[name]
        if account != NOWHERE and await self.repair(row):
            self.tx.put(REPAIR, {"difference": row.public_id}, key=f"{REPAIR}:{row.id}:{row.run}", priority=7)


def three_of(row: Any) -> Three:
    return Three(row.channel_amount, row.our_amount, row.hospital_amount, bool(row.due), bool(row.refund))
