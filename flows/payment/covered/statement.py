"""What a commercial insurer says of a day, read as the bill of a channel is: a line for each claim that it settled with
the hospital and for each that was undone, by our number; the totals after the last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

from flows.payment.covered.rules import reversal
from integrations.commercial.port import Commercial
from integrations.paying.port import BillLine, BillTotals


class Statement:
    """A `Bill`."""

    def __init__(self, insurer: Commercial, day: date) -> None:
        self._insurer, self._day = insurer, day
        self.totals: BillTotals | None = None

    async def __aiter__(self) -> AsyncIterator[BillLine]:
        async for each in self._insurer.lines(self._day):
            yield BillLine(each.number, each.code, each.pays, each.at, reversal(each.number) if each.reversal else "")
        said = await self._insurer.totals(self._day)
        self.totals = BillTotals(said.lines, said.paid, said.undone, None)
