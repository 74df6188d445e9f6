"""A claim on a commercial insurer after payment: it pays the patient, and no book of ours moves."""

from __future__ import annotations

import pytest

from flows.payment.covered.covers import Covers
from flows.payment.giving_back import GivingBack
from flows.payment.refusals import NotPriced
from tests.flows.payment.commercial import holder
from tests.flows.payment.counter import Counter
from tests.flows.payment.covered_ward import AMOUNT, Covered


@pytest.fixture
def ward(counter: Counter) -> Covered:
    return Covered(counter)


async def test_after_payment_the_insurer_pays_the_patient_and_no_book_of_ours_moves(ward: Covered) -> None:
    order = await ward.settled_alone()
    before = await ward.balances()
    await ward.asked(order, "after")
    await ward.counter.work()
    cover = await ward.cover(order)
    assert (cover.state, cover.way, cover.amount, cover.pays) == ("settled", "after", AMOUNT, 5000)
    assert cover.identity is None and ward.insurer.given() == 5000 and ward.insurer.money() == 0
    assert await ward.balances() == before == (AMOUNT, 0, AMOUNT)
    assert (await ward.counter.order(order.id)).insured == 0


async def test_a_claim_after_payment_is_undone_when_the_bill_goes_back(ward: Covered) -> None:
    order = await ward.settled_alone()
    await ward.asked(order, "after")
    await ward.counter.work()
    async with ward.world.context("p") as context:
        await GivingBack(context).part(order.id, 3000, "asked", "r1", approved=True)
    await ward.back()
    cover = await ward.cover(order)
    assert cover.state == "reversed" and cover.undo and ward.insurer.given() == 0
    await ward.asked(order, "after")  # anew, of what is left
    await ward.counter.work()
    assert ((await ward.cover(order)).amount, (await ward.cover(order)).state) == (7000, "settled")
    assert await ward.balances() == (7000, 0, 7000)


async def test_an_insurer_that_does_not_take_it_back_keeps_no_refund_from_the_payer(ward: Covered) -> None:
    order = await ward.settled_alone()
    await ward.asked(order, "after")
    await ward.counter.work()
    ward.insurer.refuses = {"reverse": "cleared"}
    async with ward.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    await ward.back()
    assert (await ward.counter.order(order.id)).state == "refunded" and await ward.balances() == (0, 0, 0)
    cover = await ward.cover(order)
    assert (cover.state, cover.refusal, cover.undo) == ("settled", "cleared", True)


async def test_a_claim_after_payment_may_be_withdrawn_until_it_is_answered(ward: Covered) -> None:
    ward.insurer.first = "pending"
    order = await ward.settled_alone()
    await ward.asked(order, "after")
    await ward.counter.work()
    number = (await ward.cover(order)).number
    ward.insurer.decide(number)  # it pays in the very moment
    async with ward.world.context("p") as context:
        assert await Covers(context).leave(order.id)
    await ward.counter.work()
    cover = await ward.cover(order)
    assert cover.state == "ended" and cover.revoked_at and cover.cleared_at
    assert ward.insurer.given() == 0 and ward.insurer.known[number].answer.state == "reversed"


async def test_only_what_is_settled_is_claimed_after_payment(ward: Covered) -> None:
    order = await ward.opened()
    async with ward.world.context("p") as context:
        with pytest.raises(NotPriced):
            await Covers(context).ask(order.id, "pinghe", holder(), "after")
