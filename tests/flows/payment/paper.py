"""What a channel says of a day in a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime

from bot.clock import HospitalClock
from integrations.paying.port import BillLine, BillTotals


def day_of(at: datetime) -> date:
    return HospitalClock("Asia/Shanghai").local(at).date()


class Paper:
    """A bill; `totals` is what it says of itself, counted where nothing else is given."""

    def __init__(self, lines: Iterable[BillLine], said: BillTotals | str | None = "") -> None:
        self.lines, self._said = list(lines), said
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        for line in self.lines:
            yield line
        paid = sum(line.amount for line in self.lines if not line.refund)
        back = sum(line.amount for line in self.lines if line.refund)
        counted = BillTotals(len(self.lines), paid, back, None)
        self.totals = counted if isinstance(self._said, str) else self._said
