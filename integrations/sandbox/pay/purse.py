"""What a played payment channel knows: trades and refunds, and how they change. No HTTP, no signatures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from bot import clock
from bot.clock import HospitalClock
from integrations.sandbox.pay.conduct import PayConduct

CHINA = HospitalClock("Asia/Shanghai")


@dataclass
class PlayRefund:
    number: str
    amount: int
    channel_number: str
    asked_at: datetime
    state: str = "processing"  # processing, back, stuck, closed
    back_at: datetime | None = None


@dataclass
class Trade:
    """`facts` are what was asked, to tell whether the same is asked again. `handle` is what the payer's phone has of it
    (a prepay id, what a code says)."""

    number: str
    amount: int
    title: str
    expires: datetime
    facts: str
    handle: str
    made_at: datetime
    state: str = "unpaid"  # unpaid, paying, paid, closed
    channel_number: str = ""
    payer: str = ""
    paid_at: datetime | None = None
    refunds: dict[str, PlayRefund] = field(default_factory=dict)
    way: str = ""
    """As the channel calls how it is paid."""
    meant_for: str = ""
    """The only one who may pay it, "" for anybody."""

    @property
    def given_back(self) -> int:
        return sum(each.amount for each in self.refunds.values() if each.state in ("processing", "back"))


class Purse:
    """`prefix` begins every number that the channel gives."""

    def __init__(self, prefix: str, conduct: PayConduct | None = None) -> None:
        self.trades: dict[str, Trade] = {}
        self.conduct = conduct or PayConduct()
        # A start later than the last one counts on from above it: no number is given twice.
        self._prefix, self._count = prefix, itertools.count(int(clock.now().timestamp() * 1000))

    def next_number(self) -> str:
        """28 digits with the day in them, as the channels make theirs."""
        return f"{self._prefix}{CHINA.local(clock.now()):%Y%m%d}{next(self._count):018d}"[:28]

    def of_handle(self, handle: str) -> Trade | None:
        return next((each for each in self.trades.values() if each.handle == handle), None)

    def payable(self, trade: Trade) -> bool:
        in_time = trade.state in ("unpaid", "paying") and trade.expires > clock.now()
        return in_time or (self.conduct.belated and trade.state != "paid")

    def pay(self, trade: Trade, payer: str) -> bool:
        """The payer typed the password; False where there is nothing to pay any more."""
        if not self.payable(trade):
            return False
        trade.state, trade.payer, trade.paid_at = "paid", payer, clock.now()
        trade.channel_number = self.next_number()
        return True

    def refund(self, trade: Trade, number: str, amount: int) -> PlayRefund | None:
        """The refund of this number, made where it is new; None where more is asked back than was paid."""
        if number in trade.refunds:
            return trade.refunds[number]
        if trade.state != "paid" or amount > trade.amount - trade.given_back:
            return None
        made = PlayRefund(number, amount, self.next_number(), clock.now())
        trade.refunds[number] = made
        if self.conduct.refunds == "stuck":
            made.state = "stuck"
        elif self.conduct.refunds == "at_once":
            made.state, made.back_at = "back", clock.now()
        return made

    def finish_refunds(self) -> Iterator[tuple[Trade, PlayRefund]]:
        """All that is processing is there now."""
        for trade in self.trades.values():
            for each in trade.refunds.values():
                if each.state == "processing":
                    each.state, each.back_at = "back", clock.now()
                    yield trade, each

    def day(self, day: date) -> list[tuple[Trade, PlayRefund | None]]:
        """What happened on a day of China's, by time."""
        found: list[tuple[datetime, Trade, PlayRefund | None]] = []
        for trade in self.trades.values():
            if trade.paid_at and CHINA.local(trade.paid_at).date() == day:
                found.append((trade.paid_at, trade, None))
            for each in trade.refunds.values():
                if each.state != "closed" and CHINA.local(each.asked_at).date() == day:
                    found.append((each.asked_at, trade, each))
        found.sort(key=lambda each: each[0])
        lines = [(trade, back) for _, trade, back in found]
        return lines[:-1] if self.conduct.short and lines else lines
