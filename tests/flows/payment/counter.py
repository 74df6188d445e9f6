"""A counter for tests: one payer, one channel, one hospital, and an owner that writes down what it is told."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.context import Context
from flows.notices import store as pushes
from flows.payment import store
from flows.payment.notices import hear
from flows.payment.orders import Orders, Owing
from jobs import payment as jobs
from jobs import payment_refunds
from tests.flows.payment.hospital import Cashier
from tests.flows.payment.till import Faults, Till
from tests.support.world import World


class Counter:
    name = "shop"
    tells = False

    def __init__(self, world: World) -> None:
        self.world = world
        faults = Faults(random.Random(1))
        self.till, self.hospital = Till("wx", faults), Cashier(faults)
        self.wants, self.heard = True, list[str]()
        self.notices = itertools.count(1)

    async def paid(self, context: Context, order: Any) -> bool:
        self.heard.append("paid")
        return self.wants

    async def bill(self, context: Context, order: Any) -> str:
        return str(order.bill)

    async def settled(self, context: Context, order: Any) -> None:
        self.heard.append("settled")

    async def closed(self, context: Context, order: Any) -> None:
        self.heard.append("closed")

    async def unsettled(self, context: Context, order: Any) -> None:
        self.heard.append("unsettled")

    # --- what happens at it --------------------------------------------------------------------------------------

    async def open(self, amount: int = 2500, about: str = "a1", who: str = "p", minutes: int = 15) -> Any:
        async with self.world.context(who) as context:
            return await Orders(context).open(Owing(
                "test", "shop", about, 1, "S1", amount, context.now + timedelta(minutes=minutes), {"title": "测试费"},
                bill=f"B-{about}",
            ))

    async def pay(self, order: Any, who: str = "p") -> Any:
        async with self.world.context(who) as context:
            payment = await Orders(context).pay(order.id, "wx", "inside")
        await self.work()
        return payment

    async def paid_order(self, amount: int = 2500, about: str = "a1") -> Any:
        """An order that was opened, paid and settled."""
        order = await self.open(amount, about)
        payment = await self.pay(order)
        assert self.till.pay(payment.number)
        await self.tell()
        await self.work()
        return await self.order(order.id)

    async def tell(self) -> None:
        """The notices of the channel arrive."""
        for said in self.till.told:
            async with self.world.context("p") as context:
                await hear(context, "wx", f"notice-{next(self.notices)}", "TEST", said)
        self.till.told.clear()

    async def work(self) -> None:
        for each in (jobs.ask, payment_refunds.ask, jobs.expire, jobs.overdue):
            await each(self.world.workshop.job(name=each.__name__))
        await self.world.drain.once()

    async def order(self, order_id: int) -> Any:
        async with self.world.database.reading() as tx:
            return await store.lock(tx, order_id)

    async def refunds(self, order_id: int) -> list[Any]:
        async with self.world.database.reading() as tx:
            return list(await store.refunds_of(tx, order_id))

    async def pushed(self) -> list[str]:
        """Kinds of push that were written and not withdrawn."""
        async with self.world.database.reading() as tx:
            rows = await tx.all(select(pushes.push.c.kind).where(pushes.push.c.state != "withdrawn"))
        return [row.kind for row in rows]
