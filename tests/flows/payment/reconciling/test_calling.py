"""Finance is sent a text message about days that did not balance: once a morning, with how it stands by then."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
import time_machine
from pydantic import ValidationError

from bot.db.engine import Database
from bot.settings_payment import Payment
from flows.payment.owners import Owners
from flows.payment.reconciling.calling import PATIENCE
from integrations.his.charges import Charging
from integrations.paying.port import BillLine, PayChannels
from jobs import payment_days
from tests.flows.payment.counter import Counter
from tests.flows.payment.reconciling.town import NOON, Day
from tests.flows.payment.till import Tills
from tests.support.world import World
from tests.support.world import test_settings as settings_of_a_test

NUMBERS = ("13900000001", "13900000002")
MORNING = NOON + timedelta(days=1)


@pytest.fixture
def counter(database: Database) -> Counter:
    """As everybody's, with two numbers of finance."""
    made = Counter(World(database, settings=settings_of_a_test(payment=Payment(tell=NUMBERS))))
    made.world.ports.put(PayChannels, cast(PayChannels, Tills(made.till)))
    made.world.ports.put(Charging, cast(Charging, made.hospital))
    made.world.ports.put(Owners, Owners([made]))
    return made


async def night(counter: Counter) -> None:
    await payment_days.nightly(counter.world.workshop.job(name="payment.days"))
    await counter.work()


async def test_each_number_is_told_once_a_morning_and_again_the_next(counter: Counter) -> None:
    with time_machine.travel(MORNING, tick=False) as clock:
        day = Day(counter, bill={"x": BillLine("x", "c", 700, NOON)})
        await night(counter)
        await night(counter)
        assert await day.state() == "differs" and not counter.world.sms.sent
        clock.shift(PATIENCE)
        await counter.work()
        told = ("payment.unbalanced", {"days": "1", "differences": "1"})
        assert counter.world.sms.sent == [(number, *told) for number in NUMBERS]
        clock.shift(timedelta(days=1))
        await night(counter)
        clock.shift(PATIENCE)
        await counter.work()
        assert len(counter.world.sms.sent) == 4


async def test_nobody_is_told_where_all_agree_or_was_put_right_meanwhile(counter: Counter) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        order = await counter.open()
        payment = await counter.pay(order)
        assert counter.till.pay(payment.number)
        counter.till.told.clear()  # nobody told us: a rule asks after it
        day = Day(counter)
        await day.learn()
        clock.move_to(MORNING)
        await night(counter)
        assert await day.state() == "differs"
        await counter.work()  # by rule
        clock.move_to(NOON)
        await day.learn()
        clock.move_to(MORNING + timedelta(minutes=10))
        await day.run()
        assert await day.state() == "balanced" and {row.state for row in await day.found()} == {"gone"}
        clock.shift(PATIENCE)
        await counter.work()
        assert not counter.world.sms.sent


@pytest.mark.parametrize("number", ["1390000000", "+8613900000001", "12900000001", ""])
def test_a_number_that_is_none_is_named_at_start(number: str) -> None:
    with pytest.raises(ValidationError):
        Payment(tell=(number,))
