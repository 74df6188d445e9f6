"""A commercial insurer as a side: what it says of a day, what we know, what the hospital took; all embedded ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from bot.db.engine import Database
from flows.payment import store
from flows.payment.checkout import Checkout
from flows.payment.covered import store as covered
from flows.payment.covered.covers import Covers
from flows.payment.giving_back import GivingBack
from flows.payment.going_back import GoingBack
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.store import difference
from flows.payment.service import PaymentService
from integrations.commercial import store as insurer
from integrations.commercial.embedded import EmbeddedCommercial
from integrations.commercial.port import Commercials, Holder
from integrations.commercial.registry import Registry
from integrations.his.charges import Item
from integrations.his.conduct import COMMERCIAL, Conduct, behave
from jobs import payment_days
from tests.flows.booking.conftest import travel
from tests.flows.payment.phone import Payer, paying
from tests.integrations.commercial.test_embedded import MEMBER

__all__ = ["travel"]
ITEMS = (Item("阿莫西林胶囊", "西药费", "2 盒", 20_000, 40_000), Item("特需服务", "特需服务费", "1 次", 5_000, 5_000))
PAYS = 32_000


@pytest.fixture
async def payer(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[Payer]:
    async with paying(database) as found:
        anji = EmbeddedCommercial("anji", "group", database, found.world.clock)
        found.world.ports.put(Commercials, Registry([anji]))
        await found.owes(items=ITEMS)
        yield found


async def settled(payer: Payer) -> Any:
    """The bill is paid, by the insurer and by the payer; gives its order."""
    async with payer.world.context("a") as context:
        owed = (await Checkout(context).owes())[0]
        order = await Checkout(context).begin(owed.person.public_id, owed.bills[0].bill.code)
        await Covers(context).ask(order.id, "anji", Holder("resident", MEMBER, "某人"), "direct")
    await payer.settle()
    await payer.settle()
    async with payer.world.context("a") as context:
        assert (await Covers(context).agree(order.id)).pays == PAYS
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
    """The day's state and what differs, of the insurer."""
    today = payer.world.clock.today()
    await payment_days.reconcile(payer.world.workshop.job(name="payment.days"), today)
    async with payer.world.database.reading() as tx:
        row = await days.day_of(tx, "anji", today)
        rows = await tx.all(select(difference).where(difference.c.account == "anji").order_by(difference.c.id))
    assert row is not None
    return row.state, [each for each in rows if each.state != "gone"]


async def test_what_was_settled_and_what_was_undone_agree_on_three_sides(payer: Payer) -> None:
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
    assert (await payer.rows(covered.cover))[0].state == "reversed"
    assert await held(payer) == ("balanced", [])
    async with payer.world.database.reading() as tx:
        today = payer.world.clock.today()
        sums = {(row.side, row.refund): row.amount for row in await days.sums(tx, today, today)
                if row.account == "anji"}
    assert sums == {(side, back): PAYS for side in ("channel", "ours", "hospital") for back in (False, True)}


async def test_what_only_one_side_has_is_found(payer: Payer) -> None:
    await settled(payer)
    async with payer.world.database.transaction() as tx:
        await tx.update(update(insurer.claim).values(pays=insurer.claim.c.pays + 1))
    state, found = await held(payer)
    assert state == "differs" and [each.kind for each in found] == ["amounts_differ"] and found[0].order_id
    async with payer.world.database.transaction() as tx:
        await tx.update(delete(insurer.claim))
    state, found = await held(payer)
    assert state == "differs" and [each.kind for each in found] == ["only_ours"]


async def test_a_day_of_which_the_insurer_says_nothing_is_not_balanced(payer: Payer) -> None:
    await settled(payer)
    await behave(payer.world.database, Conduct(unavailable=True), COMMERCIAL)
    assert (await held(payer))[0] == "no_bill"
