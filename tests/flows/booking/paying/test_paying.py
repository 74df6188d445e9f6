"""A fee that is paid before it is booked, or before the visit: what is asked, and what becomes of the money."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import time_machine

from bot.settings_fees import Fees
from flows.booking import store
from flows.booking.behalf.service import Behalf
from flows.booking.neighbours import Neighbours
from flows.booking.service import BookingService
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.service import StopsService
from flows.booking.stops.service import Wish as Stop
from integrations.his.charges import Charging
from integrations.his.conduct import Conduct, behave
from tests.flows.booking import ward
from tests.flows.booking.paying.counter import Counter
from tests.support.world import World


@pytest.fixture
async def counter(world: World, travel: time_machine.Coordinates) -> AsyncIterator[Counter]:
    await ward.person(world, "a")
    made = Counter(world, travel)
    await made.rule("must")
    yield made


def test_a_slot_is_kept_shorter_than_the_hospital_keeps_it() -> None:
    with pytest.raises(ValueError, match="lock"):
        Fees(minutes=14, lock_minutes=16)
    assert Fees(minutes=13, lock_minutes=16).minutes == 13


async def test_confirming_twice_asks_once_and_money_books(counter: Counter) -> None:
    segment = (await counter.sits())[0]
    first, second = await counter.confirmed(segment), await counter.confirmed(segment)
    assert first.state == second.state == "held" and first.pay_order == second.pay_order
    assert first.id == second.id and await counter.how(first.id) == "due"
    await counter.pay(first.pay_order)
    row, order = await counter.row(first.id), await counter.order(first.pay_order)
    assert (row.state, order.state, order.bill) == ("booked", "settled", f"F{row.registration[1:]}")
    assert await counter.how(row.id) == "paid" and (await counter.pushed()).count("booking.booked") == 1


async def test_nothing_is_asked_where_nothing_is_owed_or_staff_book(counter: Counter, world: World) -> None:
    free = await counter.confirmed((await counter.sits(3, fee=0))[0])
    assert free.state == "booked" and free.pay_order is None and await counter.how(free.id) == "free"
    segment = (await counter.sits(4))[0]
    async with world.context("a") as context:
        person = (await Neighbours(context).persons())[0]
        row = await (await Behalf.of(context, person, "phone", lambda clinic, doctor: True)).book(segment, "desk:1")
    assert row.state == "booked" and row.pay_order is None and await counter.how(row.id) == "may"


async def test_money_that_comes_after_the_slot_is_gone_goes_back(counter: Counter) -> None:
    held = await counter.confirmed((await counter.sits())[0])
    await counter.begin(held.pay_order)
    await counter.work(15)
    assert (await counter.row(held.id)).state == "expired" and (await counter.order(held.pay_order)).state == "closed"
    assert counter.till.pay(counter.till_number())
    await counter.work(70)
    await counter.work(60 * 26)
    assert counter.till.money() == 0
    pushed = await counter.pushed()
    assert "booking.unpaid" in pushed and "payment.refunding" in pushed and "booking.booked" not in pushed


async def test_giving_up_while_it_is_being_paid_ends_the_order(counter: Counter, world: World) -> None:
    held = await counter.confirmed((await counter.sits())[0])
    await counter.begin(held.pay_order)
    assert counter.till.pay(counter.till_number())  # in this very moment
    async with world.context("a") as context:
        assert await BookingService(context).release(held.id)
    await counter.work(2)
    await counter.work(20)
    assert (await counter.row(held.id)).state == "released"
    assert (await counter.order(held.pay_order)).state == "refunded" and counter.till.money() == 0


async def test_what_the_hospital_does_not_take_goes_back(counter: Counter, world: World) -> None:
    held = await counter.confirmed((await counter.sits())[0])
    await behave(world.database, Conduct(refuse={"register": "number_taken"}))
    await counter.pay(held.pay_order)
    await behave(world.database)
    await counter.work(2)
    await counter.work(20)
    assert (await counter.row(held.id)).state == "refused" and await counter.how(held.id) == "refunded"
    assert (await counter.order(held.pay_order)).state == "refunded" and counter.till.money() == 0
    assert "booking.refused" in await counter.pushed()


async def test_a_bill_that_the_hospital_will_not_have_paid_leaves_the_appointment(
    counter: Counter, world: World
) -> None:
    held = await counter.confirmed((await counter.sits())[0])
    await behave(world.database, Conduct(refuse={"settle": "bill_paid"}))
    await counter.pay(held.pay_order)
    await behave(world.database)
    await counter.work(2)
    await counter.work(20)
    assert (await counter.row(held.id)).state == "booked" and await counter.how(held.id) == "refunded"
    assert counter.till.money() == 0


async def test_a_change_takes_what_was_paid_along(counter: Counter, world: World) -> None:
    first, second = await counter.sits()
    held = await counter.confirmed(first)
    await counter.pay(held.pay_order)
    async with world.context("a") as context:
        new = await BookingService(context).change(held.id, second)
    await counter.work(2)
    row, order = await counter.row(new.id), await counter.order(held.pay_order)
    assert row.pay_order == held.pay_order and order.about == row.public_id and order.state == "settled"
    assert await counter.how(row.id) == "paid"
    assert await world.ports[Charging].fee_of(row.registration) is None  # the hospital has it as paid


async def test_a_change_to_another_price_gives_back_and_asks_anew(counter: Counter, world: World) -> None:
    held = await counter.confirmed((await counter.sits(3))[0])
    dearer = (await counter.sits(4, fee=4000))[0]
    await counter.pay(held.pay_order)
    async with world.context("a") as context:
        new = await BookingService(context).change(held.id, dearer)
    await counter.work(2)
    await counter.work(20)
    assert (await counter.order(held.pay_order)).state == "refunded" and counter.till.money() == 0
    assert new.pay_order is None and await counter.how(new.id) == "may"


async def test_cancelling_in_time_and_a_stop_give_all_back(counter: Counter, world: World) -> None:
    first, second = await counter.sits()
    one = await counter.confirmed(first)
    await counter.pay(one.pay_order)
    async with world.context("a") as context:
        row = await BookingService(context).cancel(one.id)
        assert (await BookingService(context).facts(row))["pay"]["how"] == "refunding"
    two = await counter.confirmed(second)
    await counter.pay(two.pay_order)
    async with world.context("a") as context:
        session = (await context.tx.all(store.session.select()))[0]
        await StopsService(context).stop(Stop(session.id, "医生有事"), "stop:1", source="roster")
        choice = (await Choosing(context).asked())[0]
        await Choosing(context).choose(choice.public_id, "cancel")
    await counter.work(2)
    await counter.work(20)
    assert counter.till.money() == 0
    for each in (one, two):
        assert (await counter.order(each.pay_order)).state == "refunded" and await counter.how(each.id) == "refunded"


async def test_what_may_be_paid_online_is_offered_once_and_settled(counter: Counter, world: World) -> None:
    await counter.rule("may")
    row = await counter.confirmed((await counter.sits())[0])
    assert row.state == "booked" and await counter.how(row.id) == "may"
    publics = []
    for _ in range(2):
        async with world.context("a") as context:
            service = BookingService(context)
            publics.append(await service.fees.offer(await service.mine(row.id)))
    assert publics[0] == publics[1]
    await counter.pay(publics[0])
    assert await counter.how(row.id) == "paid" and (await counter.order(publics[0])).state == "settled"
    async with world.context("a") as context:
        service = BookingService(context)
        assert await service.fees.offer(await service.mine(row.id)) == publics[0]
