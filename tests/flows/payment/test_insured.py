"""An order that the insurance pays a part of: priced with consent, agreed to, settled, undone whole."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Literal, cast

import pytest
import time_machine
from sqlalchemy import select, text

from bot import clock
from flows.payment.giving_back import GivingBack
from flows.payment.insured import store
from flows.payment.insured.claims import Claims
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders, Owing
from flows.payment.refusals import NotPriced, OneIsRunning, OnlyWhole
from integrations.his.charges import Item
from integrations.insurance.port import Insurer
from tests.flows.payment.counter import Counter
from tests.flows.payment.insurer import PlayedInsurer, identity

AMOUNT = 10_000


class Insured:
    """The counter, and an insurance that pays six tenths."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.world = counter, counter.world
        self.insurer = PlayedInsurer(counter.till.faults)
        self.world.ports.put(Insurer, cast(Insurer, self.insurer))

    async def offered(self) -> Any:
        """An order of which the insurance has said what it would pay."""
        items = [asdict(Item("阿莫西林胶囊", "西药费", "1 盒", AMOUNT, AMOUNT))]
        async with self.world.context("p") as context:
            order = await Orders(context).open(Owing(
                "outpatient", "shop", "a1", 1, "S1", AMOUNT, context.now + timedelta(minutes=15),
                {"title": "门诊费用", "items": items}, bill="B-a1",
            ))
            await Claims(context).ask(order.id, identity())
        await self.counter.work()
        return order

    async def agreed(self) -> Any:
        order = await self.offered()
        async with self.world.context("p") as context:
            await Claims(context).agree(order.id)
        await self.counter.work()
        return order

    async def paid(self) -> Any:
        """Agreed to, and the payer's own part has come."""
        order = await self.agreed()
        payment = await self.counter.pay(order)
        assert payment.amount == AMOUNT * 4 // 10 and self.counter.till.pay(payment.number)
        await self.counter.tell()
        return order

    async def claim(self, order: Any) -> Any:
        async with self.world.database.reading() as tx:
            return await store.of_order(tx, order.id)

    async def balances(self) -> tuple[int, int, int]:
        """What the channel holds, what the insurance owes, what the hospital has; and all books agree."""
        async with self.world.database.reading() as tx:
            assert (await prove(tx)).faults == ()
            return (
                await book.balance(tx, "channel:wx"), await book.balance(tx, "insurer:insurance"),
                -await book.balance(tx, "hospital:S1"),
            )


@pytest.fixture
def insured(counter: Counter) -> Insured:
    return Insured(counter)


async def test_each_pays_their_part_and_the_hospital_has_all(insured: Insured) -> None:
    order = await insured.paid()
    assert (await insured.balances()) == (4000, 0, 0)
    await insured.counter.work()
    row, claim = await insured.counter.order(order.id), await insured.claim(order)
    assert row.state == "settled" and claim.state == "claimed" and claim.identity is None
    assert (claim.fund, claim.personal, claim.own) == (4000, 2000, 4000)
    assert await insured.balances() == (4000, 6000, AMOUNT) and insured.insurer.money() == 6000


async def test_what_the_insurance_pays_whole_needs_no_channel(insured: Insured) -> None:
    insured.insurer.percent = 100
    order = await insured.agreed()
    await insured.counter.work()
    row = await insured.counter.order(order.id)
    assert row.state == "settled" and await insured.balances() == (0, AMOUNT, AMOUNT)
    async with insured.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
        await GivingBack(context).whole(order.id, "stopped")
    await insured.counter.work()
    await insured.counter.work()
    assert (await insured.counter.order(order.id)).state == "refunded" and len(insured.counter.hospital.told) == 1
    assert await insured.balances() == (0, 0, 0) and insured.insurer.money() == insured.insurer.left_open() == 0


async def test_money_goes_back_after_hospital_and_insurance_have_agreed(insured: Insured) -> None:
    order = await insured.paid()
    await insured.counter.work()
    async with insured.world.context("p") as context:
        with pytest.raises(OnlyWhole):
            await GivingBack(context).part(order.id, 100, "asked", "r0", approved=True)
        await GivingBack(context).part(order.id, 4000, "asked", "r1", approved=True)
    insured.insurer.refuses = {"reverse": "cleared"}
    await insured.counter.work()
    refund = (await insured.counter.refunds(order.id))[0]
    assert (refund.state, refund.refusal, refund.insured) == ("stuck", "insurance:cleared", 6000)
    assert await insured.balances() == (4000, 6000, 0)  # the hospital has let go of it, nobody else has
    insured.insurer.refuses = {}
    async with insured.world.context("s") as context:
        assert await GivingBack(context).again(refund.id)
    await insured.counter.work()
    insured.counter.till.end_refunds()
    await insured.counter.tell()
    await insured.counter.work()
    assert (await insured.counter.order(order.id)).state == "refunded"
    assert (await insured.claim(order)).state == "reversed" and await insured.balances() == (0, 0, 0)


async def test_an_insurance_that_refuses_to_settle_sends_the_own_part_back(insured: Insured) -> None:
    order = await insured.paid()
    insured.insurer.refuses = {"settle": "split_differs"}
    await insured.counter.work()
    refund = (await insured.counter.refunds(order.id))[0]
    assert refund.why == "uninsured" and not insured.counter.hospital.settled
    insured.counter.till.end_refunds()
    await insured.counter.tell()
    await insured.counter.work()
    assert (await insured.counter.order(order.id)).state == "refunded" and await insured.balances() == (0, 0, 0)
    assert insured.insurer.left_open() == 0


@pytest.mark.parametrize(("became", "state"), [("done", "reversed"), ("not_done", "ended")])
async def test_what_is_given_up_while_nobody_knows_is_voided_or_reversed(
    insured: Insured, became: Literal["done", "not_done"], state: str
) -> None:
    """The insurance was told, and its answer was lost; the order is stopped."""
    order = await insured.paid()
    insured.insurer.unknown["settle"] = became
    await insured.counter.work()
    assert (await insured.claim(order)).state == "agreed"
    assert insured.insurer.money() == (6000 if became == "done" else 0)
    async with insured.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    with time_machine.travel(clock.now(), tick=False) as at:
        for _ in range(6):
            at.shift(timedelta(minutes=12))
            await insured.counter.work()
            insured.counter.till.end_refunds()
            await insured.counter.tell()
    assert (await insured.claim(order)).state == state and not insured.counter.hospital.settled
    assert any(each.voided for each in insured.insurer.said.values()) == (became == "not_done")
    assert (await insured.counter.order(order.id)).state == "refunded" and await insured.balances() == (0, 0, 0)
    assert insured.insurer.left_open() == 0


async def test_an_insurance_that_will_not_void_is_asked_again(insured: Insured) -> None:
    order = await insured.paid()
    insured.insurer.unknown["settle"] = "not_done"
    await insured.counter.work()
    insured.insurer.refuses = {"void": "busy"}
    async with insured.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    with time_machine.travel(clock.now(), tick=False) as at:
        for turn in range(6):
            at.shift(timedelta(minutes=12))
            await insured.counter.work()
            insured.counter.till.end_refunds()
            await insured.counter.tell()
            if turn == 1:
                assert insured.counter.till.money() == 4000
                insured.insurer.refuses = {}
    assert (await insured.claim(order)).state == "ended"
    assert (await insured.counter.order(order.id)).state == "refunded" and await insured.balances() == (0, 0, 0)


async def test_who_does_not_want_it_pays_all_and_nothing_stays_there(insured: Insured) -> None:
    order = await insured.agreed()
    payment = await insured.counter.pay(order)
    async with insured.world.context("p") as context:
        with pytest.raises(OneIsRunning):
            await Claims(context).leave(order.id)
        await Orders(context).drop(order.id)
    await insured.counter.work()
    async with insured.world.context("p") as context:
        await Claims(context).leave(order.id)
    await insured.counter.work()
    assert (await insured.claim(order)).state == "ended" and insured.insurer.left_open() == 0
    again = await insured.counter.pay(order)
    assert again.amount == AMOUNT
    # Money for the sum of before comes late: it pays nothing, and goes back.
    insured.counter.till.accounts[payment.number].state = "unpaid"
    assert insured.counter.till.pay(payment.number)
    await insured.counter.tell()
    await insured.counter.work()
    assert (await insured.counter.order(order.id)).state == "paying"
    assert [each.why for each in await insured.counter.refunds(order.id)] == ["other"]


async def test_a_claim_that_was_not_agreed_to_ends_with_the_order(insured: Insured) -> None:
    order = await insured.offered()
    payment = await insured.counter.pay(order)
    async with insured.world.context("p") as context:
        with pytest.raises(OneIsRunning):
            await Claims(context).agree(order.id)
    assert payment.amount == AMOUNT and insured.counter.till.pay(payment.number)
    await insured.counter.tell()
    await insured.counter.work()
    assert (await insured.claim(order)).state == "ended" and insured.insurer.left_open() == 0
    assert await insured.balances() == (AMOUNT, 0, AMOUNT)


async def test_what_it_refuses_or_does_not_cover_is_said(insured: Insured) -> None:
    insured.insurer.refuses = {"identify": "not_insured"}
    order = await insured.offered()
    assert (await insured.claim(order)).refusal == "not_insured"
    async with insured.world.context("p") as context:
        with pytest.raises(NotPriced):
            await Claims(context).agree(order.id)
    insured.insurer.refuses, insured.insurer.percent = {}, 0
    assert (await insured.claim(await insured.offered())).refusal == "nothing_covered"
    assert insured.insurer.left_open() == 0


async def test_who_it_is_stays_sealed(insured: Insured) -> None:
    await insured.agreed()
    async with insured.world.database.reading() as tx:
        raw = await tx.scalar(text("SELECT identity FROM payment_claim"))
        assert identity().number.encode() not in bytes(raw)
        row = await tx.one(select(store.claim.c.identity, store.claim.c.consent))
    assert row is not None and identity().number in row.identity and row.consent
