"""Money back by request: a second person above a limit, the hospital's no; and the course of an order."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.access.audit import store as audit
from flows.payment import store
from flows.payment.approvals import Approvals
from flows.payment.giving_back import GivingBack
from flows.payment.history import store as history
from flows.payment.history.course import course
from flows.payment.notices import hear
from flows.payment.odd import store as finding
from flows.payment.refusals import NothingToGiveBack
from integrations.paying.port import Back
from tests.flows.payment.counter import Counter
from tests.flows.payment.till import Faults


async def ask(counter: Counter, order: Any, amount: int, request: str = "r1", who: str = "clerk") -> Any:
    async with counter.world.context(who) as context:
        return await Approvals(context).ask(order.public_id, amount, "收重了", request)


async def arrive(counter: Counter) -> None:
    await counter.work()
    counter.till.end_refunds()
    await counter.tell()
    await counter.work()


async def test_a_small_refund_goes_at_once_and_once(counter: Counter) -> None:
    order = await counter.paid_order()
    first, again = await ask(counter, order, 500), await ask(counter, order, 500)
    assert first.id == again.id and first.state == "agreed"
    await arrive(counter)
    (refund,) = await counter.refunds(order.id)
    assert refund.state == "back" and refund.told_at is not None and refund.note == "收重了"
    assert (await counter.order(order.id)).state == "settled"
    assert counter.till.money() == counter.hospital.money() == 2000
    with pytest.raises(NothingToGiveBack):
        await ask(counter, order, 2001, "r2")


async def test_above_a_limit_a_second_person_says_yes(counter: Counter) -> None:
    order = await counter.paid_order(50_000)
    refund = await ask(counter, order, 50_000)
    assert refund.state == "waiting"
    async with counter.world.context("clerk") as context:
        assert not await Approvals(context).approve(refund.public_id)
    await arrive(counter)
    assert counter.till.money() == 50_000
    async with counter.world.context("chief") as context:
        assert await Approvals(context).approve(refund.public_id)
        assert not await Approvals(context).approve(refund.public_id)
    await arrive(counter)
    assert (await counter.order(order.id)).state == "refunded" and counter.till.money() == 0
    assert await counter.pushed() == ["payment.settled", "payment.refunding", "payment.refunded"]
    async with counter.world.database.reading() as tx:
        acts = [row.act for row in await tx.all(audit.entries.select().order_by(audit.entries.c.number))]
    assert acts == ["payment.refund_asked", "payment.refund_approved"]


async def test_a_declined_refund_leaves_the_order_as_it_was(counter: Counter) -> None:
    order = await counter.paid_order(50_000)
    refund = await ask(counter, order, 50_000)
    async with counter.world.context("chief") as context:
        assert await Approvals(context).decline(refund.public_id, "不符合规定")
    await arrive(counter)
    assert (await counter.order(order.id)).state == "settled"
    async with counter.world.context("chief") as context:
        assert not await Approvals(context).approve(refund.public_id)
    assert (await ask(counter, order, 50_000, "r2")).state == "waiting"  # it can be asked for again


async def test_a_rule_needs_no_second_person_and_takes_what_waits_along(counter: Counter) -> None:
    order = await counter.paid_order(50_000)
    await ask(counter, order, 30_000)
    async with counter.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    await arrive(counter)
    assert (await counter.order(order.id)).state == "refunded" and counter.till.money() == 0


async def test_who_was_seen_is_told_that_nothing_goes_back(counter: Counter) -> None:
    order = await counter.paid_order()
    counter.hospital.refuses[f"refund:{order.settlement}"] = "seen"
    await ask(counter, order, 2500)
    await arrive(counter)
    (refund,) = await counter.refunds(order.id)
    assert (refund.state, refund.refusal) == ("refused", "seen") and counter.till.money() == 2500
    assert (await counter.order(order.id)).state == "settled"
    assert (await counter.pushed())[-1] == "payment.kept"


async def test_the_desk_finds_orders_and_what_waits_and_reads_their_course(counter: Counter) -> None:
    order = await counter.paid_order(50_000)
    refund = await ask(counter, order, 50_000)
    async with counter.world.database.reading() as tx:
        (payment,) = await store.payments_of(tx, order.id)
        for number in (order.public_id, payment.number, payment.channel_number, refund.number, order.receipt):
            (found,) = await history.of_desk(tx, history.Wanted(number=number))
            assert found.id == order.id
        assert await history.count(tx, history.Wanted(state="refunding")) == 1
        assert await history.count(tx, history.Wanted(state="closed")) == 0
        assert [row.order_public for row in await history.refunds(tx, ("waiting",))] == [order.public_id]
        assert [row.id for row in await history.of_contact(tx, order.contact_id, order.created_at)] == [order.id]
        steps = course(found, [payment], await store.refunds_of(tx, order.id))
    assert [step.what for step in steps] == ["opened", "begun", "paid", "settled", "refund_wanted"]


async def unsettled(counter: Counter, amount: int = 50_000) -> Any:
    """An order that is paid while the hospital is away."""
    counter.hospital.faults = Faults(random.Random(1), away=1.0)
    order = await counter.open(amount)
    payment = await counter.pay(order)
    assert counter.till.pay(payment.number)
    await counter.tell()
    await counter.work()
    counter.hospital.faults.end()
    return await counter.order(order.id)


async def later(counter: Counter) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=30), tick=False):
        await arrive(counter)


async def test_what_waits_for_a_second_person_gives_no_order_up_that_the_hospital_does_not_know_yet(
    counter: Counter,
) -> None:
    order = await unsettled(counter)
    refund = await ask(counter, order, 50_000)
    await later(counter)
    order = await counter.order(order.id)
    assert order.settled_at is not None and counter.heard == ["paid", "settled"]
    assert ((await counter.refunds(order.id))[0].state, counter.till.money()) == ("waiting", 50_000)
    async with counter.world.context("chief") as context:
        assert await Approvals(context).decline(refund.public_id, "不符合规定")
    assert (await counter.order(order.id)).state == "settled"


async def test_a_part_that_goes_back_before_the_hospital_knows_leaves_the_rest_paid(counter: Counter) -> None:
    order = await unsettled(counter)
    await ask(counter, order, 500)
    await later(counter)
    assert (await counter.order(order.id)).state == "settled" and counter.heard == ["paid", "settled"]
    assert counter.till.money() == counter.hospital.money() == 49_500


async def test_an_order_that_is_given_up_before_the_hospital_knows_takes_along_what_waits(counter: Counter) -> None:
    order = await unsettled(counter)
    await ask(counter, order, 30_000)
    async with counter.world.context("p") as context:
        await GivingBack(context).whole(order.id, "stopped")
    await later(counter)
    assert (await counter.order(order.id)).state == "refunded"
    assert counter.till.money() == counter.hospital.money() == 0 and counter.hospital.settled == {}
    assert sorted(await counter.pushed()) == ["payment.refunded", "payment.refunded", "payment.refunding",
                                              "payment.refunding"]


async def test_many_small_refunds_are_a_large_one(counter: Counter) -> None:
    limit = counter.world.settings.payment.approve_above
    order = await counter.paid_order(limit * 2)
    assert (await ask(counter, order, limit - 1, "r1")).state == "agreed"
    assert (await ask(counter, order, 1, "r2")).state == "agreed"
    assert (await ask(counter, order, 1, "r3")).state == "waiting"


async def test_what_the_channel_closed_goes_back_under_a_new_number(counter: Counter) -> None:
    order = await counter.paid_order()
    await ask(counter, order, 500)
    await counter.work()
    (refund,) = await counter.refunds(order.id)
    async with counter.world.context("p") as context:
        assert await hear(context, "wx", "n1", "X", Back(refund.number, "closed", 500)) == "heard"
    async with counter.world.context("clerk") as context:
        assert await Approvals(context).again(refund.public_id)
    await arrive(counter)
    (again,) = await counter.refunds(order.id)
    assert again.number != refund.number and again.state == "back" and again.told_at is not None


async def test_a_refund_that_the_channel_lost_is_told_again(counter: Counter) -> None:
    order = await counter.paid_order()
    await ask(counter, order, 500)
    await counter.work()
    (refund,) = await counter.refunds(order.id)
    for account in counter.till.accounts.values():
        account.backs.clear()
    for hours in (1, 3, 30, 60):
        with time_machine.travel(clock.now() + timedelta(hours=hours), tick=False):
            await arrive(counter)
    (again,) = await counter.refunds(order.id)
    assert again.number == refund.number and again.state == "back" and counter.till.money() == 2000


async def test_another_sum_that_is_told_of_a_refund_is_written_down(counter: Counter) -> None:
    order = await counter.paid_order()
    await ask(counter, order, 500)
    await counter.work()
    (refund,) = await counter.refunds(order.id)
    async with counter.world.context("p") as context:
        assert await hear(context, "wx", "n1", "X", Back(refund.number, "back", 400)) == "wrong_amount"
    async with counter.world.database.reading() as tx:
        (odd,) = await finding.notices(tx, "wrong_amount", "no", limit=9)
    assert odd.number == refund.number and (await counter.refunds(order.id))[0].state == "sent"
