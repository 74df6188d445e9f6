"""The whole way: our cashier asks, the played WeChat Pay takes the money, its notices come as they please."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bot import clock
from bot.db.engine import Database
from bot.errors import OutsideUnknown
from flows.payment import store
from flows.payment.orders import Orders
from integrations.paying.port import PayChannels
from integrations.sandbox.pay.notifier import Letter
from jobs import payment as jobs
from jobs import payment_refunds
from jobs.job import Job
from tests.integrations.wechat_pay.counter import Counter, open_counter
from tests.support.world import World
from tests.webhooks.wechat_pay.caller import Till, till


class One:
    """The one merchant, whose channel is the counter's."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def __getitem__(self, name: str) -> Any:
        return self._counter.client

    def offered(self, account: str) -> list[Any]:
        return [self._counter.client]


@dataclass
class Street:
    ours: Till
    counter: Counter

    @property
    def job(self) -> Job:
        return self.ours.world.workshop.job(name="payment.test")

    async def begin(self, about: str) -> Any:
        """An order whose payment is known to the channel; the payment."""
        payment = await self.ours.open(about, opened=False)
        await jobs.open_(self.job, {"payment": payment.id, "payer": "o-a"})
        return await self.ours.payment(payment.number)

    async def deliver(self, letter: Letter, times: int = 1) -> None:
        for _ in range(times):
            headers, body = letter.make()
            assert await self.ours.post({"headers": headers, "body": body}) == 204

    async def refunds(self, payment: Any) -> list[Any]:
        async with self.ours.world.database.reading() as tx:
            return list(await store.refunds_of(tx, payment.order_id))


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Street]:
    world = World(database)
    async with till(world) as ours, open_counter() as counter:
        world.ports.put(PayChannels, One(counter))
        yield Street(ours, counter)


async def test_repeated_and_delayed(street: Street) -> None:
    payment = await street.begin("thing")
    assert payment.state == "open" and street.counter.pay(payment.number, "o-a")
    with time_machine.travel(clock.now() + timedelta(minutes=4), tick=False):
        await street.deliver(street.counter.told[0], times=3)
    found = await street.ours.payment(payment.number)
    assert (found.state, found.use) == ("paid", "applied")
    assert [became for _, became in await street.ours.notices()] == ["apply"]


async def test_lost_answers_and_lost_notices_are_asked_for(street: Street) -> None:
    payment = await street.ours.open("thing", opened=False)
    street.counter.switch("/v3/pay/transactions/jsapi", late=500)
    with pytest.raises(OutsideUnknown):
        await jobs.open_(street.job, {"payment": payment.id, "payer": "o-a"})
    await jobs.open_(street.job, {"payment": payment.id, "payer": "o-a"})
    assert len(street.counter.play.purse.trades) == 1 and street.counter.pay(payment.number, "o-a")
    with time_machine.travel(clock.now() + timedelta(seconds=3), tick=False):
        await jobs.ask(street.job)
    assert (await street.ours.payment(payment.number)).use == "applied"
    await street.deliver(street.counter.told[0])  # it was only late
    assert [became for _, became in await street.ours.notices()] == ["nothing"]


async def test_paid_after_the_close_goes_back_whatever_comes_first(street: Street) -> None:
    payment = await street.begin("thing")
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False) as now:
        async with street.ours.world.context() as context:
            await Orders(context).expire(payment.order_id)
        await jobs.close(street.job, {"payment": payment.id})
        assert (await street.ours.payment(payment.number)).state == "closed"
        street.counter.play.purse.conduct.belated = True
        assert street.counter.pay(payment.number, "o-a")
        await street.deliver(street.counter.told[0], times=2)
        (back,) = await street.refunds(payment)
        assert (await street.ours.payment(payment.number)).use == "excess" and back.amount == 1250
        street.counter.play.purse.conduct.refunds = "slow"
        street.counter.switch("/v3/refund/domestic/refunds", cut="after")
        with pytest.raises(OutsideUnknown):
            await payment_refunds.refund(street.job, {"refund": back.id})
        street.counter.play.finish_refunds()
        await street.deliver(street.counter.told[-1])  # told of before we know that it was taken
        await street.deliver(street.counter.told[0])
        await payment_refunds.refund(street.job, {"refund": back.id})
        now.shift(timedelta(minutes=1))
        await street.deliver(street.counter.told[-1], times=2)
    assert [each.state for each in await street.refunds(payment)] == ["back"]
    assert street.counter.play.purse.trades[payment.number].given_back == 1250
