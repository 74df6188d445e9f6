"""Many payers, a lot for everything: what they do, what channels and the hospital make of it, and when we die."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import time_machine
from sqlalchemy import func, select

from bot import clock
from bot.context import Context
from bot.db import outbox as outbox_rows
from bot.db.outbox import outbox
from flows.payment import store
from flows.payment.giving_back import GivingBack
from flows.payment.going_back import GoingBack
from flows.payment.hearing import Hearing
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders, Owing
from flows.payment.owners import Owners
from integrations.his.charges import Charging, Item
from integrations.insurance.port import Insurer
from integrations.paying.port import Back, PayChannels, Standing
from jobs import payment as jobs
from jobs import payment_covered, payment_refunds
from tests.flows.payment import coverings
from tests.flows.payment.hospital import Cashier
from tests.flows.payment.insurer import PlayedInsurer, identity
from tests.flows.payment.shop import Shop
from tests.flows.payment.till import Faults, Killed, Till, Tills
from tests.support.world import World

START = datetime(2027, 3, 1, 1, tzinfo=UTC)
ACTS = (
    *["pay"] * 10, *["type"] * 10, *["notice"] * 7, *["drop"] * 2, *["cancel"] * 2, "part", *["time"] * 3, "refuse",
    *["repeat"] * 2, "stop", "insure", *["agree"] * 3, "leave", "insurer",
    *coverings.ACTS,
)
NOES: tuple[dict[str, str], ...] = ({}, {}, {}, {}, {"settle": "suspended"}, {"price": "suspended"})
EACH = 5
"""Orders of one payer."""
MOMENTS = (1, 3, 20, 40, 70)
"""Seconds that pass."""


class Town:
    """Many payers at once, one lot."""

    def __init__(self, world: World, travel: time_machine.Coordinates, seed: int) -> None:
        self.world, self.travel, self.lot = world, travel, random.Random(seed)
        self.faults = Faults(self.lot, away=0.1, lost=0.15, belated=0.1, killed=0.03)
        self.tills = [Till("wx", self.faults), Till("ali", self.faults)]
        self.cashier, self.shop = Cashier(self.faults), Shop()
        self.insurer = PlayedInsurer(Faults(self.lot, away=0.03, lost=0.1, killed=0.01))
        world.ports.put(PayChannels, cast(PayChannels, Tills(*self.tills)))
        world.ports.put(Charging, cast(Charging, self.cashier))
        world.ports.put(Insurer, cast(Insurer, self.insurer))
        self.coverings = coverings.Coverings(world, self.lot)
        world.ports.put(Owners, Owners([self.shop]))
        self.notices: list[Standing | Back] = []
        self.known: dict[str, Context] = {}
        self.orders: list[int] = []

    async def open(self, count: int) -> None:
        for first in range(0, count, EACH):  # nobody may begin payments without end
            async with self.context(f"p{first}") as context:
                for n in range(first, first + EACH):
                    await self._open(context, f"a{n}")

    async def _open(self, context: Context, about: str) -> None:
        amount, minutes = self.lot.choice((1, 1250, 60000)), self.lot.randint(2, 90)
        if self.lot.random() < 0.1:
            self.shop.full.add(about)
        facts = {"title": "t", "items": [asdict(Item("x", "西药费", "1", amount, amount))]}
        owing = Owing(
            "test", "shop", about, 1, "S1", amount, context.now + timedelta(minutes=minutes), facts, bill=f"B-{about}"
        )
        self.orders.append((await Orders(context).open(owing)).id)
        if self.lot.random() < 0.25:
            await Claims(context).ask(self.orders[-1], identity())
        elif self.lot.random() < 0.25:
            await self.coverings.act(context, self.orders[-1], "cover")
        if self.lot.random() < 0.1:
            self.cashier.refuses[f"B-{about}"] = "bill_void"

    @asynccontextmanager
    async def context(self, who: str) -> AsyncIterator[Context]:
        """As the world's, who it is asked once."""
        if who not in self.known:
            async with self.world.context(who) as found:
                self.known[who] = found
        async with self.world.database.transaction() as tx:
            yield replace(self.known[who], tx=tx, now=tx.now)

    async def act(self) -> None:
        what, order = self.lot.choice(ACTS), self.lot.choice(self.orders)
        if what == "time":
            self.travel.shift(timedelta(seconds=self.lot.choice(MOMENTS)))
            await self.work()
        elif what == "type":
            till = self.lot.choice(self.tills)
            open_ = [number for number, known in till.accounts.items() if known.state == "unpaid"]
            if numbers := open_ if open_ and self.lot.random() < 0.9 else list(till.accounts):
                till.pay(self.lot.choice(numbers))
            if self.lot.random() < 0.3:
                till.end_refunds()
            self.notices += till.told
            till.told.clear()
        elif what in ("notice", "repeat"):
            if self.notices:
                said = self.lot.choice(self.notices)
                if what == "notice" and self.lot.random() < 0.5:
                    self.notices.remove(said)  # else it comes again
                if self.lot.random() < 0.8:  # else it is lost
                    await self.hear(said)
        else:
            async with self.context("p") as context:
                if what == "pay":
                    await Orders(context).pay(order, self.lot.choice(("wx", "ali")), "inside")
                elif what == "insure":
                    await Claims(context).ask(order, identity())
                elif what == "agree":
                    await self.agree(context)
                elif what == "leave":
                    await Claims(context).leave(order)
                elif what == "insurer":  # from now on it pays another share, and may refuse to settle
                    self.insurer.percent = self.lot.choice((60, 60, 60, 100, 0))
                    self.insurer.refuses = self.lot.choice(NOES)
                elif what in coverings.ACTS:
                    await self.coverings.act(context, order, what)
                elif what == "drop":
                    await Orders(context).drop(order)
                elif what == "cancel":
                    await GivingBack(context).whole(order, "cancelled")
                elif what == "stop":
                    for each in sorted({order, *self.lot.choices(self.orders, k=3)}):
                        await GivingBack(context).whole(each, "stopped")
                elif what == "part":
                    request = f"part:{self.lot.randrange(10**9)}"
                    await self.part(context, order, request)
                elif what == "refuse" and self.cashier.settled:
                    settlement = self.lot.choice(list(self.cashier.settled.values()))
                    self.cashier.refuses[f"refund:{settlement.code}"] = "seen"

    async def agree(self, context: Context) -> None:
        """Somebody who was told what the insurance would pay agrees, and begins to pay the rest."""
        table = insured.claim
        rows = await context.tx.all(select(table.c.order_id).where(table.c.state == "offered").order_by(table.c.id))
        if rows:
            order = self.lot.choice(rows).order_id
            if (await Claims(context).agree(order)).own:
                await Orders(context).pay(order, "wx", "inside")

    async def part(self, context: Context, order_id: int, request: str) -> None:
        """A fen of it; of what the insurance paid a part of, all."""
        order: Any = await store.lock(context.tx, order_id)
        amount = order.amount - order.insured if order.insured else 1
        await GivingBack(context).part(order_id, amount, "asked", request, approved=self.lot.random() < 0.5)

    async def hear(self, said: Standing | Back) -> None:
        async with self.context("p") as context:
            if isinstance(said, Standing):
                await Hearing(context).hear(said)
            else:
                await GoingBack(context).hear(said)

    async def work(self) -> None:
        try:
            for each in (jobs.ask, payment_refunds.ask, payment_covered.ask, jobs.expire, jobs.overdue):
                await each(self.world.workshop.job(name=each.__name__))
            await self._carry_out()
        except Killed:  # another process takes up what this one held, once its lease is over
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)

    async def _carry_out(self) -> None:
        drain = self.world.drain
        while True:
            async with self.world.database.transaction() as tx:
                rows = await outbox_rows.claim(tx, drain.owner, limit=20, lease_s=60)
            for row in rows:
                await drain._carry_out(row)
            if not rows:
                return

    async def rest(self) -> None:
        """Everything is well again, and time passes."""
        self.faults.end()
        self.insurer.faults.end()
        self.insurer.refuses = {}
        for _ in range(60):
            self.travel.shift(timedelta(minutes=11 if clock.now() < START + timedelta(hours=6) else 300))
            for till in self.tills:
                till.end_refunds()
            self.coverings.rest()
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)
            await self.work()
            async with self.world.database.reading() as tx:
                left = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("ready", "taken")))
                if not await tx.scalar(left) and clock.now() > START + timedelta(days=2):
                    return
        async with self.world.database.reading() as tx:
            fields = (outbox.c.topic, outbox.c.state, outbox.c.attempts, outbox.c.due_at, outbox.c.error)
            left_over = await tx.all(select(*fields).where(outbox.c.state.in_(("ready", "taken"))).limit(5))
        raise AssertionError(f"it does not come to rest at {clock.now()}: {left_over}")

    async def check(self) -> None:
        async with self.world.database.reading() as tx:
            faults = (await prove(tx)).faults
            assert not faults, faults
            dead = await tx.all(select(outbox.c.topic, outbox.c.error).where(outbox.c.state == "dead"))
            assert not dead, dead
            for till in self.tills:
                assert await book.balance(tx, f"channel:{till.name}") == till.money()
            assert -await book.balance(tx, "hospital:S1") == self.cashier.money()
            assert await book.balance(tx, "insurer:insurance") == self.insurer.money()
            assert not self.insurer.left_open()
            await self.coverings.check(tx)
            for order_id in self.orders:
                order: Any = await store.lock(tx, order_id)
                assert await book.balance(tx, ledger_rules.order_account(order_id)) == 0, order
                assert order.state in ("settled", "refunded", "closed", "refunding"), order
                waiting = [r for r in await store.refunds_of(tx, order_id) if r.state == "waiting"]
                assert order.state != "refunding" or waiting, order
                for each in await store.refunds_of(tx, order_id):
                    assert each.state in ("back", "waiting", "refused"), each
                    assert each.state != "back" or not each.permission or each.told_at, each
                assert not await store.open_payments(tx, order_id)
                for each in await insured.claims_of(tx, order_id):
                    assert each.state in ("claimed", "reversed", "refused", "ended"), each
                    assert each.identity is None and bool(each.cleared_at) == (each.state != "claimed"), each
