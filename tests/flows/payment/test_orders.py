"""What a payer meets at the cashier: one payment at a time, limits, being checked, and being told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from bot import clock
from bot.db.outbox import outbox
from flows.payment.hearing import Hearing
from flows.payment.ledger.proof import prove
from flows.payment.notices import hear
from flows.payment.orders import Orders
from flows.payment.refusals import BeingChecked, OneIsRunning, PaidAlready, TimeIsUp, TooMuch, TooOften
from integrations.paying.port import Standing
from tests.flows.payment.counter import Counter


async def test_paid_is_settled_and_told_once(counter: Counter) -> None:
    order = await counter.paid_order()
    assert order.state == "settled" and order.settlement and order.receipt
    assert order.invoice == f"I{order.settlement}" and order.invoice_url.startswith("https://")
    assert counter.heard == ["paid", "settled"]
    assert await counter.pushed() == ["payment.settled"]
    with pytest.raises(PaidAlready):
        await counter.pay(order)


async def test_an_order_for_one_thing_is_one_order(counter: Counter) -> None:
    first, second = await counter.open(), await counter.open()
    assert first.id == second.id
    payment = await counter.pay(first)
    assert (await counter.pay(first)).id == payment.id


async def test_while_they_say_that_they_paid_nothing_else_is_begun(counter: Counter) -> None:
    order = await counter.open()
    await counter.pay(order)
    counter.till.faults.away = 1.0
    async with counter.world.context("p") as context:
        await Orders(context).claimed(order.id)
    await counter.work()
    with pytest.raises(BeingChecked):
        await counter.pay(order)
    assert await counter.pushed() == []
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
        await counter.work()
        assert await counter.pushed() == ["payment.checking"]
        counter.till.faults.away = 0.0
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        await counter.work()  # the channel says that nothing was paid: they may go on
        assert (await counter.pay(order)).number in counter.till.accounts


async def test_who_never_opened_the_channels_page_may_go_on_after_a_second_question(counter: Counter) -> None:
    with time_machine.travel(clock.now(), tick=False) as at:
        order = await counter.open()
        payment = await counter.pay(order)
        known = counter.till.accounts.pop(payment.number)  # it knows of a payment once its page was opened
        async with counter.world.context("p") as context:
            await Orders(context).claimed(order.id)
        await counter.work()
        with pytest.raises(BeingChecked):
            await counter.pay(order)
        at.shift(timedelta(seconds=6))
        await counter.work()
        assert (await counter.pay(order)).id == payment.id
        counter.till.accounts[payment.number] = known
        assert counter.till.pay(payment.number)
        await counter.tell()
        assert (await counter.order(order.id)).state == "paid"


async def test_a_page_that_was_only_just_opened_is_paid(counter: Counter) -> None:
    with time_machine.travel(clock.now(), tick=False) as at:
        order = await counter.open()
        payment = await counter.pay(order)
        known = counter.till.accounts.pop(payment.number)
        async with counter.world.context("p") as context:
            await Orders(context).claimed(order.id)
        await counter.work()
        counter.till.accounts[payment.number] = known
        assert counter.till.pay(payment.number)
        counter.till.told.clear()  # the notice is lost
        at.shift(timedelta(seconds=6))
        await counter.work()
        assert (await counter.order(order.id)).state == "settled"


async def test_another_way_waits_for_the_first_to_be_ended(counter: Counter) -> None:
    order = await counter.open()
    await counter.pay(order)
    async with counter.world.context("p") as context:
        with pytest.raises(OneIsRunning):
            await Orders(context).pay(order.id, "wx", "code")
    async with counter.world.context("p") as context:
        await Orders(context).drop(order.id)
    await counter.work()
    async with counter.world.context("p") as context:
        await Orders(context).pay(order.id, "wx", "code")


async def test_there_are_limits(counter: Counter) -> None:
    limits = counter.world.settings.payment
    with pytest.raises(TooMuch):
        await counter.pay(await counter.open(limits.ceiling + 1, "a1"))
    order = await counter.open(100, "a2")
    for _ in range(limits.tries):
        await counter.pay(order)
        async with counter.world.context("p") as context:
            await Orders(context).drop(order.id)
        await counter.work()
    with pytest.raises(TooOften):
        await counter.pay(order)
    await counter.pay(await counter.open(100, "a3", who="q"), who="q")  # of somebody else


async def test_time_up_closes_it_at_the_channel_too_and_late_money_goes_back(counter: Counter) -> None:
    order = await counter.open(minutes=5)
    payment = await counter.pay(order)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        await counter.work()
        assert (await counter.order(order.id)).state == "closed"
        assert counter.till.accounts[payment.number].state == "closed" and counter.heard == ["closed"]
        with pytest.raises(TimeIsUp):
            await counter.pay(order)
        counter.till.faults.belated = 1.0
        assert counter.till.pay(payment.number)
        await counter.tell()
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
        (refund,) = await counter.refunds(order.id)
        assert (refund.state, refund.why, refund.of_excess) == ("back", "late", True)
        assert counter.till.money() == counter.hospital.money() == 0
    assert await counter.pushed() == ["payment.refunding", "payment.refunded"]


async def test_what_is_of_no_use_any_more_goes_back(counter: Counter) -> None:
    counter.wants = False
    order = await counter.paid_order()
    counter.till.end_refunds()
    await counter.tell()
    await counter.work()
    assert (await counter.order(order.id)).state == "refunded" and counter.till.money() == 0
    assert counter.hospital.settled == {}


async def test_odd_notices_change_nothing_and_are_written_down(counter: Counter) -> None:
    order = await counter.open()
    payment = await counter.pay(order)
    wrong = Standing(payment.number, "paid", 1, "c1", "o", clock.now())
    stranger = Standing("0" * 32, "paid", 1, "c1", "o", clock.now())
    for n, (account, said, became) in enumerate((
        ("wx", wrong, "wrong_amount"), ("wx", stranger, "unknown"),
        ("other", Standing(payment.number, "paid", 2500, "c1", "o", clock.now()), "unknown"),
    )):
        async with counter.world.context("p") as context:
            assert await hear(context, account, f"n{n}", "X", said) == became
            assert await hear(context, account, f"n{n}", "X", said) == became
    assert (await counter.order(order.id)).state == "paying"


async def test_what_runs_counts_for_the_limit_of_a_day(counter: Counter) -> None:
    limits = counter.world.settings.payment
    for at in range(limits.day_ceiling // limits.ceiling):
        await counter.pay(await counter.open(limits.ceiling, f"a{at}"))
    with pytest.raises(TooMuch):
        await counter.pay(await counter.open(1, "one more"))


async def test_a_channel_that_is_away_is_told_now_and_then_and_keeps_no_other_order_open(counter: Counter) -> None:
    order = await counter.open(minutes=5)
    await counter.pay(order)
    other = await counter.open(about="a2", minutes=5)
    counter.till.faults.away = 1.0
    start = clock.now()
    for minutes in (6, 6.5, 7, 9, 12, 14):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            for _ in range(4):
                await counter.work()
    assert (await counter.order(other.id)).state == "closed"
    async with counter.world.database.reading() as tx:
        told = await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.topic == "payment.close"))
    assert told == 1
    counter.till.faults.away = 0.0
    with time_machine.travel(start + timedelta(minutes=40), tick=False):
        await counter.work()
        assert (await counter.order(order.id)).state == "closed"


async def test_another_sum_at_the_channel_stops_the_order(counter: Counter) -> None:
    order = await counter.open()
    payment = await counter.pay(order)
    async with counter.world.context("p") as context:
        assert (await Hearing(context).hear(Standing(payment.number, "paid", 2400, "c1"))).value == "wrong_amount"
    assert (await counter.order(order.id)).state == "failed"
    with pytest.raises(PaidAlready):
        await counter.pay(order)
    async with counter.world.database.reading() as tx:
        assert (await prove(tx)).faults == ()


async def test_a_channel_that_comes_back_opens_what_was_begun_and_what_is_over_is_left(counter: Counter) -> None:
    first, second = await counter.open(about="a1"), await counter.open(about="a2", minutes=5)
    counter.till.faults.away = 1.0
    payment = await counter.pay(first)
    await counter.pay(second)
    start = clock.now()
    for seconds in range(0, 600, 20):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            await counter.work()
    counter.till.faults.end()
    with time_machine.travel(start + timedelta(minutes=12), tick=False):
        await counter.work()
        assert list(counter.till.accounts) == [payment.number]
    async with counter.world.database.reading() as tx:
        assert not await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.state == "dead"))
