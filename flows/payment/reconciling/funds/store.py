"""What the merchant's account at a channel took and gave on a day, as its fund-flow bill says: sums by kind, and the
lines that are no payment or refund of ours. The only SQL on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Date, Index, Row, UniqueConstraint, and_, func, or_, select, update

from bot.db.schema import Moment, code, key, long_text, table
from bot.db.transaction import Transaction
from flows.payment.reconciling.statements.store import GIVEN
from flows.payment.store import payment, refund

fund = table(
    "payment_fund",
    key(),
    Column("account", code(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", code(8), nullable=False),  # asked, read, none (there is no bill), failed
    Column("kinds", long_text(), nullable=False),  # as `rules.Kind.plain`; of what was read last
    Column("odd", long_text(), nullable=False),  # as `rules.Line.plain`
    Column("flaw", code(24), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("asked_by", code(64), nullable=False),
    Column("read_at", Moment),
    UniqueConstraint("account", "day"),
    Index("ix_payment_fund_day", "day"),
)

ASKED_FOR = timedelta(hours=1)
"""A bill that was asked for longer ago is not being read any more: its asking died."""


async def put(tx: Transaction, account: str, on: date, by: str) -> bool:
    """The bill of that day is asked for, again where it was before; False where it is just being asked for."""
    values = {"state": "asked", "asked_at": tx.now, "asked_by": by}
    made = await tx.insert_once(fund, account=account, day=on, kinds="[]", odd="{}", flaw="", **values)
    free = or_(fund.c.state != "asked", fund.c.asked_at < tx.now - ASKED_FOR)
    mine = update(fund).where(fund.c.account == account, fund.c.day == on, free)
    return made or await tx.update(mine.values(**values)) == 1


async def done(
    tx: Transaction, account: str, on: date, state: str, *, kinds: Sequence[Mapping[str, Any]] = (),
    odd: Mapping[str, Any] | None = None, flaw: str = "",
) -> None:
    """What became of asking. What was read before stays where nothing was read now."""
    values: dict[str, Any] = {"state": state}
    if state == "read":
        values |= {"kinds": json.dumps(list(kinds), ensure_ascii=False), "flaw": flaw, "read_at": tx.now,
                   "odd": json.dumps(odd or {}, ensure_ascii=False)}
    await tx.update(update(fund).where(fund.c.account == account, fund.c.day == on).values(**values))


async def days(tx: Transaction, since: date, until: date, account: str = "") -> Sequence[Row[Any]]:
    """The latest day first."""
    mine = select(fund).where(fund.c.day >= since, fund.c.day <= until)
    mine = mine.where(fund.c.account == account) if account else mine
    return await tx.all(mine.order_by(fund.c.day.desc(), fund.c.account))


async def one(tx: Transaction, account: str, on: date) -> Row[Any] | None:
    return await tx.one(select(fund).where(fund.c.account == account, fund.c.day == on))


async def ours(tx: Transaction, account: str, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """How many payments (`paid`) and refunds (`back`) of a channel we have of that time, and how much: a refund when
    the channel took it, wherever the money is."""
    fields = (func.count(), func.coalesce(func.sum(payment.c.amount), 0))
    taken = (payment.c.state == "paid", payment.c.paid_at >= since, payment.c.paid_at < until)
    paid: Any = await tx.one(select(*fields).where(payment.c.account == account, *taken))
    joined = refund.join(payment, payment.c.id == refund.c.payment_id)
    at_once = and_(refund.c.sent_at.is_(None), refund.c.back_at >= since, refund.c.back_at < until)
    given = or_(and_(refund.c.sent_at >= since, refund.c.sent_at < until), at_once)
    fields = (func.count(), func.coalesce(func.sum(refund.c.amount), 0))
    mine = select(*fields).select_from(joined).where(payment.c.account == account, refund.c.state.in_(GIVEN), given)
    back: Any = await tx.one(mine)
    return {"paid": (int(paid[0]), int(paid[1])), "back": (int(back[0]), int(back[1]))}


async def known(
    tx: Transaction, account: str, paid: Collection[str], back: Collection[str]
) -> set[tuple[str, str, int]]:
    """(paid or back, the channel's number, fen) of our payments and refunds of these numbers."""
    found: set[tuple[str, str, int]] = set()
    if paid:
        mine = select(payment.c.channel_number, payment.c.amount).where(payment.c.account == account)
        rows = await tx.all(mine.where(payment.c.channel_number.in_(sorted(paid))))
        found |= {("paid", row.channel_number, row.amount) for row in rows}
    if back:
        joined = refund.join(payment, payment.c.id == refund.c.payment_id)
        mine = select(refund.c.channel_refund, refund.c.amount).select_from(joined)
        rows = await tx.all(mine.where(payment.c.account == account, refund.c.channel_refund.in_(sorted(back))))
        found |= {("back", row.channel_refund, row.amount) for row in rows}
    return found
