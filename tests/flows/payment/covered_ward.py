"""The counter with a commercial insurer and a public one beside it, and an order on its way between them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast

from flows.notices import store as notices
from flows.payment.covered import store
from flows.payment.covered.covers import Covers
from flows.payment.ledger import store as book
from flows.payment.ledger.proof import prove
from flows.payment.orders import Orders, Owing
from integrations.commercial.port import Commercials
from integrations.his.charges import Item
from integrations.insurance.port import Insurer
from jobs import payment_covered
from tests.flows.payment.commercial import PlayedCommercial, PlayedCommercials, holder
from tests.flows.payment.counter import Counter
from tests.flows.payment.insurer import PlayedInsurer

AMOUNT = 10_000


class Covered:
    """The counter, a commercial insurer that pays half of what it is asked for, and a public one that pays six tenths.
    """

    def __init__(self, counter: Counter) -> None:
        self.counter, self.world = counter, counter.world
        self.insurer = PlayedCommercial(counter.till.faults)
        self.public = PlayedInsurer(counter.till.faults)
        self.world.ports.put(Commercials, cast(Commercials, PlayedCommercials(self.insurer)))
        self.world.ports.put(Insurer, cast(Insurer, self.public))

    async def opened(self) -> Any:
        items = [asdict(Item("阿莫西林胶囊", "西药费", "1 盒", AMOUNT, AMOUNT))]
        async with self.world.context("p") as context:
            return await Orders(context).open(Owing(
                "outpatient", "shop", "a1", 1, "S1", AMOUNT, context.now + timedelta(minutes=15),
                {"title": "门诊费用", "items": items}, bill="B-a1",
            ))

    async def asked(self, order: Any, way: Any = "direct") -> None:
        async with self.world.context("p") as context:
            await Covers(context).ask(order.id, "pinghe", holder(), way)

    async def offered(self) -> Any:
        order = await self.opened()
        await self.asked(order)
        await self.counter.work()
        return order

    async def agreed(self) -> Any:
        order = await self.offered()
        async with self.world.context("p") as context:
            await Covers(context).agree(order.id)
        await self.counter.work()
        return order

    async def paid(self) -> Any:
        """Agreed to, and the payer's own part has come."""
        order = await self.agreed()
        await self.own_part(order, AMOUNT // 2)
        return order

    async def own_part(self, order: Any, amount: int) -> None:
        payment = await self.counter.pay(order)
        assert payment.amount == amount and self.counter.till.pay(payment.number)
        await self.counter.tell()

    async def settled_alone(self) -> Any:
        """Paid by the payer, settled in the hospital."""
        order = await self.opened()
        await self.own_part(order, AMOUNT)
        await self.counter.work()
        assert (await self.counter.order(order.id)).state == "settled"
        return order

    async def back(self) -> None:
        for _ in range(3):
            await self.counter.work()
            self.counter.till.end_refunds()
            await self.counter.tell()
        await self.counter.work()

    async def polled(self) -> None:
        await payment_covered.ask(self.world.workshop.job(name="payment.ask_covers"))
        await self.counter.work()

    async def cover(self, order: Any) -> Any:
        async with self.world.database.reading() as tx:
            return await store.of_order(tx, order.id)

    async def told(self) -> list[tuple[str, str]]:
        """What of claims is told, or was: the claim's state, and the push's."""
        async with self.world.database.reading() as tx:
            rows = await tx.all(notices.push.select().where(notices.push.c.kind == "payment.covered"))
        return [(row.about.rpartition(":")[2], row.state) for row in rows if row.state != "withdrawn"]

    async def balances(self) -> tuple[int, int, int]:
        """What the channel holds, what the insurer owes, what the hospital has; and all books agree."""
        async with self.world.database.reading() as tx:
            assert (await prove(tx)).faults == ()
            return (
                await book.balance(tx, "channel:wx"), await book.balance(tx, "insurer:pinghe"),
                -await book.balance(tx, "hospital:S1"),
            )
