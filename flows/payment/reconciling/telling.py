"""What the three sides tell of a day is taken down, a batch in a transaction, and counts once it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.context import Context
from flows.payment.covered.rules import reversal
from flows.payment.reconciling.covers import store as covers
from flows.payment.reconciling.rules import NOWHERE, Counted, Side
from flows.payment.reconciling.statements import store
from integrations.commercial.port import Commercials
from integrations.insurance.port import Insurer
from integrations.paying.port import BillLine

SLICE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a side: a payment of ours by its number, or (`refund`) what of it went back. A payment that was taken
    back itself, in one go, has `amount` below zero: it and its payment come to nothing."""

    number: str
    amount: int
    at: datetime
    refund: str = ""
    outside: str = ""
    fee: int = 0
    moved: bool = True
    """False: it counts in the sums of its bill, and is held against nothing."""

    @property
    def name(self) -> str:
        return f"r:{self.refund}"[:72] if self.refund else f"p:{self.number}"[:72]


def told_of(each: BillLine) -> Told:
    """A line of a channel's bill."""
    reversal = each.refund == each.number
    return Told(
        each.number, -each.amount if reversal else each.amount, each.at, "" if reversal else each.refund,
        each.channel_refund or each.channel_number, each.fee, each.moved,
    )


class Telling:
    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def begin(self, side: Side, account: str, day: date) -> int:
        return await store.begin(self.tx, side, account, day, self.context.actor)

    async def add(self, number: int, side: Side, account: str, day: date, told: Sequence[Told]) -> None:
        """Lines of a statement; `account` "" where the side does not know whose they are."""
        homes, rows = await self._homes(told), []
        for each in told:
            home = homes.get(each.name)
            mine = account or (home[0] if home else NOWHERE)
            on = home[1] if home and home[0] == mine else day
            rows.append({
                "statement_id": number, "side": side, "account": mine, "day": on, "name": each.name,
                "number": each.number[:64], "amount": each.amount, "due": False, "outside": each.outside[:64],
                "at": each.at,
            })
        await store.add(self.tx, rows)

    def hours(self, day: date) -> list[datetime]:
        """The beginnings of the hours of the hospital's day."""
        moment = self.context.clock.moment
        first, end = moment(day, time(0)), moment(day + timedelta(days=1), time(0))
        return [first + SLICE * at for at in range(-(-(end - first) // SLICE))]

    async def own(self, number: int, account: str, day: date, since: datetime) -> None:
        """Our own of one hour: payments and refunds of a channel, or claims on an insurer."""
        ports = self.context.ports
        own = store.own_claims if Insurer in ports and account == ports[Insurer].name else store.own
        if Commercials in ports and account in {each.name for each in ports[Commercials].all()}:
            own = covers.own
        await own(self.tx, number, account, day, since, since + SLICE)

    async def done(self, number: int, counted: Counted | None = None, flaw: str = "") -> None:
        """`counted` None: the database counts."""
        await store.done(self.tx, number, counted or await store.count(self.tx, number), flaw)

    async def forget(self, before: date) -> bool:
        return await store.forget(self.tx, before)

    async def _homes(self, told: Sequence[Told]) -> dict[str, tuple[str, date]]:
        """Name -> (account, day) of those that we have: a payment at midnight is one day's with all three sides."""
        numbers = {each.number for each in told if not each.refund}
        backs = {each.refund for each in told if each.refund}
        day, found = self.context.clock.local, dict[str, tuple[str, date]]()
        if numbers:
            for row in await store.payments(self.tx, numbers):
                found[f"p:{row.number}"] = (row.account, day(row.at).date())
        if backs:
            for row in await store.refunds(self.tx, backs):
                found[f"r:{row.number}"] = (row.account, day(row.at).date())
        if strange := {each.number for each in told if each.name not in found}:
            for row in await store.claims(self.tx, strange):
                # What the insurance paid is held against the insurance, never against a channel.
                found[f"p:{row.number}"] = (row.insurer, day(row.claimed_at).date())
                for each in told:
                    if each.refund and each.number == row.number and row.reversed_at is not None:
                        found[each.name] = (row.insurer, day(row.reversed_at).date())
            for row in await covers.covers(self.tx, strange):
                found[f"p:{row.number}"] = (row.insurer, day(row.settled_at).date())
                if row.reversed_at is not None:
                    found[f"r:{reversal(row.number)}"] = (row.insurer, day(row.reversed_at).date())
        return found
