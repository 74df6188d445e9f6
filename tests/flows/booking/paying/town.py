"""A town that books and pays by lot: patients, a channel, the hospital's registration and its cashier, all of which
lose answers and refuse to be reached, and a process that dies between any two steps."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import time_machine

from bot import clock
from bot.db import outbox as outbox_rows
from bot.db.outbox import outbox
from bot.errors import OutsideRefused, Refusal
from flows.booking import store
from flows.booking.service import BookingService
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.service import StopsService
from flows.booking.stops.service import Wish as Stop
from flows.payment import store as payments
from flows.payment.giving_back import GivingBack
from flows.payment.going_back import GoingBack
from flows.payment.hearing import Hearing
from flows.payment.orders import Orders
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.charges import Charging
from integrations.his.port import HospitalPort
from integrations.paying.port import Back, PayChannels, Standing
from jobs import booking, payment, payment_refunds
from tests.flows.booking import ward
from tests.flows.payment.till import Faults, Killed, Till, Tills
from tests.support.world import World

PEOPLE = ("张三明", "李四海", "王小五", "赵六顺")
ACTS = (
    *["hold"] * 8, *["confirm"] * 10, *["pay"] * 10, *["type"] * 10, *["notice"] * 6, *["time"] * 8, "drop", "release",
    *["cancel"] * 3, *["change"] * 2, "stop", *["choose"] * 3, "refuse", "part",
)


class Shaky:
    """Somebody outside, reached over a bad line: not reached at all, or done with the answer lost."""

    def __init__(self, target: Any, faults: Faults, refuses: set[str]) -> None:
        self._target, self._faults, self._refuses = target, faults, refuses

    def __getattr__(self, name: str) -> Any:
        work: Callable[..., Any] = getattr(self._target, name)

        async def call(*given: Any, **named: Any) -> Any:
            self._faults.before()
            if name in self._refuses:
                self._refuses.discard(name)
                raise OutsideRefused("by_lot", system="his")
            done = await work(*given, **named)
            self._faults.after()
            return done

        return call


class Town:
    def __init__(self, world: World, travel: time_machine.Coordinates, seed: int) -> None:
        self.world, self.travel, self.lot = world, travel, random.Random(seed)
        self.faults = Faults(self.lot, away=0.08, lost=0.1, belated=0.15, killed=0.01)
        self.till, self.refuses = Till("wx", self.faults), set[str]()
        world.ports.put(PayChannels, cast(PayChannels, Tills(self.till)))
        self.notices: list[Standing | Back] = []
        self.persons: list[int] = []
        self.segments: list[int] = []

    async def settle_down(self) -> None:
        """Who lives there, and who sits when; on one day it costs more. From then on the lines are bad."""
        for name in PEOPLE:
            relation = "self" if name == PEOPLE[0] else "other"
            self.persons.append(await ward.person(self.world, "p", name, relation=relation))
        for days in (2, 3, 4):
            fee = 4000 if days == 4 else 2500
            code = await ward.session(self.world, ward.TODAY + timedelta(days=days), capacity=3, fee=fee)
            await ward.sync(self.world)
            self.segments += [row.id for row in await ward.segments(self.world, code)]
        hospital, cashier = self.world.ports[HospitalPort], EmbeddedCashier(self.world.database, self.world.clock)
        self.world.ports.put(HospitalPort, cast(HospitalPort, Shaky(hospital, self.faults, self.refuses)))
        self.world.ports.put(Charging, cast(Charging, Shaky(cashier, self.faults, self.refuses)))

    # --- what happens --------------------------------------------------------------------------------------------

    async def act(self) -> None:
        what = self.lot.choice(ACTS)
        if what == "time":
            self.travel.shift(timedelta(seconds=self.lot.choice((1, 3, 20, 70, 200))))
            await self.work()
        elif what == "type":
            if self.till.accounts:
                self.till.pay(self.lot.choice(list(self.till.accounts)))
            if self.lot.random() < 0.3:
                self.till.end_refunds()
            self.notices += self.till.told
            self.till.told.clear()
        elif what == "notice":
            await self._notice()
        elif what == "refuse":
            self.refuses.add(self.lot.choice(("register", "settle", "may_refund", "move_fee")))
        else:
            try:
                await self._visit(what)
            except Refusal:
                pass

    async def _notice(self) -> None:
        if self.notices:
            said = self.lot.choice(self.notices)
            if self.lot.random() < 0.5:
                self.notices.remove(said)
            async with self.world.context("p") as context:
                if isinstance(said, Standing):
                    await Hearing(context).hear(said)
                else:
                    await GoingBack(context).hear(said)

    async def _visit(self, what: str) -> None:
        async with self.world.context("p") as context:
            service = BookingService(context)
            if what == "hold":
                await service.hold(
                    self.lot.choice(self.segments), self.lot.choice(self.persons), f"r{self.lot.randrange(10**12)}"
                )
                return
            rows = await context.tx.all(store.appointment.select().order_by(store.appointment.c.id))
            orders = await context.tx.all(payments.order.select().order_by(payments.order.c.id))
            row = self.lot.choice(rows) if rows else None
            order = self.lot.choice(orders) if orders else None
            if row is None:
                return
            if what == "confirm":
                row = await service.confirm(row.id)
                if row.state == "booked" and self.lot.random() < 0.5:
                    await service.fees.offer(row)
            elif what == "release":
                await service.release(row.id)
            elif what == "cancel":
                await service.cancel(row.id)
            elif what == "change":
                await service.change(row.id, self.lot.choice(self.segments))
            elif what == "stop":
                await self._stop(context)
            elif what == "choose":
                await self._choose(context)
            elif order is not None:
                await self._order(context, what, order)

    async def _stop(self, context: Any) -> None:
        sessions = await context.tx.all(store.session.select().where(store.session.c.state == "open"))
        if len(sessions) > 2:
            chosen = self.lot.choice(sessions)
            await StopsService(context).stop(Stop(chosen.id, "停诊"), f"s{chosen.id}", source="roster")

    async def _choose(self, context: Any) -> None:
        asked = await Choosing(context).asked()
        if asked:
            each = self.lot.choice(asked)
            await Choosing(context).choose(each.public_id, self.lot.choice(("same", "cancel")))

    async def _order(self, context: Any, what: str, order: Any) -> None:
        if what == "pay":
            await Orders(context).pay(order.id, "wx", "inside")
        elif what == "drop":
            await Orders(context).drop(order.id)
        elif what == "part":
            await GivingBack(context).part(order.id, 1, "asked", f"part:{order.id}", approved=True)

    # --- behind it -----------------------------------------------------------------------------------------------

    async def work(self) -> None:
        try:
            for each in (payment.ask, payment_refunds.ask, payment.expire, payment.overdue, booking.sweep):
                await each(self.world.workshop.job(name=each.__name__))
            await self.world.drain.once()
        except Killed:
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)

    async def rest(self) -> None:
        """Everything is well again, and time passes."""
        self.faults.end()
        self.refuses.clear()
        for turn in range(60):
            self.travel.shift(timedelta(minutes=11 if turn < 20 else 300))
            self.till.end_refunds()
            async with self.world.database.transaction() as tx:
                await outbox_rows.reclaim(tx)
            await self.work()
            async with self.world.database.reading() as tx:
                mine = outbox.c.topic.like("booking.%") | outbox.c.topic.like("payment.%")
                left = await tx.all(outbox.select().where(outbox.c.state.in_(("ready", "taken")), mine))
                if not left and clock.now().date() > ward.TODAY + timedelta(days=1):
                    return
        raise AssertionError(f"it does not come to rest: {left}")
