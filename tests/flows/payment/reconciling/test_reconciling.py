"""A day held together from three sides: what was planted is found, put right by rule, and found no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import time_machine
from sqlalchemy import select

from bot.db.outbox import outbox
from bot.errors import OutsideUnavailable
from flows.payment.giving_back import GivingBack
from flows.payment.reconciling.matching import Matching
from integrations.his.charges import Taking
from integrations.paying.port import BillLine, BillTotals
from jobs import payment_days
from tests.flows.payment.counter import Counter
from tests.flows.payment.reconciling.town import DAY, NOON, Day


async def test_a_day_on_which_all_agree_is_balanced_however_often_it_is_run(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        for at in range(3):
            await counter.paid_order(about=f"a{at}")
        order = await counter.paid_order(about="back")
        async with counter.world.context("p") as context:
            await GivingBack(context).whole(order.id, "stopped")
        await counter.work()
        counter.till.end_refunds()
        await counter.tell()
        await counter.work()
        day = Day(counter)
        await day.learn()
        assert len(day.bill or {}) == len(day.takings) == 5
        for _ in range(2):
            await day.run()
            assert (await day.state(), await day.found()) == ("balanced", [])


async def test_each_kind_of_difference_is_found_with_what_each_side_says(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        for at in range(4):
            await counter.paid_order(about=f"a{at}")
        day = Day(counter)
        await day.learn()
        assert day.bill is not None
        numbers = list(day.bill)
        del day.bill[numbers[0]]
        del day.takings[numbers[1]]
        day.bill[numbers[2]] = replace(day.bill[numbers[2]], amount=2400)
        day.bill["strange"] = BillLine("strange", "c9", 700, NOON)
        day.bill["back"] = BillLine(numbers[3], "c3", 300, NOON, "back", "cr")
        day.takings["window"] = Taking("S9", "window", 900, NOON)
        await day.run()
        found = {(row.account, row.kind): (row.channel_amount, row.our_amount, row.hospital_amount)
                 for row in await day.found()}
    assert found == {
        ("wx", "only_ours"): (None, 2500, 2500), ("wx", "not_hospital"): (2500, 2500, None),
        ("wx", "amounts_differ"): (2400, 2500, 2500), ("wx", "only_channel"): (700, None, None),
        ("wx", "refund_differs"): (300, None, None), ("hospital", "only_hospital"): (None, None, 900),
    }
    assert await day.state() == await day.state("hospital") == "differs"


async def test_money_of_which_nobody_told_us_is_asked_after_and_pays_its_order(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        order = await counter.open()
        payment = await counter.pay(order)
        assert counter.till.pay(payment.number)
        counter.till.told.clear()
        day = Day(counter)
        await day.learn()
        await day.run()
        assert [row.kind for row in await day.found()] == ["only_channel"]
        await counter.work()  # by rule: it is asked after, paid, and settled in the hospital
        await counter.work()
        await day.learn()
        await day.run()
        assert [row.state for row in await day.found()] == ["gone"] and await day.state() == "balanced"
        assert (await counter.order(order.id)).state == "settled"


async def test_a_payment_at_midnight_is_no_difference(counter: Counter) -> None:
    with time_machine.travel(NOON + timedelta(hours=11, minutes=59, seconds=59), tick=False) as clock:
        day = Day(counter)
        order = await counter.open()
        payment = await counter.pay(order)
        assert counter.till.pay(payment.number)
        await counter.tell()
        await day.learn()
        clock.shift(timedelta(seconds=30))
        for number, each in day.takings.items():
            day.takings[number] = replace(each, at=each.at + timedelta(minutes=1))
        await counter.work()
        await day.run()
        assert [row.kind for row in await day.found()] == ["not_hospital"]
        await day.run(DAY + timedelta(days=1))
        assert [row.state for row in await day.found()] == ["gone"] and await day.state() == "balanced"


async def test_a_bill_that_does_not_add_up_and_a_silent_hospital_are_told(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        await counter.paid_order()
        day = Day(counter)
        await day.learn()
        for said, state in ((None, "doubtful"), (BillTotals(7, None, None, None), "doubtful"), ("", "balanced")):
            day.said = said
            await day.run()
            assert await day.state() == state
        day.away = OutsideUnavailable("away", system="his")
        await day.run()
        assert await day.state() == "no_hospital" and await day.found() == []
        day.away = None
        day.bill = None
        await day.run()
    assert await day.found() == []


async def test_a_refund_that_takes_days_is_no_difference_on_any_of_them(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        order = await counter.paid_order()
        async with counter.world.context("p") as context:
            await GivingBack(context).whole(order.id, "stopped")
        await counter.work()  # the channel has taken it, and the money is on its way
        day = Day(counter)
        await day.learn()
        assert [line.state for line in (day.bill or {}).values()] == ["", "processing"]
        await day.run()
        assert (await day.state(), await day.found()) == ("balanced", [])
        clock.shift(timedelta(days=6))
        counter.till.end_refunds()
        await counter.tell()
        await counter.work()
        await day.learn()
        await day.run(DAY + timedelta(days=6))  # on which the hospital was told
        assert (await day.state(), await day.state(day=DAY + timedelta(days=6)), await day.found()) == (
            "balanced", "balanced", [])


async def test_a_payment_that_was_taken_back_at_once_and_a_refund_that_failed_moved_nothing(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        await counter.paid_order()
        day = Day(counter)
        await day.learn()
        assert day.bill is not None
        (number,) = day.bill
        day.bill["x"] = BillLine("x", "c", 700, NOON)
        day.bill["rx"] = BillLine("x", "c", 700, NOON, "x", "r")
        day.bill["f"] = BillLine(number, "c", 300, NOON, "f", "r", moved=False)
        await day.run()
        assert (await day.state(), await day.found()) == ("balanced", [])
        day.bill["ours"] = BillLine(number, "c", 2500, NOON, number, "r")
        await day.run()
        assert [(row.kind, row.channel_amount) for row in await day.found()] == [("amounts_differ", 0)]


async def test_of_two_runs_at_once_the_slower_unsays_nothing(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        day = Day(counter)
        day.bill = {"x": BillLine("x", "c", 700, NOON)}
        await day.run()
        async with counter.world.context("p") as context:
            slow = await Matching(context).begin("wx", DAY)
            fast = await Matching(context).begin("wx", DAY)
            await Matching(context).some("wx", DAY, fast, "")
            await Matching(context).some("wx", DAY, slow, "")
            assert await Matching(context).end("wx", DAY, fast, bill=True, takings=True) == "differs"
        assert [row.state for row in await day.found()] == ["open"]


async def test_the_days_of_a_night_are_held_together_one_after_the_other(counter: Counter) -> None:
    with time_machine.travel(NOON + timedelta(days=1), tick=True):
        day = Day(counter)
        await payment_days.nightly(counter.world.workshop.job(name="payment.days"))
        async with counter.world.database.reading() as tx:
            rows = await tx.all(select(outbox.c.lane).where(outbox.c.topic == "payment.reconcile"))
        assert [row.lane for row in rows] == ["payment.reconcile"] * payment_days.LATE
        await counter.work()
        assert await day.state() == "balanced"


async def test_what_many_repairs_change_is_held_together_once(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for at in range(3):
            order = await counter.open(about=f"a{at}")
            payment = await counter.pay(order)
            assert counter.till.pay(payment.number)
        counter.till.told.clear()
        day = Day(counter)
        await day.learn()
        await day.run()
        await counter.work()
        async with counter.world.database.reading() as tx:
            rows = await tx.all(select(outbox.c.id).where(outbox.c.topic == "payment.reconcile"))
        assert len(rows) == 1
        await day.learn()
        clock.shift(timedelta(minutes=2))
        await counter.work()
        assert {row.state for row in await day.found()} == {"gone"} and await day.state() == "balanced"
