"""A notice that never comes is made up by asking: 2 s, 5 s, 15 s, 1 min, 5 min, 1 h and 1 day after the opening.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine

from bot import clock
from flows.payment.rules import ASKS
from integrations.paying.port import Standing
from tests.flows.payment.counter import Counter

SECONDS = (2, 5, 15, 60, 300, 3600, 86_400)
SHORT = timedelta(milliseconds=200)


def heard(counter: Counter) -> list[str]:
    """The numbers that the channel is asked about, from now on."""
    asked: list[str] = []
    standing = counter.till.standing

    async def watched(number: str) -> Standing:
        asked.append(number)
        return await standing(number)

    vars(counter.till)["standing"] = watched
    return asked


async def begun(counter: Counter) -> tuple[Any, Any, list[str]]:
    order = await counter.open(minutes=3 * 24 * 60)
    payment = await counter.pay(order)
    return order, payment, heard(counter)


async def test_a_channel_is_asked_at_these_times_and_no_others(counter: Counter) -> None:
    assert tuple(each.total_seconds() for each in ASKS) == SECONDS
    with time_machine.travel(clock.now(), tick=False) as at:
        _, payment, asked = await begun(counter)
        opened = clock.now()
        for count, seconds in enumerate(SECONDS):
            at.move_to(opened + timedelta(seconds=seconds) - SHORT)
            await counter.work()
            assert len(asked) == count, seconds
            at.move_to(opened + timedelta(seconds=seconds))
            await counter.work()
            await counter.work()
            assert asked == [payment.number] * (count + 1), seconds
        at.move_to(opened + timedelta(days=2))
        await counter.work()
        assert len(asked) == len(SECONDS)


async def test_each_of_the_questions_may_be_the_one_that_hears_of_it(counter: Counter) -> None:
    for n, seconds in enumerate(SECONDS):
        with time_machine.travel(clock.now() + timedelta(days=3 * n), tick=False) as at:
            order = await counter.open(about=f"a{n}", minutes=3 * 24 * 60)
            payment = await counter.pay(order)
            before, opened = SECONDS[:n], clock.now()
            for each in before:
                at.move_to(opened + timedelta(seconds=each))
                await counter.work()
            assert counter.till.pay(payment.number)
            counter.till.told.clear()  # the notice is lost
            at.move_to(opened + timedelta(seconds=seconds))
            await counter.work()
            assert (await counter.order(order.id)).state == "settled", seconds


async def test_a_notice_makes_the_rest_needless(counter: Counter) -> None:
    with time_machine.travel(clock.now(), tick=False) as at:
        _, payment, asked = await begun(counter)
        assert counter.till.pay(payment.number)
        await counter.tell()
        at.shift(timedelta(days=2))
        await counter.work()
        assert asked == []
