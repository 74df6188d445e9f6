"""The insurance as a side: what it says of a day, what we claimed, what the hospital took; all embedded ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from bot.db.engine import Database
from flows.payment import store
from flows.payment.checkout import Checkout
from flows.payment.giving_back import GivingBack
from flows.payment.going_back import GoingBack
from flows.payment.insured import store as insured
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.store import difference
from flows.payment.service import PaymentService
from integrations.his.charges import Item
from integrations.his.conduct import INSURER, Conduct, behave
from integrations.insurance import store as insurer
from integrations.insurance.embedded import EmbeddedInsurer
from integrations.insurance.people import VOUCHER
from integrations.insurance.port import Insurer
from jobs import payment_days
from tests.flows.booking.conftest import travel
from tests.flows.payment.phone import Payer, paying
from tests.integrations.insurance.test_embedded import EMPLOYEE

__all__ = ["travel"]
ITEMS = (Item("阿莫西林胶囊", "西药费", "2 盒", 20_000, 40_000), Item("特需服务", "特需服务费", "1 次", 5_000, 5_000))


@pytest.fixture
async def payer(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(database) as found:
        found.world.ports.put(Insurer, EmbeddedInsurer(database, found.world.clock))
        await found.owes(items=ITEMS)
        yield found


async def settled(payer: Payer) -> Any:
    """The bill is paid, by the insurance and by the payer; gives its order."""
    async with payer.world.context("a") as context:
        owed = (await Checkout(context).owes())[0]
        order = await Checkout(context).begin(owed.person.public_id, owed.bills[0].bill.code)
        await PaymentService(context).insure(order.public_id, VOUCHER + EMPLOYEE)
    await payer.settle()
    async with payer.world.context("a") as context:
        assert (await PaymentService(context).agree(order.public_id)).own >= 5_000
        await PaymentService(context).pay(order.public_id, "wx", "inside", payer="o-x")
    await payer.settle()
    assert payer.counters.wechat.pay(payer.latest())
    async with payer.world.context("a") as context:
        await PaymentService(context).claimed(order.public_id)
    for _ in range(3):
        await payer.settle()
    assert (await payer.rows(store.order))[0].state == "settled"
    return order


async def held(payer: Payer) -> tuple[str, list[Any]]:
    """The day's state and what differs, of the insurance."""
    today = payer.world.clock.today()
    await payment_days.reconcile(payer.world.workshop.job(name="payment.days"), today)
    async with payer.world.database.reading() as tx:
        row = await days.day_of(tx, "insurance", today)
        rows = await tx.all(select(difference).where(difference.c.account == "insurance").order_by(difference.c.id))
    assert row is not None
    return row.state, [each for each in rows if each.state != "gone"]


async def test_what_was_claimed_and_what_was_undone_agree_on_three_sides(payer: Payer) -> None:
    order = await settled(payer)
    assert await held(payer) == ("balanced", [])
    async with payer.world.context("s") as context:
        await GivingBack(context).whole(order.id, "stopped")
    for _ in range(3):
        await payer.settle()
        payer.counters.wechat.end_refunds()
        for row in await payer.rows(store.refund):
            async with payer.world.context("p") as context:
                said = await payer.counters.wechat.refund_standing(
                    list(payer.counters.wechat.accounts)[-1], row.number)
                await GoingBack(context).hear(said)
    await payer.settle()
    assert (await payer.rows(store.order))[0].state == "refunded"
    assert await held(payer) == ("balanced", [])
    claim = (await payer.rows(insured.claim))[0]
    async with payer.world.database.reading() as tx:
        sums = {(row.side, row.refund): row.amount for row in await days.sums(
            tx, payer.world.clock.today(), payer.world.clock.today()) if row.account == "insurance"}
    covered = claim.fund + claim.personal
    assert sums == {(side, back): covered for side in ("channel", "ours", "hospital") for back in (False, True)}


async def test_what_only_one_side_has_is_found(payer: Payer) -> None:
    await settled(payer)
    async with payer.world.database.transaction() as tx:
        await tx.update(update(insurer.claim).values(fund=insurer.claim.c.fund + 1))
    state, found = await held(payer)
    assert state == "differs" and [each.kind for each in found] == ["amounts_differ"] and found[0].order_id
    async with payer.world.database.transaction() as tx:
        await tx.update(delete(insurer.claim))
    state, found = await held(payer)
    assert state == "differs" and [each.kind for each in found] == ["only_ours"]


async def test_a_day_of_which_the_insurance_says_nothing_is_not_balanced(payer: Payer) -> None:
    await settled(payer)
    await behave(payer.world.database, Conduct(unavailable=True), INSURER)
    assert (await held(payer))[0] == "no_bill"
