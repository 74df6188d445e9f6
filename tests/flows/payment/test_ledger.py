"""The ledger is only ever added to, whoever tries; and the proof finds what was bent."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, delete, update
from sqlalchemy.exc import DBAPIError

from flows.payment import store
from flows.payment.giving_back import GivingBack
from flows.payment.ledger import rules
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from tests.flows.payment.counter import Counter


@pytest.mark.parametrize("table", [book.movement, book.entry])
async def test_the_database_lets_nobody_change_the_ledger(counter: Counter, table: Table) -> None:
    await counter.paid_order()
    for bent in (update(table).values(id=999), delete(table)):
        with pytest.raises(DBAPIError, match="only ever added to"):
            async with counter.world.database.transaction() as tx:
                await tx.execute(bent)


async def test_the_proof_is_whole_through_all_that_happens(counter: Counter) -> None:
    await counter.open(about="open")
    order = await counter.paid_order(about="paid")
    await counter.paid_order(about="kept")
    async with counter.world.context("p") as context:
        await GivingBack(context).whole(order.id, "cancelled")
    for _ in range(3):
        async with counter.world.database.reading() as tx:
            proof = await prove(tx)
        assert proof.faults == ()
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
    assert (proof.orders, proof.held, proof.handed_on) == (3, 2500, 2500)


async def test_the_proof_finds_what_was_bent(counter: Counter) -> None:
    first, second = await counter.paid_order(about="a"), await counter.paid_order(about="b")
    async with counter.world.context("p") as context:
        tx = context.tx
        await tx.update(update(store.order).where(store.order.c.id == first.id).values(amount=1))
        await tx.update(update(store.payment).where(store.payment.c.order_id == second.id).values(state="open"))
        await book.add(tx, rules.back(second.id, 77, "wx", 5), context.clock, "x")
    async with counter.world.database.reading() as tx:
        found = {(fault.what, fault.which) for fault in (await prove(tx)).faults}
    assert {what for what, _ in found} == {
        "settlement_not_entered", "entry_without_payment", "entry_without_refund", "paid_twice", "not_at_rest",
    }
    assert ("paid_twice", first.public_id) in found and ("entry_without_refund", "back:77") in found


def test_a_pair_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="not a balanced pair"):
        rules.Movement("x", "paid", 1, (rules.Entry("a", 1), rules.Entry("b", 1)))
    with pytest.raises(ValueError, match="above zero"):
        rules.paid(1, 1, "wx", 0)
