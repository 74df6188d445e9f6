"""Whatever goes wrong between payer, channel, us and the hospital, and in whatever order: at the end every fen is in
exactly one place, and the days of it, held together from three sides, differ in what was planted and in nothing else.
A run is one order with what happens to it. RUNS=20000 looks longer; SEED=7 looks at one lot again.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.context import Context
from bot.db.engine import Database
from bot.db.transaction import Transaction
from flows.payment import pushes, store
from flows.payment.covered import store as covered
from flows.payment.insured import store as insured
from flows.payment.refusals import PaymentRefusal
from jobs.job import Job
from tests.flows.payment.market import START, Town
from tests.flows.payment.planting import differences, plant
from tests.support.world import World

RUNS = int(os.environ.get("RUNS", "2000"))
AT_ONCE = 200
SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(RUNS // AT_ONCE)
LOTS = [pytest.param("sqlite", seed, AT_ONCE, marks=pytest.mark.sqlite) for seed in SEEDS]
LOTS.append(pytest.param("mariadb", 1000, 40, marks=pytest.mark.mariadb))
"""(database, seed, orders)."""


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
async def world(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[World]:
    yield World(database)


@pytest.mark.parametrize(("database_kind", "seed", "orders"), LOTS, indirect=["database_kind"])
async def test_every_fen_is_in_one_place(
    world: World, travel: time_machine.Coordinates, seed: int, orders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(world, travel, seed)
    _kills(monkeypatch, town)
    told = _told(monkeypatch)
    await town.open(orders)
    for _ in range(orders * 4):
        try:
            await town.act()
        except PaymentRefusal:
            pass
    await town.rest()
    await town.check()
    assert told and len(told) == len(set(told))
    planted = [plant(till, town.lot) for till in town.tills]
    assert await differences(world, town.tills) == planted[0] | planted[1]
    async with world.database.reading() as tx:
        states = (await tx.all(select(store.order.c.state, func.count()).group_by(store.order.c.state)))
        became = await tx.all(select(insured.claim.c.state, func.count()).group_by(insured.claim.c.state))
        kind = covered.cover.c.way + " " + covered.cover.c.state
        covers = await tx.all(select(kind, func.count()).group_by(kind))
    said = (states, await _refunds(world), became, covers)
    print(f"SEED={seed}", *(dict(tuple(row) for row in found) for found in said))


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


