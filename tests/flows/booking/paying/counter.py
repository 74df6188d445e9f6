"""One patient at the counter: what is booked, paid and settled, step by step."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, cast

import time_machine
from sqlalchemy import select

from flows.booking import store
from flows.booking.glance import glance
from flows.booking.neighbours import Neighbours
from flows.booking.service import BookingService
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.directory.service import forget
from flows.notices import store as pushes
from flows.payment import store as payments
from flows.payment.orders import Orders
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.charges import Charging
from integrations.paying.port import PayChannels
from jobs import booking, payment, payment_refunds
from tests.flows.booking import ward
from tests.flows.payment.till import Faults, Till, Tills
from tests.support.world import World


class Counter:
    """One patient, one channel, the hospital and its cashier."""

    def __init__(self, world: World, travel: time_machine.Coordinates) -> None:
        self.world, self.travel = world, travel
        self.till = Till("wx", Faults(random.Random(1), belated=1.0))
        world.ports.put(PayChannels, cast(PayChannels, Tills(self.till)))
        world.ports.put(Charging, cast(Charging, EmbeddedCashier(world.database, world.clock)))

    async def rule(self, when: str) -> None:
        async with self.world.database.transaction() as tx:
            await directory.set_rule(tx, "1101", ClinicRule(paying=when))
        forget(self.world.ports)
        glance(self.world.ports).forget()

    async def sits(self, days: int = 3, fee: int = 2500) -> list[int]:
        code = await ward.session(self.world, ward.TODAY + timedelta(days=days), fee=fee)
        await ward.sync(self.world)
        return [row.id for row in await ward.segments(self.world, code)]

    async def confirmed(self, segment: int) -> Any:
        async with self.world.context("a") as context:
            service = BookingService(context)
            person = (await Neighbours(context).persons())[0]
            held = await service.hold(segment, person.id, f"r{segment}")
            return await service.confirm(held.id)

    async def pay(self, public: str) -> None:
        await self.begin(public)
        assert self.till.pay(self.till_number())
        await self.work()

    async def begin(self, public: str) -> None:
        async with self.world.context("a") as context:
            order = await payments.order_of_public(context.tx, public)
            assert order is not None
            await Orders(context).pay(order.id, "wx", "inside")
        await self.work()

    def till_number(self) -> str:
        return list(self.till.accounts)[-1]

    async def work(self, minutes: float = 1) -> None:
        """What is due now, and what a minute later is due of it."""
        for _ in range(3):
            self.till.end_refunds()
            self.travel.shift(timedelta(minutes=minutes / 3))
            for each in (payment.ask, payment_refunds.ask, payment.expire, booking.sweep):
                await each(self.world.workshop.job(name=each.__name__))
            await self.world.drain.once()

    async def row(self, key: int) -> Any:
        async with self.world.database.reading() as tx:
            return await store.appointment_by(tx, key)

    async def order(self, public: str) -> Any:
        async with self.world.database.reading() as tx:
            return await payments.order_of_public(tx, public)

    async def how(self, key: int) -> str:
        async with self.world.context("a") as context:
            service = BookingService(context)
            return str((await service.facts(await service.mine(key)))["pay"]["how"])

    async def pushed(self) -> list[str]:
        async with self.world.database.reading() as tx:
            rows = await tx.all(select(pushes.push.c.kind).where(pushes.push.c.state != "withdrawn"))
        return [row.kind for row in rows]
