"""An order that a commercial insurer pays a part of: agreed to, paid, given back; beside the public insurance."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from bot import clock
from flows.payment.covered.covers import Covers
from flows.payment.giving_back import GivingBack
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.orders import Orders
from flows.payment.refusals import NotPriced, OneIsRunning, OnlyWhole
from tests.flows.payment.commercial import holder
from tests.flows.payment.counter import Counter
from tests.flows.payment.covered_ward import AMOUNT, Covered
from tests.flows.payment.insurer import identity


@pytest.fixture
def ward(counter: Counter) -> Covered:
    return Covered(counter)


async def test_each_pays_their_part_and_the_hospital_has_all(ward: Covered) -> None:
    order = await ward.paid()
    assert await ward.balances() == (5000, 0, 0)
    await ward.counter.work()
    row, cover = await ward.counter.order(order.id), await ward.cover(order)
    assert row.state == "settled" and cover.state == "settled" and cover.identity is None
    assert (row.insured, row.covered, cover.pays) == (5000, 5000, 5000)
    assert await ward.balances() == (5000, 5000, AMOUNT) and ward.insurer.money() == 5000


async def test_all_of_it_goes_back_to_whom_it_came_from(ward: Covered) -> None:
    order = await ward.paid()
    await ward.counter.work()
    async with ward.world.context("p") as context:
        with pytest.raises(OnlyWhole):
            await GivingBack(context).part(order.id, 100, "asked", "r0", approved=True)
        await GivingBack(context).part(order.id, 5000, "asked", "r1", approved=True)
    ward.insurer.refuses = {"reverse": "cleared"}
    await ward.counter.work()
    refund = (await ward.counter.refunds(order.id))[0]
    assert (refund.state, refund.refusal, refund.insured) == ("stuck", "commercial:cleared", 5000)
    assert await ward.balances() == (5000, 5000, 0)
    ward.insurer.refuses = {}
    async with ward.world.context("p") as context:
        assert await GivingBack(context).again(refund.id)
    ward.insurer.unknown = {"reverse": "done"}
    await ward.back()
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        await ward.back()
    assert (await ward.counter.order(order.id)).state == "refunded"
    assert await ward.balances() == (0, 0, 0) and ward.insurer.money() == 0
    assert (await ward.cover(order)).state == "reversed" and (await ward.cover(order)).cleared_at


async def test_a_commercial_insurer_pays_of_what_the_public_one_leaves(ward: Covered) -> None:
    order = await ward.opened()
    async with ward.world.context("p") as context:
        await Claims(context).ask(order.id, identity())
        with pytest.raises(NotPriced):
            await Covers(context).ask(order.id, "pinghe", holder(), "direct")
    await ward.counter.work()
    await ward.asked(order)  # with it, what the public one offered is agreed to
    await ward.counter.work()
    assert (await ward.cover(order)).amount == 4000
    async with ward.world.context("p") as context:
        assert (await Covers(context).agree(order.id)).pays == 2000
    await ward.own_part(order, 2000)
    await ward.counter.work()
    row = await ward.counter.order(order.id)
    assert (row.state, row.insured, row.covered) == ("settled", 8000, 2000)
    assert await ward.balances() == (2000, 2000, AMOUNT) and ward.public.money() == 6000
    async with ward.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    await ward.back()
    assert (await ward.counter.order(order.id)).state == "refunded" and await ward.balances() == (0, 0, 0)
    assert ward.public.money() == ward.insurer.money() == 0


async def test_leaving_the_public_one_leaves_the_commercial_one_too(ward: Covered) -> None:
    order = await ward.opened()
    async with ward.world.context("p") as context:
        await Claims(context).ask(order.id, identity())
    await ward.counter.work()
    await ward.asked(order)
    await ward.counter.work()
    async with ward.world.context("p") as context:
        await Covers(context).agree(order.id)
        await Claims(context).leave(order.id)
    await ward.counter.work()
    row = await ward.counter.order(order.id)
    assert (row.insured, row.covered) == (0, 0) and (await ward.cover(order)).state == "ended"
    assert ward.insurer.known[(await ward.cover(order)).number].answer.state == "withdrawn"
    assert not ward.insurer.left_open() and not ward.public.left_open()


async def test_the_public_one_is_not_asked_while_a_commercial_one_is(ward: Covered) -> None:
    order = await ward.offered()
    async with ward.world.context("p") as context:
        with pytest.raises(NotPriced):
            await Claims(context).ask(order.id, identity())
    async with ward.world.database.reading() as tx:
        assert await insured.of_order(tx, order.id) is None


async def test_a_consent_is_taken_back_and_nothing_stands_there(ward: Covered) -> None:
    order = await ward.agreed()
    payment = await ward.counter.pay(order)
    async with ward.world.context("p") as context:
        with pytest.raises(OneIsRunning):
            await Covers(context).leave(order.id)
        await Orders(context).drop(order.id)
    await ward.counter.work()
    async with ward.world.context("p") as context:
        assert await Covers(context).leave(order.id) and not await Covers(context).leave(order.id)
    await ward.counter.work()
    row, cover = await ward.counter.order(order.id), await ward.cover(order)
    assert (row.insured, row.covered) == (0, 0) and payment.amount == 5000
    assert cover.state == "ended" and cover.revoked_at and cover.cleared_at and cover.identity is None
    assert ward.insurer.known[cover.number].answer.state == "withdrawn"


async def test_an_offer_that_is_over_is_not_told_any_more(ward: Covered) -> None:
    order = await ward.offered()
    assert await ward.told() == [("offered", "waiting")]
    await ward.own_part(order, AMOUNT)  # they pay all of it themselves
    await ward.counter.work()
    assert (await ward.cover(order)).state == "ended" and await ward.told() == []


async def test_what_it_pays_whole_needs_no_channel(ward: Covered) -> None:
    ward.insurer.percent = 100
    order = await ward.agreed()
    await ward.counter.work()
    assert (await ward.counter.order(order.id)).state == "settled"
    assert await ward.balances() == (0, AMOUNT, AMOUNT)
    async with ward.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    await ward.counter.work()
    await ward.counter.work()
    assert (await ward.counter.order(order.id)).state == "refunded" and await ward.balances() == (0, 0, 0)
