"""Statements and their lines: written in batches, in force once whole, forgotten some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.types import Boolean, Date

from bot.db.transaction import Transaction
from flows.payment.insured.rules import message
from flows.payment.insured.store import claim
from flows.payment.reconciling.rules import Counted
from flows.payment.reconciling.store import line, statement
from flows.payment.store import order, payment, refund

AT_ONCE = 1000
HOURS_TO_COME = timedelta(hours=6)
"""A statement that is still coming after so long is one that broke off."""
GIVEN = ("sent", "back")
"""States of refunds that their channel took."""
TAKEN = func.coalesce(refund.c.sent_at, refund.c.back_at)
COLUMNS = ("statement_id", "side", "account", "day", "name", "number", "amount", "due", "outside", "at")


async def begin(tx: Transaction, side: str, account: str, day: date, by: str) -> int:
    return await tx.insert(statement, side=side, account=account, day=day, state="coming", at=tx.now, by=by)


async def add(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    await tx.insert_many(line, rows)


async def own(tx: Transaction, number: int, account: str, day: date, since: datetime, until: datetime) -> None:
    """Our own of that time, copied by the database itself."""
    due = and_(payment.c.use == "applied", or_(order.c.settled_at.is_not(None), order.c.state == "paid"))
    head = (number, account, day)
    paid = own_line(head, payment.c.paid_at, "p:", payment.c.number, payment.c.amount, due, payment.c.channel_number)
    paid = paid.select_from(payment.join(order, order.c.id == payment.c.order_id)).where(payment.c.state == "paid")
    # A channel's bill has a refund on the day on which it took it, be the money there days later.
    due_back = and_(refund.c.permission.is_not(None), refund.c.state == "back")
    back = own_line(head, TAKEN, "r:", refund.c.number, refund.c.amount, due_back, refund.c.channel_refund)
    joined = refund.join(payment, payment.c.id == refund.c.payment_id)
    back = back.select_from(joined).where(refund.c.state.in_(GIVEN))
    at_once = and_(refund.c.sent_at.is_(None), refund.c.back_at >= since, refund.c.back_at < until)
    for found, when in (
        (paid, and_(payment.c.paid_at >= since, payment.c.paid_at < until)),
        (back, or_(and_(refund.c.sent_at >= since, refund.c.sent_at < until), at_once)),
    ):
        await tx.execute(insert(line).from_select(COLUMNS, found.where(payment.c.account == account, when)))


async def own_claims(
    tx: Transaction, number: int, account: str, day: date, since: datetime, until: datetime
) -> None:
    """The same of what the insurance of that name took upon itself, and of what was undone there."""
    head, sum_, undone = (number, account, day), claim.c.fund + claim.c.personal, message("", "2208")
    joined = claim.join(order, order.c.id == claim.c.order_id)
    due = or_(order.c.settled_at.is_not(None), order.c.state == "paid")
    taken = own_line(head, claim.c.claimed_at, "p:", claim.c.number, sum_, due, claim.c.settlement, claim.c.number)
    consented = exists().where(
        refund.c.order_id == claim.c.order_id, refund.c.insured > 0, refund.c.permission.is_not(None),
        refund.c.state == "back",
    )
    name = claim.c.number.concat(undone)
    back = own_line(head, claim.c.reversed_at, "r:", name, sum_, consented, claim.c.reversal, claim.c.number)
    for found, at in ((taken, claim.c.claimed_at), (back, claim.c.reversed_at)):
        mine = found.select_from(joined).where(claim.c.insurer == account, at >= since, at < until)
        await tx.execute(insert(line).from_select(COLUMNS, mine))


async def count(tx: Transaction, number: int) -> Counted:
    """What our own lines of a statement come to."""
    back = line.c.name.like("r:%")
    fields = (
        func.count(), func.coalesce(func.sum(case((back, 0), else_=line.c.amount)), 0),
        func.coalesce(func.sum(case((back, line.c.amount), else_=0)), 0),
    )
    found: Any = await tx.one(select(*fields).where(line.c.statement_id == number))
    return Counted(int(found[0]), int(found[1]), int(found[2]))


async def done(tx: Transaction, number: int, counted: Counted, flaw: str) -> None:
    """It is whole: from now on it counts, and what its side told before does not."""
    row: Any = await tx.one(select(statement).where(statement.c.id == number))
    same = and_(statement.c.side == row.side, statement.c.account == row.account, statement.c.day == row.day)
    await tx.update(update(statement).where(same, statement.c.state == "counts").values(state="old"))
    await tx.update(update(statement).where(statement.c.id == number).values(
        state="counts", flaw=flaw, lines=counted.lines, paid=counted.paid, refunded=counted.refunded, fee=counted.fee
    ))


async def forget(tx: Transaction, before: date) -> bool:
    """Take away some lines that do not count any more, or are of before that day; False where there are none left."""
    broken = and_(statement.c.state == "coming", statement.c.at < tx.now - HOURS_TO_COME)
    gone = or_(statement.c.state == "old", statement.c.day < before, broken)
    ids = [row.id for row in await tx.all(select(statement.c.id).where(gone).limit(AT_ONCE))]
    if not ids:
        return False
    mine = select(line.c.id).where(line.c.statement_id.in_(ids)).limit(AT_ONCE * 5)
    lines = [row.id for row in await tx.all(mine)]
    if lines:
        await tx.update(delete(line).where(line.c.id.in_(lines)))
    else:
        await tx.update(delete(statement).where(statement.c.id.in_(ids)))
    return True


async def payments(tx: Transaction, numbers: Iterable[str]) -> Sequence[Row[Any]]:
    """(number, account, at) of those that are paid by our books."""
    fields = (payment.c.number, payment.c.account, payment.c.paid_at.label("at"))
    return await tx.all(select(*fields).where(payment.c.number.in_(list(numbers)), payment.c.state == "paid"))


async def claims(tx: Transaction, numbers: Iterable[str]) -> Sequence[Row[Any]]:
    """(number, insurer, claimed_at, reversed_at) of what an insurance took upon itself."""
    fields = (claim.c.number, claim.c.insurer, claim.c.claimed_at, claim.c.reversed_at)
    return await tx.all(select(*fields).where(claim.c.number.in_(list(numbers)), claim.c.claimed_at.is_not(None)))


async def refunds(tx: Transaction, numbers: Iterable[str]) -> Sequence[Row[Any]]:
    """The same of refunds that their channel took."""
    joined = refund.join(payment, payment.c.id == refund.c.payment_id)
    mine = select(refund.c.number, payment.c.account, TAKEN.label("at")).select_from(joined)
    return await tx.all(mine.where(refund.c.number.in_(list(numbers)), refund.c.state.in_(GIVEN)))


def own_line(
    head: tuple[int, str, date], at: Any, prefix: str, name: Any, amount: Any, due: ColumnElement[bool], outside: Any,
    number: Any = payment.c.number,
) -> Select[Any]:
    statement_id, account, day = head
    return select(
        literal(statement_id), literal("ours", String), literal(account, String), literal(day, Date),
        literal(prefix, String).concat(name), number, amount,
        case((due, literal(True, Boolean)), else_=literal(False, Boolean)), func.coalesce(outside, ""), at,
    )
