"""A channel's bill that finance brings by hand, where it cannot be fetched: read by the channel's own parser, in force
only once it was read to its end, and then held against the other sides as any other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

from bot.access import audit
from bot.context import Context
from bot.errors import OutsideRefused
from flows.payment.reconciling.matching import Matching
from flows.payment.reconciling.rules import Counted, flaw_of
from flows.payment.reconciling.telling import Telling, Told, told_of
from integrations.paying.port import ReadsBills

T = TypeVar("T")
Run = Callable[[Callable[[Context], Awaitable[T]]], Awaitable[T]]
AT_ONCE = 1000
MOST_LINES = 1_000_000


class Bringing:
    """:param run: does a piece of work in a transaction of its own, on behalf of the member who brings it"""

    def __init__(self, run: Run[int]) -> None:
        self._run = run

    async def bring(self, channel: ReadsBills, on: date, content: bytes) -> Counted:
        """Bringing it again changes nothing.

        :raises OutsideRefused: it is no bill of this channel, `other_day`, `empty`, `too-large`
        """

        async def begin(context: Context) -> int:
            return await Telling(context).begin("channel", channel.name, on)

        number, counted, batch = await self._run(begin), Counted(), list[Told]()
        bill = channel.bill_in(content)
        async for line in bill:
            each = told_of(line)
            counted.add(abs(each.amount), each.fee, refund=bool(each.refund) or each.amount < 0)
            if counted.lines > MOST_LINES:
                raise OutsideRefused("too-large", system=channel.name)
            batch.append(each)
            if len(batch) == AT_ONCE:
                await self._write(number, channel.name, on, batch)
                batch = []
        if not counted.lines:
            raise OutsideRefused("empty", system=channel.name)
        await self._write(number, channel.name, on, batch)
        flaw = flaw_of(counted, bill.totals)

        async def done(context: Context) -> int:
            await Telling(context).done(number, counted, flaw)
            Matching(context).again(on)
            audit.write(context.tx, context.actor, "payment.bill_brought", f"payment_day:{on.isoformat()}",
                        {"account": channel.name, "lines": counted.lines, "flaw": flaw})
            return counted.lines

        await self._run(done)
        return counted

    async def _write(self, number: int, account: str, on: date, batch: list[Told]) -> None:
        async def write(context: Context) -> int:
            if any(context.clock.local(each.at).date() != on for each in batch):
                raise OutsideRefused("other_day", system=account)
            await Telling(context).add(number, "channel", account, on, [each for each in batch if each.moved])
            return len(batch)

        await self._run(write)
