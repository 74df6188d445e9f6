"""A change, a cancelling or a long wait while what was paid is on its way to the hospital."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest
import time_machine
from sqlalchemy import select, update

from bot.db.outbox import outbox
from flows.booking.paying.service import MOVED
from flows.booking.pool import store as pool
from flows.booking.service import BookingService
from flows.payment.orders import SETTLE
from integrations.his.charges import Charging
from integrations.his.conduct import Conduct, behave
from tests.flows.booking import ward
from tests.flows.booking.paying.counter import Counter
from tests.support.world import World


class Amid:
    """The hospital's cashier; something happens while it answers to `verb`, once, after the payment is known."""

    def __init__(self, target: Any, verb: str, happens: Callable[[], Awaitable[None]]) -> None:
        self._target, self._verb, self._happens, self._done = target, verb, happens, False

    def __getattr__(self, name: str) -> Any:
        work = getattr(self._target, name)

        async def call(*given: Any, **named: Any) -> Any:
            answer = await work(*given, **named)
            if name == self._verb and not self._done:
                self._done = True
                await self._happens()
            return answer

        return call


@pytest.fixture
async def counter(world: World, travel: time_machine.Coordinates) -> AsyncIterator[Counter]:
    await ward.person(world, "a")
    made = Counter(world, travel)
    await made.rule("must")
    yield made


@pytest.mark.parametrize("verb", ["fee_of", "ask_charge"])
async def test_a_change_while_the_hospital_answers_settles_the_new_one(
    counter: Counter, world: World, verb: str
) -> None:
    first, second = await counter.sits()
    held = await counter.confirmed(first)

    async def change() -> None:
        async with world.context("a") as context:
            await BookingService(context).change(held.id, second)

    world.ports.put(Charging, cast(Charging, Amid(world.ports[Charging], verb, change)))
    await counter.pay(held.pay_order)
    await counter.work(5)
    await counter.work(20)
    order = await counter.order(held.pay_order)
    assert (await counter.row(held.id)).state == "changed" and order.state == "settled"
    async with world.context("a") as context:
        new = await BookingService(context).mine(order.about)
    assert order.bill == f"F{new.registration[1:]}" and await counter.how(new.id) == "paid"
    assert await world.ports[Charging].fee_of(new.registration) is None  # the hospital has it as paid
    assert counter.till.money() == 2500


async def unregistered(counter: Counter, world: World) -> Any:
    """Paid and booked, and the hospital cannot be told of it."""
    held = await counter.confirmed((await counter.sits())[0])
    await behave(world.database, Conduct(unavailable=True))
    await counter.pay(held.pay_order)
    assert (await counter.row(held.id)).state == "booked" and (await counter.order(held.pay_order)).state == "paid"
    return held


async def test_cancelled_after_nobody_asks_any_more_it_goes_back(counter: Counter, world: World) -> None:
    held = await unregistered(counter, world)
    async with world.database.transaction() as tx:  # its tries came to an end
        await tx.update(update(outbox).where(outbox.c.topic == SETTLE).values(state="dead"))
    async with world.context("a") as context:
        await BookingService(context).cancel(held.id)
    await behave(world.database)
    await counter.work(5)
    await counter.work(20)
    assert (await counter.order(held.pay_order)).state == "refunded" and counter.till.money() == 0


async def test_cancelled_without_its_order_it_goes_back(counter: Counter, world: World) -> None:
    """Who cancels in the very moment in which an order is opened does not see it."""
    held = await unregistered(counter, world)
    async with world.database.transaction() as tx:
        assert await pool.end(tx, held.id, "booked", "cancelled", "contact:1")
    await behave(world.database)
    await counter.work(5)
    await counter.work(20)
    assert (await counter.order(held.pay_order)).state == "refunded" and counter.till.money() == 0


async def test_an_old_look_at_what_was_paid_meanwhile_opens_no_second_order(counter: Counter, world: World) -> None:
    await counter.rule("may")
    old = await counter.confirmed((await counter.sits())[0])
    async with world.context("a") as context:
        first = await BookingService(context).fees.offer(old)
    await counter.pay(first)
    async with world.context("a") as context:
        assert await BookingService(context).fees.offer(old) == first


async def test_changed_twice_what_the_hospital_has_is_moved_in_this_order(counter: Counter, world: World) -> None:
    first, second = await counter.sits()
    third = (await counter.sits(4))[0]
    held = await counter.confirmed(first)
    await counter.pay(held.pay_order)
    async with world.context("a") as context:
        between = await BookingService(context).change(held.id, second)
        new = await BookingService(context).change(between.id, third)
    async with world.database.reading() as tx:
        lanes = [row.lane for row in await tx.all(select(outbox.c.lane).where(outbox.c.topic == MOVED))]
    assert len(lanes) == 2 and len(set(lanes)) == 1 and lanes[0]
    await counter.work(2)
    row = await counter.row(new.id)
    assert row.pay_order == held.pay_order and await counter.how(row.id) == "paid"
    assert await world.ports[Charging].fee_of(row.registration) is None
