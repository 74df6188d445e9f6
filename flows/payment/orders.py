"""Use cases of an order until it is paid: open, pay, drop, expire, and what a channel says about it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.payment import pushes, store
from flows.payment.history import store as history
from flows.payment.insured import ending
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.owners import Owners
from flows.payment.refusals import BeingChecked, NotOffered, OneIsRunning, PaidAlready, TimeIsUp, TooMuch, TooOften
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT, Paying, Verdict, after_close, heard, next_ask, once_more
from integrations.paying.port import PayChannels, Sheet, Standing, Way

log = logs.get(__name__)

OPEN, CLOSE, SETTLE = "payment.open", "payment.close", "payment.settle"
CURRENCY = "CNY"
DAY = timedelta(days=1)
LAST_MOMENTS = timedelta(seconds=20)
"""Nothing is begun that nobody could finish: a sheet is not opened any more so short before the end."""
CLOSE_AGAIN = timedelta(minutes=10)
"""A channel that does not say that a payment has ended is told to end it so often, besides all tries of each time."""


@dataclass(frozen=True, slots=True)
class Owing:
    """What an area wants to have paid. `facts` are what the payer is shown of it; JSON."""

    kind: str
    owner: str
    about: str
    person: int
    site: str
    amount: int
    expires: datetime
    facts: dict[str, Any] = field(repr=False)
    clinic: str = ""
    bill: str = ""


class Orders:
    """`context.contact` is who pays, where one is concerned. Locks: the order first, then what is its owner's."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def open(self, owing: Owing) -> Any:
        """The order for this thing: the one that can still be paid, or a new one."""
        assert self.context.contact is not None
        if owing.amount <= 0:
            raise ValueError("an amount that is owed is above zero")
        made = await self.tx.insert_once(
            store.order, kind=owing.kind, owner=owing.owner, about=owing.about, open_key=f"{owing.owner}:{owing.about}",
            contact_id=self.context.contact.id, person_id=owing.person, site=owing.site, clinic=owing.clinic,
            facts=json.dumps(owing.facts, ensure_ascii=False), bill=owing.bill, amount=owing.amount, currency=CURRENCY,
            state="created", expires_at=owing.expires, created_at=self.tx.now, created_by=self.context.actor,
        )
        row: Any = await store.order_about(self.tx, owing.owner, owing.about)
        if made:
            self._note("opened", row)
        return row

    async def pay(self, order_id: int, account: str, way: Way, **who: str) -> Any:
        """A payment of this order in this way: the one that runs, or a new one. `who`: payer, address, code, back_to.

        :raises PaidAlready, TimeIsUp, NotOffered, TooMuch, TooOften: as they say
        :raises OneIsRunning: another way runs; `drop` ends it first
        :raises BeingChecked: they said that they paid, and nobody knows yet
        """
        order = await store.lock(self.tx, order_id)
        assert order is not None
        if order.state not in OPEN_ORDER:
            raise (TimeIsUp if order.state == "closed" else PaidAlready)(order=order.public_id)
        if order.expires_at <= self.tx.now + LAST_MOMENTS:
            raise TimeIsUp(order=order.public_id)
        try:
            channel = self.context.ports[PayChannels][account]
        except LookupError:
            raise NotOffered(order=order.public_id) from None
        if way not in channel.ways:
            raise NotOffered(order=order.public_id)
        for running in await store.open_payments(self.tx, order.id):
            if running.checking_at is not None:
                raise BeingChecked(order=order.public_id, channel=running.channel)
            if (running.account, running.way) == (account, way) and way != "scanned":
                return running
            raise OneIsRunning(order=order.public_id, channel=running.channel)
        await self._within_limits(order)
        number = new_number()
        payment_id = await self.tx.insert(
            store.payment, order_id=order.id, number=number, account=account, channel=channel.channel, way=way,
            amount=due_of(order), state="asked", expires_at=order.expires_at, asks=0, created_at=self.tx.now,
        )
        await store.move_order(self.tx, order.id, OPEN_ORDER, state="paying")
        self.tx.put(
            OPEN, {"payment": payment_id, **who}, key=f"{OPEN}:{number}", useless_after=order.expires_at, priority=1
        )
        return await store.payment_by(self.tx, payment_id)

    async def _within_limits(self, order: Any) -> None:
        limits, now = self.context.settings.payment, self.tx.now
        paid, begun = await history.lately(self.tx, order.contact_id, now - DAY, now - timedelta(hours=1))
        if due_of(order) > limits.ceiling or paid + due_of(order) > limits.day_ceiling:
            raise TooMuch(order=order.public_id)
        if begun >= limits.tries:
            raise TooOften(order=order.public_id)

    async def claimed(self, order_id: int) -> None:
        """The payer says that it is paid: the channel is asked at once, and nothing else is begun until it has said."""
        order = await store.lock(self.tx, order_id)
        if order is None or order.state not in OPEN_ORDER:
            return
        for running in await store.open_payments(self.tx, order_id):
            if running.checking_at is None:
                await store.move_payment(
                    self.tx, running.id, OPEN_PAYMENT, checking_at=self.tx.now,
                    ask_at=self.tx.now if running.state == "open" else running.ask_at,
                )

    async def unknown(self, payment_id: int, still: timedelta) -> None:
        """The channel did not answer: who said that they paid, and waits so long, is told that it is looked into."""
        payment: Any = await store.payment_by(self.tx, payment_id)
        if payment.state in OPEN_PAYMENT and payment.checking_at and payment.checking_at + still <= self.tx.now:
            order = await store.lock(self.tx, payment.order_id)
            await pushes.checking(self.context, order, payment.id)

    async def opened(self, payment_id: int, sheet: Sheet) -> None:
        """The channel knows of it. Where it was dropped meanwhile, the channel is told so."""
        facts = json.dumps({"inside": dict(sheet.inside), "address": sheet.address})
        done = await store.move_payment(
            self.tx, payment_id, ("asked",), state="open", sheet=facts, opened_at=self.tx.now,
            ask_at=next_ask(self.tx.now, 0),
        )
        if not done:
            self._close_later(await store.payment_by(self.tx, payment_id))

    async def refused(self, payment_id: int, code: str) -> None:
        """The channel would not have it. It may have had it before, when its answer was lost: money that came by then
        is found by asking."""
        payment: Any = await store.payment_by(self.tx, payment_id)
        if code == "already_paid":
            await store.move_payment(self.tx, payment_id, ("asked",), state="open", opened_at=self.tx.now,
                                     ask_at=self.tx.now)
            return
        asks, ask_at = after_close(payment.created_at, payment.asks)
        await store.move_payment(
            self.tx, payment_id, OPEN_PAYMENT, state="failed", refusal=code[:64], ended_at=self.tx.now, asks=asks,
            ask_at=ask_at,
        )

    async def drop(self, order_id: int) -> None:
        """The payer closed the sheet or wants another way: what runs is ended at its channel, unless money came."""
        if await store.lock(self.tx, order_id) is not None:
            for running in await store.open_payments(self.tx, order_id):
                self._close_later(running)

    async def expire(self, order_id: int) -> None:
        """The time to pay is over: closed at once where nothing runs, else once every channel said so."""
        order = await store.lock(self.tx, order_id)
        if order is None or order.state not in OPEN_ORDER or order.expires_at > self.tx.now:
            return
        running = await store.open_payments(self.tx, order_id)
        for payment in running:
            self._close_later(payment, f"{(self.tx.now - order.expires_at) // CLOSE_AGAIN}")
        if not running:
            await self._close(order)

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
        known = Paying(order.state, payment.state, payment.amount, due_of(order), payment.channel_number or "")
        verdict = heard(known, said)
        if verdict is not Verdict.NOTHING:
            metrics.payments.inc(payment.channel, verdict.value)
        if verdict in (Verdict.APPLY, Verdict.LATE, Verdict.DOUBLE, Verdict.OTHER):
            await self._money(order, payment, said, verdict)
        elif verdict in (Verdict.CLOSED, Verdict.FAILED):
            asks, ask_at = after_close(payment.opened_at or payment.created_at, payment.asks)
            await store.move_payment(
                self.tx, payment.id, OPEN_PAYMENT, state=verdict.value, ended_at=self.tx.now, asks=asks, ask_at=ask_at
            )
            if order.expires_at <= self.tx.now and not await store.open_payments(self.tx, order.id):
                await self._close(order)
        elif verdict in (Verdict.WRONG_AMOUNT, Verdict.CONTRADICTION):
            log.error("payment_incident", order=order.public_id, what=verdict.value)
            self._note("incident", order, verdict.value)
            if verdict is Verdict.WRONG_AMOUNT and not account:
                await self._fail(order, payment)
        elif payment.checking_at is not None and said.state in ("unpaid", "absent"):
            again = once_more(payment.checking_at, self.tx.now, said)
            await store.move_payment(self.tx, payment.id, OPEN_PAYMENT, **{"ask_at" if again else "checking_at": again})
        return verdict

    async def _money(self, order: Any, payment: Any, said: Standing, verdict: Verdict) -> None:
        from flows.payment.giving_back import GivingBack

        applied = verdict is Verdict.APPLY
        await store.move_payment(
            self.tx, payment.id, ("asked", "open", "closed", "failed"), state="paid",
            use="applied" if applied else "excess", channel_number=said.channel_number, payer=said.payer,
            paid_at=said.paid_at or self.tx.now, ask_at=None,
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
        from flows.payment.giving_back import GivingBack

        await store.move_order(self.tx, order.id, OPEN_ORDER, state="paid", paid_at=self.tx.now, open_key=None)
        await ending.end(self.tx, order.id, ("asked", "offered"))
        for other in await store.open_payments(self.tx, order.id):
            self._close_later(other)
        self._note("paid", order)
        await pushes.paid(self.context, order)
        if await self.context.ports[Owners][order.owner].paid(self.context, order):
            self.tx.put(SETTLE, {"order": order.id}, key=f"{SETTLE}:{order.id}", priority=2)
        else:
            await store.move_order(self.tx, order.id, ("paid",), settle_refusal="of_no_use")
            await GivingBack(self.context).whole(order.id, "of_no_use")

    async def _fail(self, order: Any, payment: Any) -> None:
        """Asked, the channel has another sum than we asked for: nothing goes on by itself, and nobody pays again."""
        await store.move_payment(
            self.tx, payment.id, (*OPEN_PAYMENT, "closed"), state="failed", refusal=Verdict.WRONG_AMOUNT.value,
            ended_at=self.tx.now, ask_at=None,
        )
        await store.move_order(self.tx, order.id, OPEN_ORDER, state="failed")

    async def _close(self, order: Any) -> None:
        if await store.move_order(
            self.tx, order.id, OPEN_ORDER, state="closed", open_key=None, ended_at=self.tx.now
        ):
            self._note("closed", order)
            await ending.end(self.tx, order.id)
            await self.context.ports[Owners][order.owner].closed(self.context, order)

    def _close_later(self, payment: Any, time: str = "") -> None:
        # Mostly not keyed: a close that was asked for before the sheet was opened does not stand for one after it.
        self.tx.put(CLOSE, {"payment": payment.id}, key=f"{CLOSE}:{payment.id}:{time}" if time else None, priority=2)

    def _note(self, kind: str, order: Any, failed: str = "") -> None:
        self.tx.note(
            f"payment.{kind}", actor=self.context.actor, about=f"order:{order.public_id}", person=order.person_id,
            clinic=order.clinic, channel=self.context.channel, failed=failed,
        )


def due_of(order: Any) -> int:
    """What of an order is left for the payer, in fen."""
    return int(order.amount - order.insured)


def new_number() -> str:
    """For a channel: 32 hexadecimal digits, unguessable, so that nobody can try numbers out."""
    return secrets.token_hex(16)
