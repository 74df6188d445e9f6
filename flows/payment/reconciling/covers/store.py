"""Our own lines of a day of a commercial insurer that pays the hospital, and how its claims are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, exists, insert, or_, select

from bot.db.transaction import Transaction
from flows.payment.covered.rules import reversal
from flows.payment.covered.store import cover
from flows.payment.reconciling.statements.store import COLUMNS, own_line
from flows.payment.reconciling.store import line
from flows.payment.store import order, refund

DIRECT = cover.c.way == "direct"


async def own(tx: Transaction, number: int, account: str, day: date, since: datetime, until: datetime) -> None:
    """What the insurer of that name took upon itself in that time, and what was undone there, copied by the database
    itself."""
    head = (number, account, day)
    joined = cover.join(order, order.c.id == cover.c.order_id)
    due = or_(order.c.settled_at.is_not(None), order.c.state == "paid")
    taken = own_line(head, cover.c.settled_at, "p:", cover.c.number, cover.c.pays, due, cover.c.code, cover.c.number)
    consented = exists().where(
        refund.c.order_id == cover.c.order_id, refund.c.insured > 0, refund.c.permission.is_not(None),
        refund.c.state == "back",
    )
    name = cover.c.number.concat(reversal(""))
    back = own_line(head, cover.c.reversed_at, "r:", name, cover.c.pays, consented, cover.c.code, cover.c.number)
    for found, at in ((taken, cover.c.settled_at), (back, cover.c.reversed_at)):
        mine = and_(DIRECT, cover.c.insurer == account, at >= since, at < until)
        await tx.execute(insert(line).from_select(COLUMNS, found.select_from(joined).where(mine)))


async def covers(tx: Transaction, numbers: Iterable[str]) -> Sequence[Row[Any]]:
    """(number, insurer, settled_at, reversed_at) of what insurers took upon themselves."""
    fields = (cover.c.number, cover.c.insurer, cover.c.settled_at, cover.c.reversed_at)
    mine = select(*fields).where(cover.c.number.in_(list(numbers)), DIRECT, cover.c.settled_at.is_not(None))
    return await tx.all(mine)
