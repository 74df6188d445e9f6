"""A phone on which what is owed is paid: the small hospital, its cashier, a channel, and whoever holds the phone."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import select

from bot.db.engine import Database
from flows.directory.service import forget
from flows.patients import store as patients
from integrations.card_pay.client import CARD, CardPay
from integrations.his.cards.embedded import EmbeddedCards
from integrations.his.cashier import store as cashier
from integrations.his.cashier.embedded import EmbeddedCashier
from integrations.his.cashier.written import write
from integrations.his.charges import Charging, Item
from integrations.his.people import patient_id
from integrations.his.seed.charges import Charged
from integrations.paying.port import Asking, PayChannel, PayChannels, Sheet, Way
from jobs import payment as jobs
from jobs import payment_refunds
from tests.flows.booking import ward
from tests.flows.booking.test_pages import Reader
from tests.flows.booking.test_pages import phone as booking_phone
from tests.flows.payment.till import Faults, Till

HOME = "/h5/payment/"
ITEMS = (Item("阿莫西林胶囊", "西药", "2 盒", 1280, 2560), Item("血常规", "化验", "1 次", 2500, 2500))
TOTAL = sum(item.amount for item in ITEMS)


class Alipay(Till):
    channel = "alipay"
    ways: Sequence[Way] = ("inside", "page")

    async def ask_for(self, asking: Asking) -> Sheet:
        return replace(await super().ask_for(asking), inside={}, address=f"https://pay.example/{asking.number}")


class Counters:
    """What is set at this installation: WeChat Pay, Alipay, the hospital's card."""

    def __init__(self, database: Database) -> None:
        self.faults = Faults(random.Random(1))
        self.wechat, self.alipay = Till("wx", self.faults), Alipay("ali", self.faults)
        self.cards = EmbeddedCards(database)
        self.found: dict[str, PayChannel] = {
            "wx": cast(PayChannel, self.wechat), "ali": cast(PayChannel, self.alipay), CARD: CardPay(CARD, self.cards),
        }

    def __getitem__(self, name: str) -> PayChannel:
        return self.found[name]

    def offered(self, account: str) -> Sequence[PayChannel]:
        return list(self.found.values())


class Payer(Reader):
    """`counters` is where the money goes; `settle` lets everything run that is due."""

    counters: Counters

    async def owes(self, who: str = "张三明", items: Sequence[Item] = ITEMS, clinic: str = "1101") -> str:
        """The hospital writes a bill; gives its code."""
        async with self.world.database.transaction() as tx:
            rows = await tx.all(select(patients.person))
            number = next(row.patient_no for row in rows if row.name == who)
            await write(tx, [Charged("outpatient", patient_id(number), clinic, "王静", tx.now, tuple(items))])
            return str(await tx.scalar(select(cashier.bill.c.code).order_by(cashier.bill.c.id.desc()).limit(1)))

    async def bill(self) -> str:
        """The page of the only bill that is listed."""
        await self.get(HOME)
        found = self.links(f"{HOME}(?:bills|orders)/")[0]
        await self.get(found)
        return self.path

    async def pays(self, way: str = "wx:inside") -> str:
        """From the bill to the order's page, whose channel knows of it by then; gives its address."""
        address = await self.bill()
        await self.post(address, way=way)
        order = self.path.partition("?")[0]
        await self.settle()
        await self.get(order)
        return order

    def latest(self, till: Till | None = None) -> str:
        """The number of the latest payment."""
        return list((till or self.counters.wechat).accounts)[-1]

    async def settle(self) -> None:
        for each in (jobs.ask, payment_refunds.ask, jobs.expire, jobs.overdue):
            await each(self.world.workshop.job(name=each.__name__))
        await self.world.drain.once()

    async def rows(self, table: Any) -> list[Any]:
        async with self.world.database.reading() as tx:
            return list(await tx.all(select(table).order_by(table.c.id)))


@asynccontextmanager
async def paying(database: Database) -> AsyncIterator[Payer]:
    async with booking_phone(database) as reader:
        payer = Payer(reader.on, reader.world)
        payer.counters = Counters(database)
        payer.world.ports.put(PayChannels, cast(PayChannels, payer.counters))
        payer.world.ports.put(Charging, EmbeddedCashier(database, payer.world.clock))
        await ward.sync(payer.world)
        forget(payer.world.ports)
        yield payer


__all__ = ["HOME", "TOTAL", "Payer", "paying", "ward"]
