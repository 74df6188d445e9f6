"""What a transcript about fees can be given."""

from __future__ import annotations

from dataclasses import replace

from flows.booking.glance import glance
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from flows.payment import store as payments
from flows.payment.service import PaymentService
from integrations.paying.port import PayChannels
from tests.flows.payment.till import Till
from tests.support.givens import do, given
from tests.support.world import World


@given
async def fee_is_paid(world: World, clinic: str, when: str) -> None:
    """A clinic decides when its fee is paid: hospital, may, must."""
    async with world.database.transaction() as tx:
        await directory.set_rule(tx, clinic, replace(ClinicRule(), paying=when))
    forget(world.ports)
    glance(world.ports).forget()


@do
async def begins_the_fee(world: World, who: str = "a") -> None:
    """On the cashier's page: the latest order, by WeChat Pay."""
    async with world.context(who) as context:
        order = (await context.tx.all(payments.order.select().order_by(payments.order.c.id.desc())))[0]
        await PaymentService(context).pay(order.public_id, "wx", "inside", payer="o-x")
    await world.settle()


@do
async def money_goes_back(world: World) -> None:
    """The channel gives back what it was asked to."""
    till = world.ports[PayChannels]["wx"]
    assert isinstance(till, Till)
    till.end_refunds()
