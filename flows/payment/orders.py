"""Use cases of an order until it is paid: open, pay, drop, expire."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.context import Context
from flows.payment import pushes, store
from flows.payment.history import store as history
from flows.payment.insured import ending
from flows.payment.owners import Owners
from flows.payment.refusals import BeingChecked, NotOffered, OneIsRunning, PaidAlready, TimeIsUp, TooMuch, TooOften
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT, after_close, next_ask
from integrations.paying.port import PayChannels, Sheet, Way

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
            self.note("opened", row)
        return row

    async def pay(self, order_id: int, account: str, way: Way, **who: str) -> Any:
        """A payment of this order in this way by this payer: the one that runs, or a new one. `who`: payer, address,
        code, back_to.

        :raises PaidAlready, TimeIsUp, NotOffered, TooMuch, TooOften: as they say
        :raises OneIsRunning: another way runs, or somebody else pays; `drop` ends it first
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
            same = (running.account, running.way, running.payer or "") == (account, way, who.get("payer", ""))
            if same and way != "scanned":
                return running
            raise OneIsRunning(order=order.public_id, channel=running.channel)
        await self._within_limits(order)
        number = new_number()
        payment_id = await self.tx.insert(
            store.payment, order_id=order.id, number=number, account=account, channel=channel.channel, way=way,
            amount=due_of(order), state="asked", expires_at=order.expires_at, asks=0, created_at=self.tx.now,
            payer=who.get("payer") or None,
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
            self.close_later(await store.payment_by(self.tx, payment_id))

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
                self.close_later(running)

    async def expire(self, order_id: int) -> None:
        """The time to pay is over: closed at once where nothing runs, else once every channel said so."""
        order = await store.lock(self.tx, order_id)
        if order is None or order.state not in OPEN_ORDER or order.expires_at > self.tx.now:
            return
        running = await store.open_payments(self.tx, order_id)
        for payment in running:
            self.close_later(payment, f"{(self.tx.now - order.expires_at) // CLOSE_AGAIN}")
        if not running:
            await self.close(order)

    async def close(self, order: Any, was: Sequence[str] = OPEN_ORDER) -> None:
        """Nothing runs of it any more: it ends unpaid, and its owner is told."""
        if await store.move_order(self.tx, order.id, was, state="closed", open_key=None, ended_at=self.tx.now):
            self.note("closed", order)
            await ending.end(self.tx, order.id)
            await self.context.ports[Owners][order.owner].closed(self.context, order)

    def close_later(self, payment: Any, time: str = "") -> None:
        """It is ended at its channel."""
        # Mostly not keyed: a close that was asked for before the sheet was opened does not stand for one after it.
        self.tx.put(CLOSE, {"payment": payment.id}, key=f"{CLOSE}:{payment.id}:{time}" if time else None, priority=2)

    def note(self, kind: str, order: Any, failed: str = "") -> None:
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
