"""Exactly what was planted is found, whatever it is, through the database and all of the night's work; and what one
person explains another confirms."""

from __future__ import annotations

import random
from dataclasses import replace

import time_machine

from bot.access.audit import store as audit
from flows.payment.reconciling.adjusting import Adjusting
from integrations.his.charges import Taking
from integrations.paying.port import BillLine
from tests.flows.payment.counter import Counter
from tests.flows.payment.reconciling.town import NOON, Day

PLANTS = ("fine", "only_ours", "not_hospital", "amounts_differ", "hospital_amount", "unknown", "window", "refund")


async def test_exactly_what_was_planted_is_found(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        for at in range(16):
            await counter.paid_order(1000 + at, about=f"a{at}")
        day = Day(counter)
        await day.learn()
        honest = (dict(day.bill or {}), dict(day.takings))
        lot = random.Random(4)
        for _ in range(4):
            day.bill, day.takings = dict(honest[0]), dict(honest[1])
            planted = {f"p:{number}": kind for number in honest[0] if (kind := plant(day, number, lot))}
            expected = {key.replace("p:", PREFIX.get(kind, "p:")): kind for key, kind in planted.items()}
            await day.run()
            found = {row.name: row.kind for row in await day.found() if row.state != "gone"}
            assert found == expected
        day.bill, day.takings = honest
        await day.run()
        assert {row.state for row in await day.found()} == {"gone"} and await day.state() == "balanced"


PREFIX = {"only_channel": "p:x", "only_hospital": "p:w", "refund_differs": "r:b"}


def plant(day: Day, number: str, lot: random.Random) -> str:
    """Change the three sides of one payment; gives the kind that this is, "" for none."""
    assert day.bill is not None
    line, taking = day.bill[number], day.takings[number]
    what = lot.choice(PLANTS)
    if what == "only_ours":
        del day.bill[number]
    elif what == "not_hospital":
        del day.takings[number]
    elif what == "amounts_differ":
        day.bill[number] = replace(line, amount=line.amount + lot.choice((-1, 1)))
    elif what == "hospital_amount":
        day.takings[number] = replace(taking, amount=taking.amount - 1)
        return "amounts_differ"
    elif what == "unknown":
        day.bill[f"x{number}"] = BillLine(f"x{number}", "c", 5, NOON)
        return "only_channel"
    elif what == "window":
        day.takings[f"w{number}"] = Taking("S9", f"w{number}", 5, NOON)
        return "only_hospital"
    elif what == "refund":
        day.bill[f"b{number}"] = BillLine(number, "c", 5, NOON, f"b{number}", "cr")
        return "refund_differs"
    return "" if what == "fine" else what


async def test_what_one_explains_another_confirms(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=True):
        day = Day(counter)
        day.bill = {"x": BillLine("x", "c", 5, NOON)}
        await day.run()
        (row,) = await day.found()
        async with counter.world.context("p") as context:
            acts = Adjusting(replace(context, actor="staff:one"))
            assert not await acts.repair(row.public_id)  # nobody here ever gave that number
            assert await acts.want(row.public_id, "渠道测试单") and not await acts.want(row.public_id, "渠道测试单")
            assert not await acts.approve(row.public_id)
        await day.run()
        assert await day.state() == "differs"
        async with counter.world.context("p") as context:
            acts = Adjusting(replace(context, actor="staff:two"))
            assert await acts.approve(row.public_id) and not await acts.decline(row.public_id)
        assert await day.state() == "balanced"
        await day.run()
        assert ((await day.found())[0].state, await day.state()) == ("adjusted", "balanced")
        day.bill["x"] = BillLine("x", "c", 6, NOON)  # it is another matter now
        await day.run()
        assert ((await day.found())[0].state, await day.state()) == ("open", "differs")
        async with counter.world.database.reading() as tx:
            assert [entry.act for entry in await tx.all(audit.entries.select())] == [
                "payment.difference_adjust", "payment.difference_approved"]
