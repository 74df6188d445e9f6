"""What the insurance says of a day (3202, 3201), read as the bill of a channel is: a line for each settlement and each
reversal, by the number of our claim; the totals after the last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

from flows.payment.insured.rules import message
from integrations.insurance.port import Detail, Insurer
from integrations.paying.port import BillLine, BillTotals


class Statement:
    """A `Bill`."""

    def __init__(self, insurer: Insurer, day: date) -> None:
        self._insurer, self._day = insurer, day
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        async for each in self._insurer.details(self._day):
            yield _line(each)
        said = await self._insurer.totals(self._day)
        self.totals = BillTotals(said.lines, said.covered, said.undone, None)


def _line(each: Detail) -> BillLine:
    number = each.message.removesuffix(message("", "2207"))
    return BillLine(number, each.settlement, each.split.covered, each.at, each.reversal)
