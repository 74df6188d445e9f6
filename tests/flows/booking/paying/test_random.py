"""Booking and payment together, whatever goes wrong between patient, channel, us and the hospital: no appointment
without its fee's true state, no fen lost. SEED=7 looks at one lot again; LOTS=100 looks longer.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import time_machine

from bot.db.engine import Database
from bot.settings_fees import Fees
from flows.booking import store
from flows.payment import store as payments
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from integrations.his.cashier import store as takings
from jobs.job import Job
from tests.flows.booking import ward
from tests.flows.booking.paying.town import Town
from tests.support import world as worlds
from tests.support.world import World

SEEDS = [int(os.environ["SEED"])] if "SEED" in os.environ else range(int(os.environ.get("LOTS", "2")))


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(ward.MORNING, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
async def world(database: Database, travel: time_machine.Coordinates, when: str) -> AsyncIterator[World]:
    settings = worlds.test_settings()
    fees = settings.booking.model_copy(update={"fees": Fees(when=when), "max_open": 50, "max_doctors_per_day": 9})
    made = World(database, settings=settings.model_copy(update={"booking": fees}))
    await ward.open_hospital(made)
    yield made


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("when", ["must", "may"])
@pytest.mark.parametrize("seed", SEEDS)
async def test_no_appointment_without_its_fee(
    world: World, travel: time_machine.Coordinates, seed: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(world, travel, seed)
    await town.settle_down()
    run = Job.run

    async def dying(self: Job, work: Any, contact_id: int | None = None) -> Any:
        town.faults.step()
        done = await run(self, work, contact_id)
        town.faults.step()
        return done

    monkeypatch.setattr(Job, "run", dying)
    for _ in range(250):
        await town.act()
    await town.rest()
    found = await _check(town, when)
    print(f"SEED={seed} {when}", dict(found))


async def _check(town: Town, when: str) -> Counter[str]:
    found: Counter[str] = Counter()
    async with town.world.database.reading() as tx:
        assert (await prove(tx)).faults == ()
        assert await book.balance(tx, "channel:wx") == town.till.money()
        settled = await tx.all(takings.settlement.select())
        held = sum(row.amount - row.permitted for row in settled)
        assert -await book.balance(tx, "hospital:Z") == held
        orders = {row.public_id: row for row in await tx.all(payments.order.select())}
        for order in orders.values():
            assert order.state in ("settled", "refunded", "closed", "refunding"), order
            assert not await payments.open_payments(tx, order.id)
        for row in await tx.all(store.appointment.select()):
            assert row.state != "held"
            order = orders.get(row.pay_order or "")
            mine = order if order is not None and order.about == row.public_id else None
            found[f"{row.state}:{mine.state if mine is not None else ''}"] += 1
            if row.state != "booked" and mine is not None and mine.state not in ("closed", "refunded"):
                # Nobody pays for what does not take place, unless the hospital would not give it back.
                assert any(each.state == "refused" for each in await payments.refunds_of(tx, mine.id)), (row, mine)
            if row.state == "booked" and when == "must" and row.replaces is None:
                assert order is not None and order.state in ("settled", "refunded", "refunding"), (row, order)
            if row.state == "booked" and mine is not None and mine.state == "settled":
                bills = [each.bill for each in settled if f"S{8_000_000 + each.id}" == mine.settlement]
                assert bills == [f"F{row.registration[1:]}"], (row, bills)
    assert await ward.balanced(town.world)
    return found
