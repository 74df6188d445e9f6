"""The fund-flow bill of a day is asked for at the request of finance, and taken down as what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from bot.access import audit
from bot.context import Context
from flows.payment.reconciling.funds import store
from flows.payment.reconciling.funds.rules import Line

FUNDS = "payment.funds"


class Asking:
    """`context.actor` is who asks; the pages of the desk look after rights."""

    def __init__(self, context: Context) -> None:
        self.context, self.tx = context, context.tx

    async def ask(self, account: str, on: date) -> bool:
        """In the background; again is safe. False where it is being asked for already."""
        if not await store.put(self.tx, account, on, self.context.actor):
            return False
        self.tx.put(FUNDS, {"account": account, "day": on.isoformat()}, priority=5)
        audit.write(self.tx, self.context.actor, "payment.funds_asked", f"payment_day:{on.isoformat()}",
                    {"account": account})
        return True

    async def ours(self, account: str, on: date) -> dict[str, tuple[int, int]]:
        """What we have of that day: how many and how much, `paid` and `back`."""
        moment = self.context.clock.moment
        return await store.ours(self.tx, account, moment(on, time(0)), moment(on + timedelta(days=1), time(0)))

    async def strange(self, account: str, lines: Sequence[Line]) -> list[Line]:
        """Those of these lines that say they are a payment or a refund, and are none of ours, or of another sum."""
        mine = [each for each in lines if each.about]
        known = await store.known(
            self.tx, account, {each.number for each in mine if each.about == "paid"},
            {each.number for each in mine if each.about == "back"},
        )
        return [each for each in mine if each.name not in known]

    async def done(self, account: str, on: date, state: str, **read: Any) -> None:
        await store.done(self.tx, account, on, state, **read)
