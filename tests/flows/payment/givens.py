"""What a payment transcript can be given."""

from __future__ import annotations

import random
from typing import cast

from flows.patients import store as patients
from flows.payment.checkout import Checkout
from flows.payment.service import PaymentService
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.cashier.written import write
from integrations.his.charges import Charging
from integrations.his.people import patient_id
from integrations.his.seed.charges import Charged
from integrations.insurance.port import Insurer
from integrations.paying.port import PayChannels
from tests.flows.payment.insurer import PlayedInsurer
from tests.flows.payment.phone import ITEMS, Counters
from tests.flows.payment.till import Faults, Till
from tests.support.givens import do, given
from tests.support.world import World


@given
async def cashier_of_the_hospital(world: World) -> None:
    """It takes what is owed, by WeChat Pay, Alipay and its card."""
    world.ports.put(Charging, EmbeddedCashier(world.database, world.clock))
    world.ports.put(PayChannels, cast(PayChannels, Counters(world.database)))


@given
async def owes(world: World, name: str, clinic: str = "1101") -> None:
    """The hospital wrote a bill of 50.60."""
    async with world.database.transaction() as tx:
        row = next(each for each in await tx.all(patients.person.select()) if each.name == name)
        assert row.patient_no is not None
        await write(tx, [Charged("outpatient", patient_id(row.patient_no), clinic, "王静", tx.now, ITEMS)])


@given
async def insurance(world: World, percent: str = "60") -> None:
    """It pays so much of every bill."""
    world.ports.put(Insurer, cast(Insurer, PlayedInsurer(Faults(random.Random(1)), int(percent))))


@do
async def insurance_refuses(world: World, verb: str, code: str) -> None:
    insurer = world.ports[Insurer]
    assert isinstance(insurer, PlayedInsurer)
    insurer.refuses = {verb: code}


@do
async def wants_the_insurance(world: World, who: str = "a") -> None:
    """On the page, with consent and an electronic voucher: for the first bill of the first person."""
    async with world.context(who) as context:
        owed = (await Checkout(context).owes())[0]
        order = await Checkout(context).begin(owed.person.public_id, owed.bills[0].bill.code)
        await PaymentService(context).insure(order.public_id, "3300330102199003074512")


@do
async def insurance_answers(world: World) -> None:
    await world.settle()


@do
async def agrees_and_pays(world: World, who: str = "a") -> None:
    """On the page: their own part by WeChat Pay, where there is one."""
    async with world.context(who) as context:
        public = (await Checkout(context).under_way())[0].public_id
        if (await PaymentService(context).agree(public)).own:
            await PaymentService(context).pay(public, "wx", "inside", payer="o-x")
    await world.settle()


@do
async def begins_to_pay(world: World, who: str = "a") -> None:
    """On the page: the first bill of the first person, by WeChat Pay."""
    async with world.context(who) as context:
        owed = (await Checkout(context).owes())[0]
        order = await Checkout(context).begin(owed.person.public_id, owed.bills[0].bill.code)
        await PaymentService(context).pay(order.public_id, "wx", "inside", payer="o-x")
    await world.settle()


@do
async def says_it_is_paid(world: World, who: str = "a") -> None:
    """And the channel cannot be reached."""
    till = world.ports[PayChannels]["wx"]
    assert isinstance(till, Till)
    till.faults.away = 1.0
    async with world.context(who) as context:
        await PaymentService(context).claimed((await Checkout(context).under_way())[0].public_id)


@do
async def money_comes(world: World) -> None:
    """The channel has it, and can be reached again."""
    till = world.ports[PayChannels]["wx"]
    assert isinstance(till, Till)
    till.faults.end()
    for number in list(till.accounts):
        assert till.pay(number)
