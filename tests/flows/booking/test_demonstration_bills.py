"""Who opens a phone of the sandbox for the first time finds something to pay there."""

from __future__ import annotations

from collections.abc import Sequence

from bot.db.engine import Database
from flows.booking.played import phones
from flows.patients import played
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.charges import Bill
from integrations.sandbox.phones import openid_of
from tests.flows.booking.test_demonstration import hospital
from tests.support.world import ACCOUNT, World


async def owed(world: World, number: int) -> Sequence[Bill]:
    whose = openid_of(world.settings.accounts[ACCOUNT].app_id, number)
    async with world.database.reading() as tx:
        (person,) = await played.known(tx, ACCOUNT, [whose])
    return await EmbeddedCashier(world.database, world.clock).bills(person.record_number)


async def test_the_first_phones_have_something_to_pay(database: Database) -> None:
    world = await hospital(database)
    job = world.workshop.job(name="booking.played")
    await job.run(lambda context: phones.bring(context, ACCOUNT))
    (first,), (second, stay) = await owed(world, 1), await owed(world, 2)
    assert (first.kind, second.kind, stay.kind) == ("outpatient", "outpatient", "deposit")
    for bill in (first, second, stay):
        assert bill.amount == sum(item.amount for item in bill.items) > 0
    assert first.doctor and second.doctor and not stay.doctor
