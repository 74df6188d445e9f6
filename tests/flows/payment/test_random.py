"""Whatever goes wrong between payer, channel, us and the hospital, and in whatever order: at the end every fen is in
exactly one place. A run is one order with what happens to it. RUNS=20000 looks longer; SEED=7 looks at one lot again.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiosqlite
import pytest
import time_machine
from sqlalchemy import func, select

from bot import clock
from bot.context import Context
from bot.db import outbox as outbox_rows
from bot.db.engine import Database
from bot.db.outbox import outbox
from bot.db.transaction import Transaction
from flows.payment import pushes, store
from flows.payment.giving_back import GivingBack
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.ledger import rules as ledger_rules
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders, Owing
from flows.payment.owners import Owners
from flows.payment.refusals import PaymentRefusal
from integrations.his.charges import Charging, Item
from integrations.insurance.port import Insurer
from integrations.paying.port import Back, PayChannels, Standing
from jobs import payment as jobs
from jobs import payment_refunds
from jobs.job import Job
from tests.flows.payment.insurer import PlayedInsurer, identity
from tests.flows.payment.till import Cashier, Faults, Killed, Till, Tills
from tests.support.world import World

START = datetime(2027, 3, 1, 1, tzinfo=UTC)
RUNS = int(os.environ.get("RUNS", "2000"))
AT_ONCE = 100
SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(RUNS // AT_ONCE)
LATELY = 15
"""Payments of which somebody may be typing the password."""
NOES: tuple[dict[str, str], ...] = ({}, {}, {}, {}, {"settle": "suspended"}, {"price": "suspended"})
ACTS = (
    *["pay"] * 8, *["type"] * 8, *["notice"] * 6, *["drop"] * 2, *["cancel"] * 2, "part", *["time"] * 6, "refuse",
    *["repeat"] * 2, "stop", "insure", *["agree"] * 5, "leave", "insurer",
)


class Shop:
    """An owner that takes the money while it wants to, and is told of everything once."""

    name = "shop"
    tells = False

    def __init__(self) -> None:
        self.full: set[str] = set()
        self.heard: dict[str, list[str]] = {}

    def _hear(self, order: Any, what: str) -> None:
        self.heard.setdefault(order.about, []).append(what)

    async def paid(self, context: Context, order: Any) -> bool:
        return order.about not in self.full

    async def bill(self, context: Context, order: Any) -> str:
        return f"B{order.id}" if order.id % 3 else ""

    async def settled(self, context: Context, order: Any) -> None: ...

    async def closed(self, context: Context, order: Any) -> None: ...

    async def unsettled(self, context: Context, order: Any) -> None: ...


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
        world.ports.put(Owners, Owners([self.shop]))
        self.notices: list[Standing | Back] = []
        self.orders: list[int] = []

    async def open(self, count: int) -> None:
        async with self.world.context("p") as context:
            for n in range(count):
                amount, minutes = self.lot.choice((1, 1250, 60000)), self.lot.randint(2, 30)
                about = f"a{n}"
                if self.lot.random() < 0.1:
                    self.shop.full.add(about)
                owing = Owing(
                    "test", "shop", about, 1, "S1", amount, context.now + timedelta(minutes=minutes),
                    {"title": "t", "items": [asdict(Item("x", "西药费", "1", amount, amount))]}, bill=f"B-{about}",
                )
                self.orders.append((await Orders(context).open(owing)).id)
                if self.lot.random() < 0.4:
                    await Claims(context).ask(self.orders[-1], identity())
                if self.lot.random() < 0.1:
                    self.cashier.refuses[f"B-{about}"] = "bill_void"

    async def act(self) -> None:
        what, order = self.lot.choice(ACTS), self.lot.choice(self.orders)
        if what == "time":
            self.travel.shift(timedelta(seconds=self.lot.choice((1, 3, 20, 70))))
            await self.work()
        elif what == "type":
            till = self.lot.choice(self.tills)
            if till.accounts:
                till.pay(self.lot.choice(list(till.accounts)[-LATELY:]))
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
            async with self.world.context("p") as context:
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
        async with self.world.context("p") as context:
            if isinstance(said, Standing):
                await Orders(context).hear(said)
            else:
                await GivingBack(context).hear(said)

    async def work(self) -> None:
        try:
            for each in (jobs.ask, payment_refunds.ask, jobs.expire, jobs.overdue):
                await each(self.world.workshop.job(name=each.__name__))
            await self.world.drain.once()
        except Killed:  # another process takes up what this one held, once its lease is over
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)

    async def rest(self) -> None:
        """Everything is well again, and time passes."""
        self.faults.end()
        self.insurer.faults.end()
        self.insurer.refuses = {}
        for _ in range(40):
            self.travel.shift(timedelta(minutes=11 if clock.now() < START + timedelta(hours=6) else 300))
            for till in self.tills:
                till.end_refunds()
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)
            await self.work()
            async with self.world.database.reading() as tx:
                left = select(func.count()).select_from(outbox).where(outbox.c.state.in_(("ready", "taken")))
                if not await tx.scalar(left) and clock.now() > START + timedelta(days=2):
                    return
        raise AssertionError("it does not come to rest")

    async def check(self) -> None:
        async with self.world.database.reading() as tx:
            assert (await prove(tx)).faults == ()
            assert not await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "dead"))
            for till in self.tills:
                assert await book.balance(tx, f"channel:{till.name}") == till.money()
            assert -await book.balance(tx, "hospital:S1") == self.cashier.money()
            assert await book.balance(tx, "insurer:insurance") == self.insurer.money()
            assert not self.insurer.left_open()
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


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as coordinates:
        yield coordinates


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite answers in the thread that asks: handing each statement to another took two thirds of the time."""

    async def execute(self: aiosqlite.Connection, work: Any, *args: Any, **more: Any) -> Any:
        return work(*args, **more)

    async def connect(self: aiosqlite.Connection) -> aiosqlite.Connection:
        if self._connection is None:
            self._connection = self._connector()
        return self

    monkeypatch.setattr(aiosqlite.Connection, "_execute", execute)
    monkeypatch.setattr(aiosqlite.Connection, "_connect", connect)


@pytest.fixture
async def world(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[World]:
    yield World(database)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
async def test_every_fen_is_in_one_place(
    world: World, travel: time_machine.Coordinates, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(world, travel, seed)
    _kills(monkeypatch, town)
    told = _told(monkeypatch)
    await town.open(AT_ONCE)
    for _ in range(AT_ONCE * 10):
        try:
            await town.act()
        except PaymentRefusal:
            pass
    await town.rest()
    await town.check()
    assert told and len(told) == len(set(told))
    async with world.database.reading() as tx:
        states = (await tx.all(select(store.order.c.state, func.count()).group_by(store.order.c.state)))
        became = await tx.all(select(insured.claim.c.state, func.count()).group_by(insured.claim.c.state))
    print(f"SEED={seed}", *(dict(tuple(row) for row in found) for found in (states, await _refunds(world), became)))


def _told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What payers are told, gathered and not sent: sending is another area's, and would take half of the time. What a
    transaction tells that is rolled back is taken out again."""
    told: list[tuple[str, str]] = []

    async def push(context: Context, what: str, order: Any, about: str, more: Any, *, wait: bool = False) -> None:
        async def keep(tx: Transaction) -> None:
            told.append((what, about))

        context.tx.last.setdefault(f"{what}:{about}", keep)

    async def withdraw(context: Context, order: Any) -> None:
        return None

    monkeypatch.setattr(pushes, "_push", push)
    monkeypatch.setattr(pushes, "_withdraw", withdraw)
    return told


async def _refunds(world: World) -> Any:
    async with world.database.reading() as tx:
        return await tx.all(select(store.refund.c.why, func.count()).group_by(store.refund.c.why))


def _kills(monkeypatch: pytest.MonkeyPatch, town: Town) -> None:
    """The worker dies before or after any of its transactions and calls; what it was at is taken up again."""
    run = Job.run

    async def dying(self: Job, work: Any, contact_id: int | None = None) -> Any:
        town.faults.step()
        done = await run(self, work, contact_id)
        town.faults.step()
        return done

    monkeypatch.setattr(Job, "run", dying)


