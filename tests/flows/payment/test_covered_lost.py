"""A commercial insurer whose answers are lost, late or a no; and what the proof and the pushes say of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.wording import Wording
from flows.payment.covered import store
from flows.payment.covered.answers import Answers
from flows.payment.covered.covers import Covers
from flows.payment.giving_back import GivingBack
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders
from integrations.commercial.port import Answer
from tests.flows.payment.commercial import policy
from tests.flows.payment.counter import Counter
from tests.flows.payment.covered_ward import AMOUNT, Covered


@pytest.fixture
def ward(counter: Counter) -> Covered:
    return Covered(counter)


@pytest.mark.parametrize("done", ["done", "not_done"])
@pytest.mark.parametrize("verb", ["submit", "settle"])
async def test_a_lost_answer_is_asked_for(ward: Covered, verb: str, done: Any) -> None:
    ward.insurer.unknown = {verb: done}
    order = await ward.offered()
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False) as travel:
        await ward.counter.work()
        async with ward.world.context("p") as context:
            await Covers(context).agree(order.id)
        await ward.own_part(order, AMOUNT // 2)
        await ward.counter.work()
        travel.shift(timedelta(minutes=2))
        await ward.counter.work()
        assert (await ward.counter.order(order.id)).state == "settled"
        assert await ward.balances() == (5000, 5000, AMOUNT) and len(ward.insurer.told) == 1


async def test_a_refusal_after_all_gives_everything_back(ward: Covered) -> None:
    order = await ward.paid()
    ward.insurer.refuses = {"settle": "terms_differ"}
    await ward.back()
    row = await ward.counter.order(order.id)
    assert (row.state, row.settle_refusal) == ("refunded", "commercial:terms_differ")
    assert await ward.balances() == (0, 0, 0) and ward.insurer.money() == 0
    assert (await ward.counter.refunds(order.id))[0].why == "uncovered"
    assert (await ward.cover(order)).state == "refused" and (await ward.cover(order)).cleared_at


async def test_given_up_before_it_is_settled_nothing_counts(ward: Covered) -> None:
    order = await ward.paid()
    ward.insurer.unknown = {"settle": "done"}
    await ward.counter.work()
    async with ward.world.context("p") as context:
        await GivingBack(context).whole(order.id, "cancelled")
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False) as travel:
        for _ in range(3):
            await ward.back()
            travel.shift(timedelta(minutes=5))
    assert (await ward.counter.order(order.id)).state == "refunded"
    assert await ward.balances() == (0, 0, 0) and ward.insurer.money() == 0


async def test_several_policies_are_chosen_from_and_none_that_does_not_fit(ward: Covered) -> None:
    ward.insurer.has = [policy("P1"), policy("P2"), policy("P3", ways=("after",))]
    order = await ward.offered()
    cover = await ward.cover(order)
    assert cover.state == "known" and "P3" not in cover.policies
    async with ward.world.context("p") as context:
        await Covers(context).choose(order.id, 7)
        await Covers(context).choose(order.id, 1)
        await Covers(context).choose(order.id, 0)
    await ward.counter.work()
    cover = await ward.cover(order)
    assert (cover.state, cover.policy, cover.policies) == ("offered", "P2", None)


@pytest.mark.parametrize(("has", "refusal"), [([], "not_insured"), ([policy(ways=("after",))], "way_not_covered")])
async def test_who_has_no_such_policy_pays_alone(ward: Covered, has: list[Any], refusal: str) -> None:
    ward.insurer.has = has
    order = await ward.offered()
    cover = await ward.cover(order)
    assert (cover.state, cover.refusal) == ("refused", refusal)
    await ward.own_part(order, AMOUNT)
    await ward.counter.work()
    assert (await ward.counter.order(order.id)).state == "settled" and await ward.balances() == (AMOUNT, 0, AMOUNT)


async def test_an_insurer_that_takes_its_time_is_asked_and_one_that_wants_more_waits(ward: Covered) -> None:
    ward.insurer.first = "pending"
    order = await ward.offered()
    assert (await ward.cover(order)).state == "sent"
    with time_machine.travel(clock.now() + timedelta(seconds=30), tick=False) as travel:
        await ward.polled()
        assert (await ward.cover(order)).state == "sent"
        number = (await ward.cover(order)).number
        known = ward.insurer.known[number]
        known.answer = known.answer.__class__("wanting", "K", wants=("invoice", "record"))
        travel.shift(timedelta(seconds=30))
        await ward.polled()
        await ward.polled()
        assert ((await ward.cover(order)).state, (await ward.cover(order)).wants) == ("wanting", "invoice record")
        ward.insurer.decide(number)
        travel.shift(timedelta(minutes=1))
        await ward.polled()
        assert (await ward.cover(order)).state == "offered"


async def test_an_order_whose_time_is_up_leaves_nothing_at_the_insurer(ward: Covered) -> None:
    order = await ward.agreed()
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        async with ward.world.context("p") as context:
            await Orders(context).expire(order.id)
        await ward.counter.work()
    cover = await ward.cover(order)
    assert (await ward.counter.order(order.id)).state == "closed" and cover.state == "ended" and cover.cleared_at
    assert not ward.insurer.left_open() and await ward.balances() == (0, 0, 0)


async def test_the_proof_finds_what_a_book_says_otherwise(ward: Covered) -> None:
    order = await ward.paid()
    await ward.counter.work()
    cover = await ward.cover(order)

    async def found(**values: Any) -> set[str]:
        async with ward.world.database.transaction() as tx:
            await store.move(tx, cover.id, (cover.state,), **values)
            faults = {each.what for each in (await prove(tx)).faults}
            await store.move(tx, cover.id, (cover.state,), **{name: getattr(cover, name) for name in values})
        return faults

    assert await found(pays=4999) == {"cover_not_entered", "cover_wrong"}
    assert await found(settled_at=None) == {"entry_without_cover", "cover_wrong"}
    assert await found(agreed_at=None) == {"cover_wrong"}
    assert await found(reversed_at=cover.settled_at) == {"cover_not_entered"}
    assert await ward.balances() == (5000, 5000, AMOUNT)


async def test_what_was_agreed_to_stands_until_the_insurer_is_told_to_settle(ward: Covered) -> None:
    order = await ward.agreed()
    async with ward.world.context("p") as context:  # an answer that was on its way while they agreed
        await Answers(context).answered((await ward.cover(order)).id, Answer("refused", reason="used_up"))
    await ward.own_part(order, AMOUNT // 2)
    await ward.counter.work()
    assert (await ward.counter.order(order.id)).state == "settled"
    assert await ward.balances() == (5000, 5000, AMOUNT)


@pytest.mark.parametrize(("why", "public", "commercial"), [
    ("uninsured", False, False), ("uncovered", True, False), ("cancelled", True, True),
])
@pytest.mark.parametrize("push", ["refunding", "refunded"])
def test_who_paid_nothing_is_not_said_to_take_it_back(push: str, why: str, public: bool, commercial: bool) -> None:
    told = Wording().render(
        f"payment/push/{push}", title="门诊费用", amount=AMOUNT, insured=8000, covered=3000, back=2000,
        insured_back=8000, why=why,
    )
    assert ("医保付的 50.00 元" in told) == public and ("商业保险付的 30.00 元" in told) == commercial, told


def test_who_has_paid_nothing_is_told_of_no_money_of_theirs() -> None:
    facts: dict[str, Any] = {"title": "门诊费用", "back": 0}
    facts |= dict.fromkeys(("amount", "insured", "insured_back"), AMOUNT)
    paid = Wording().render("payment/push/paid", **facts, covered=0)
    assert "您付的" not in paid and "医保付的 100.00 元" in paid
    kept = Wording().render("payment/push/kept", **facts, covered=5000, code="seen")
    assert "门诊费用 100.00 元的保险结算这次没有撤：已经看过诊了" in kept
    assert "这次没有退" in Wording().render("payment/push/kept", **facts | {"back": 100}, code="seen")


SAID = {
    "offered": "付 50.00 元，您付 50.00 元", "settled": "赔 50.00 元", "reversed": "撤销", "wanting": "发票、病历",
    "refused": "额度用完了",
}


@pytest.mark.parametrize("way", ["direct", "after"])
def test_each_state_that_is_told_has_its_words(way: str) -> None:
    for state, words in SAID.items():
        told = Wording().render(
            "payment/push/covered", title="门诊费用", amount=AMOUNT, insurer="平和健康", state=state, way=way,
            pays=5000, own=5000, refusal="used_up" if state == "refused" else "", wants=["invoice", "record"],
        )
        assert words in told and "平和健康" in told, (state, told)
        assert ("全部自己付" in told) == (way == "direct" and state in ("wanting", "refused"))
