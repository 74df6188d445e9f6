"""Three sides that agree, into which a test plants what differs: a channel's bill and a hospital's takings in memory,
built of what the counter's till and cashier really did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MethodType
from typing import Any

from sqlalchemy import select

from bot import clock
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.store import difference
from flows.payment.store import payment, refund
from integrations.his.charges import Taking
from integrations.paying.port import BillLine, BillTotals
from jobs import payment_days
from tests.flows.payment.counter import Counter
from tests.flows.payment.paper import Paper, day_of

DAY = date(2027, 3, 1)
NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)


@dataclass
class Day:
    """What channel and hospital will tell of the one day; None for the bill: there is none yet."""

    counter: Counter
    bill: dict[str, BillLine] | None = field(default_factory=dict)
    takings: dict[str, Taking] = field(default_factory=dict)
    said: BillTotals | str | None = ""
    away: Exception | None = None

    def __post_init__(self) -> None:
        async def bill(till: Any, day: date) -> Paper | None:
            if self.bill is None:
                return None
            return Paper([each for each in self.bill.values() if day_of(each.at) == day], self.said)

        async def takings(cashier: Any, day: date) -> AsyncIterator[Taking]:
            if self.away is not None:
                raise self.away
            for each in self.takings.values():
                if day_of(each.at) == day:
                    yield each

        vars(self.counter.till)["bill"] = MethodType(bill, self.counter.till)
        vars(self.counter.hospital)["takings"] = MethodType(takings, self.counter.hospital)

    async def learn(self) -> None:
        """Channel and hospital tell what truly happened at them so far."""
        assert self.bill is not None
        for number, account in self.counter.till.accounts.items():
            if account.state != "paid":
                continue
            paid = self.bill.get(number)
            self.bill[number] = BillLine(
                number, account.channel_number, account.asking.amount, paid.at if paid else clock.now()
            )
            for back in account.backs.values():
                known = self.bill.get(back.refund)
                self.bill[back.refund] = BillLine(
                    number, account.channel_number, back.amount, known.at if known else clock.now(), back.refund,
                    back.channel_refund, state=back.state,
                )
        payments, refunds = await self.books()
        for paid in payments:
            if paid.use == "applied":
                at = self.takings[paid.number].at if paid.number in self.takings else clock.now()
                self.takings[paid.number] = Taking("S", paid.number, paid.amount, at)
        for given in refunds:
            if given.permission and given.told_at:
                number = next(each.number for each in payments if each.id == given.payment_id)
                self.takings[given.number] = Taking("S", number, given.amount, clock.now(), given.number)

    async def books(self) -> tuple[list[Any], list[Any]]:
        async with self.counter.world.database.reading() as tx:
            paid = await tx.all(select(payment).where(payment.c.state == "paid").order_by(payment.c.id))
            return list(paid), list(await tx.all(select(refund).where(refund.c.state == "back").order_by(refund.c.id)))

    async def run(self, day: date = DAY) -> None:
        await payment_days.reconcile(self.counter.world.workshop.job(name="payment.days"), day)

    async def found(self) -> list[Any]:
        async with self.counter.world.database.reading() as tx:
            return list(await tx.all(select(difference).order_by(difference.c.id)))

    async def state(self, account: str = "wx", day: date = DAY) -> str:
        async with self.counter.world.database.reading() as tx:
            row = await days.day_of(tx, account, day)
        assert row is not None
        return str(row.state)
