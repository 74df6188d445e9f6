"""An order that a commercial insurer pays a part of: before payment and after it, whole, undone, with answers lost."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast

import pytest
import time_machine

from bot import clock
from bot.wording import Wording
from flows.notices import store as notices
from flows.payment.covered import store
from flows.payment.covered.covers import Covers
from flows.payment.giving_back import GivingBack
from flows.payment.insured import store as insured
from flows.payment.insured.claims import Claims
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders, Owing
from flows.payment.refusals import NotPriced, OneIsRunning, OnlyWhole
from integrations.commercial.port import Commercials
from integrations.his.charges import Item
from integrations.insurance.port import Insurer
from jobs import payment_covered
from tests.flows.payment.commercial import PlayedCommercial, PlayedCommercials, holder, policy
from tests.flows.payment.counter import Counter
from tests.flows.payment.insurer import PlayedInsurer, identity

AMOUNT = 10_000


class Covered:
    """The counter, a commercial insurer that pays half of what it is asked for, and a public one that pays six tenths.
    """

    def __init__(self, counter: Counter) -> None:
        self.counter, self.world = counter, counter.world
        self.insurer = PlayedCommercial(counter.till.faults)
        self.public = PlayedInsurer(counter.till.faults)
        self.world.ports.put(Commercials, cast(Commercials, PlayedCommercials(self.insurer)))
        self.world.ports.put(Insurer, cast(Insurer, self.public))

    async def opened(self) -> Any:
        items = [asdict(Item("阿莫西林胶囊", "西药费", "1 盒", AMOUNT, AMOUNT))]
        async with self.world.context("p") as context:
            return await Orders(context).open(Owing(
                "outpatient", "shop", "a1", 1, "S1", AMOUNT, context.now + timedelta(minutes=15),
                {"title": "门诊费用", "items": items}, bill="B-a1",
            ))

    async def asked(self, order: Any, way: Any = "direct") -> None:
        async with self.world.context("p") as context:
            await Covers(context).ask(order.id, "pinghe", holder(), way)

    async def offered(self) -> Any:
        order = await self.opened()
        await self.asked(order)
        await self.counter.work()
        return order

    async def agreed(self) -> Any:
        order = await self.offered()
        async with self.world.context("p") as context:
            await Covers(context).agree(order.id)
        await self.counter.work()
        return order

    async def paid(self) -> Any:
        """Agreed to, and the payer's own part has come."""
        order = await self.agreed()
        await self.own_part(order, AMOUNT // 2)
        return order

    async def own_part(self, order: Any, amount: int) -> None:
        payment = await self.counter.pay(order)
        assert payment.amount == amount and self.counter.till.pay(payment.number)
        await self.counter.tell()

    async def settled_alone(self) -> Any:
        """Paid by the payer, settled in the hospital."""
        order = await self.opened()
        await self.own_part(order, AMOUNT)
        await self.counter.work()
        assert (await self.counter.order(order.id)).state == "settled"
        return order

    async def back(self) -> None:
        for _ in range(3):
            await self.counter.work()
            self.counter.till.end_refunds()
            await self.counter.tell()
        await self.counter.work()

    async def polled(self) -> None:
        await payment_covered.ask(self.world.workshop.job(name="payment.ask_covers"))
        await self.counter.work()

    async def cover(self, order: Any) -> Any:
        async with self.world.database.reading() as tx:
            return await store.of_order(tx, order.id)

    async def told(self) -> list[tuple[str, str]]:
        """What of claims is told, or was: the claim's state, and the push's."""
        async with self.world.database.reading() as tx:
            rows = await tx.all(notices.push.select().where(notices.push.c.kind == "payment.covered"))
        return [(row.about.rpartition(":")[2], row.state) for row in rows if row.state != "withdrawn"]

    async def balances(self) -> tuple[int, int, int]:
        """What the channel holds, what the insurer owes, what the hospital has; and all books agree."""
        async with self.world.database.reading() as tx:
            assert (await prove(tx)).faults == ()
            return (
                await book.balance(tx, "channel:wx"), await book.balance(tx, "insurer:pinghe"),
                -await book.balance(tx, "hospital:S1"),
            )


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


# --- after payment ---------------------------------------------------------------------------------------------------


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
