"""Notices that did not pass their merchant's gate, counted by day: anybody can send them, so none of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Integer, Row, UniqueConstraint, select, update

from bot.db.schema import Moment, code, key, table
from bot.db.transaction import Transaction

refused = table(
    "payment_refused_notice",
    key(),
    Column("account", code(32), nullable=False),
    Column("reason", code(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("many", Integer, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    UniqueConstraint("day", "account", "reason"),
)


async def count(tx: Transaction, day: date, account: str, reason: str, many: int) -> None:
    """So many more of this day."""
    names = {"day": day, "account": account, "reason": reason}
    if not await _more(tx, names, many):
        made = await tx.insert_once(refused, **names, many=many, first_at=tx.now, last_at=tx.now)
        if not made:  # another process was the first
            await _more(tx, names, many)


async def _more(tx: Transaction, names: dict[str, Any], many: int) -> bool:
    mine = update(refused).where(*(refused.c[name] == value for name, value in names.items()))
    return await tx.update(mine.values(many=refused.c.many + many, last_at=tx.now)) == 1


async def refusals(tx: Transaction, since: date, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The latest day first, and the most of a day."""
    mine = select(refused).where(refused.c.day >= since)
    order = (refused.c.day.desc(), refused.c.many.desc(), refused.c.id)
    return await tx.all(mine.order_by(*order).limit(limit).offset(offset))
