"""Reads on days, their sums and differences, for the night and for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, case, delete, func, not_, or_, select

from bot.db.transaction import Transaction
from flows.payment.reconciling.rules import LIVE
from flows.payment.reconciling.store import day, difference, line, statement, total
from flows.payment.store import order

PAGE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which differences; "" and None leave a filter out."""

    account: str = ""
    kind: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None


async def unlike(tx: Transaction, account: str, on: date, after: str) -> Sequence[Row[Any]]:
    """Names of a day of which the sides do not say the same, in order, some after `after`: the database holds them
    together, and only what differs is read."""
    def summed(side: str) -> Any:
        return func.coalesce(func.sum(case((line.c.side == side, line.c.amount), else_=0)), 0)

    def counted(side: str) -> Any:
        return func.coalesce(func.sum(case((line.c.side == side, 1), else_=0)), 0)

    channel, ours, hospital = summed("channel"), summed("ours"), summed("hospital")
    has_channel, has_ours, has_hospital = counted("channel"), counted("ours"), counted("hospital")
    due = func.max(case((line.c.due, 1), else_=0))
    agrees = and_(
        has_channel > 0, has_ours > 0, channel == ours,
        case((due == 1, case((and_(has_hospital > 0, hospital == ours), 1), else_=0)),
             else_=case((has_hospital == 0, 1), else_=0)) == 1,
    )
    nothing = and_(has_ours == 0, has_hospital == 0, channel == 0)  # paid and taken back again at the channel
    found = select(
        line.c.name, func.max(line.c.number).label("number"), channel.label("channel"), ours.label("ours"),
        hospital.label("hospital"), has_channel.label("has_channel"), has_ours.label("has_ours"),
        has_hospital.label("has_hospital"), due.label("due"),
    ).select_from(line.join(statement, statement.c.id == line.c.statement_id))
    mine = found.where(line.c.account == account, line.c.day == on, line.c.name > after, statement.c.state == "counts")
    return await tx.all(mine.group_by(line.c.name).having(not_(or_(agrees, nothing))).order_by(line.c.name).limit(PAGE))


async def told(tx: Transaction, side: str, account: str, on: date) -> Row[Any] | None:
    """The statement of a side that counts."""
    mine = select(statement).where(statement.c.side == side, statement.c.account == account, statement.c.day == on)
    return await tx.one(mine.where(statement.c.state == "counts").order_by(statement.c.id.desc()).limit(1))


async def others_touched(tx: Transaction, number: int, on: date) -> Sequence[tuple[str, date]]:
    """Other days that lines of a statement belong to (what was told to the hospital late), as (account, day)."""
    mine = select(line.c.account, line.c.day).where(line.c.statement_id == number, line.c.day != on).distinct()
    return [(row.account, row.day) for row in await tx.all(mine)]


async def count_up(tx: Transaction, account: str, on: date) -> None:
    """Keep what the sides told of an account's day in all; the lines themselves are gone one day."""
    back = case((line.c.name.like("r:%"), 1), else_=0).label("refund")
    fields = (line.c.side, back, func.count().label("many"), func.sum(line.c.amount).label("amount"))
    mine = select(*fields).select_from(line.join(statement, statement.c.id == line.c.statement_id))
    found = await tx.all(mine.where(
        line.c.account == account, line.c.day == on, statement.c.state == "counts").group_by(line.c.side, back))
    await tx.update(delete(total).where(total.c.account == account, total.c.day == on))
    await tx.insert_many(total, [
        {"account": account, "day": on, "side": row.side, "refund": bool(row.refund), "many": row.many,
         "amount": int(row.amount)} for row in found])


async def sums(tx: Transaction, since: date, until: date) -> Sequence[Row[Any]]:
    """(account, day, side, refund, many, amount) of what the sides told of these days."""
    return await tx.all(select(total).where(total.c.day >= since, total.c.day <= until))


async def days(tx: Transaction, since: date, until: date) -> Sequence[Row[Any]]:
    mine = select(day).where(day.c.day >= since, day.c.day <= until)
    return await tx.all(mine.order_by(day.c.day.desc(), day.c.account))


async def day_of(tx: Transaction, account: str, on: date) -> Row[Any] | None:
    return await tx.one(select(day).where(day.c.account == account, day.c.day == on))


async def counts(
    tx: Transaction, since: date, until: date, states: Sequence[str] = LIVE
) -> Sequence[Row[Any]]:
    """(account, day, kind, many) of the differences in these states; without a word of those that nobody has done with.
    """
    fields = (difference.c.account, difference.c.day, difference.c.kind, func.count().label("many"))
    mine = select(*fields).where(difference.c.day >= since, difference.c.day <= until, difference.c.state.in_(states))
    return await tx.all(mine.group_by(difference.c.account, difference.c.day, difference.c.kind))


async def differences(tx: Transaction, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The latest day first."""
    found = _filtered(select(difference), wanted).order_by(difference.c.day.desc(), difference.c.id.desc())
    return await tx.all(found.limit(limit).offset(offset))


async def count(tx: Transaction, wanted: Wanted) -> int:
    return int(await tx.scalar(_filtered(select(func.count()).select_from(difference), wanted)))


async def difference_of(tx: Transaction, public: str, *, locked: bool = False) -> Row[Any] | None:
    mine = select(difference).where(difference.c.public_id == public)
    return await tx.one(mine.with_for_update() if locked else mine)


async def named(tx: Transaction, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """(public_id, day, kind) of those that are there, as many as a page of the trail names."""
    fields = (difference.c.public_id, difference.c.day, difference.c.kind)
    return await tx.all(select(*fields).where(difference.c.public_id.in_(ids)))


async def lines_of(tx: Transaction, account: str, on: date, name: str) -> Sequence[Row[Any]]:
    """What each side told of one payment or refund."""
    joined = line.join(statement, statement.c.id == line.c.statement_id)
    mine = select(line).select_from(joined).where(line.c.account == account, line.c.day == on, line.c.name == name)
    return await tx.all(mine.where(statement.c.state == "counts").order_by(line.c.side, line.c.id).limit(20))


async def known(tx: Transaction, account: str, on: date, names: Sequence[str]) -> dict[str, Row[Any]]:
    """Differences that stand already, by name."""
    mine = select(difference).where(difference.c.account == account, difference.c.day == on)
    return {row.name: row for row in await tx.all(mine.where(difference.c.name.in_(names)))} if names else {}


async def order_state(tx: Transaction, order_id: int) -> str:
    return str(await tx.scalar(select(order.c.state).where(order.c.id == order_id)) or "")


def _filtered(found: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.state == "live":
        found = found.where(difference.c.state.in_(LIVE))
    elif wanted.state:
        found = found.where(difference.c.state == wanted.state)
    for column, value in ((difference.c.account, wanted.account), (difference.c.kind, wanted.kind)):
        if value:
            found = found.where(column == value)
    if wanted.since is not None:
        found = found.where(difference.c.day >= wanted.since)
    if wanted.until is not None:
        found = found.where(difference.c.day <= wanted.until)
    return found
