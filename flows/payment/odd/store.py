"""Orders that do not come to an end by themselves, notices that staff must look at, and those that did not pass their
merchant's gate: anybody can send such, so they are only counted, by day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.db.schema import Moment, code, key, table
from bot.db.transaction import Transaction
from flows.payment.dues.rules import ALIVE
from flows.payment.odd.rules import LATE, SLOW
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT
from flows.payment.store import notice, order, payment, refund

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

ODD = ("unknown", "wrong_amount", "contradiction")
"""What became of notices that staff must look at; kept with all that was said."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders; `clinics` None: of all, those of no clinic included."""

    kind: str = ""
    clinics: Sequence[str] | None = None


async def orders(tx: Transaction, wanted: Wanted, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The oldest first: it has waited longest."""
    return await tx.all(_orders(select(order), wanted, tx.now).order_by(order.c.id).limit(limit).offset(offset))


async def count_orders(tx: Transaction, wanted: Wanted) -> int:
    return int(await tx.scalar(_orders(select(func.count()).select_from(order), wanted, tx.now)))


async def notices(tx: Transaction, what: str, looked: str, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The latest first. `looked`: "" for all, yes, no."""
    found = _notices(select(notice), what, looked).order_by(notice.c.id.desc())
    return await tx.all(found.limit(limit).offset(offset))


async def count_notices(tx: Transaction, what: str, looked: str) -> int:
    return int(await tx.scalar(_notices(select(func.count()).select_from(notice), what, looked)))


async def notice_by(tx: Transaction, notice_id: int) -> Row[Any] | None:
    return await tx.one(select(notice).where(notice.c.id == notice_id, notice.c.became.in_(ODD)))


async def look(tx: Transaction, notice_id: int, by: str, note: str) -> bool:
    """False where somebody has already."""
    mine = update(notice).where(notice.c.id == notice_id, notice.c.became.in_(ODD), notice.c.looked_at.is_(None))
    return await tx.update(mine.values(looked_at=tx.now, looked_by=by, look_note=note)) == 1


async def numbered(tx: Transaction, account: str, number: str) -> bool:
    """Whether a payment of this account has this number of the channel's."""
    return bool(await tx.scalar(select(
        exists().where(payment.c.account == account, payment.c.channel_number == number)
    )))


def _notices(found: Select[Any], what: str, looked: str) -> Select[Any]:
    found = found.where(notice.c.became == what if what in ODD else notice.c.became.in_(ODD))
    if looked:
        found = found.where(notice.c.looked_at.is_not(None) if looked == "yes" else notice.c.looked_at.is_(None))
    return found


def _orders(found: Select[Any], wanted: Wanted, now: datetime) -> Select[Any]:
    kinds = {"wrong_amount": _wrong_amount(), "unknown": _unknown(now), "unsettled": _unsettled(now)}
    found = found.where(kinds[wanted.kind] if wanted.kind in kinds else or_(*kinds.values()))
    return found if wanted.clinics is None else found.where(order.c.clinic.in_(wanted.clinics))


def _wrong_amount() -> ColumnElement[bool]:
    """As `rules.loose`: money that lies at a channel, or was taken into the books and that nobody let go."""
    told = and_(payment.c.told_amount > 0, payment.c.state == "failed")
    gone = exists().where(refund.c.payment_id == payment.c.id, refund.c.state.in_((*ALIVE, "back")))
    kept = and_(payment.c.state == "paid", payment.c.use == "excess", ~gone)
    lies = select(payment.c.order_id).where(payment.c.told_at.is_not(None), or_(told, kept))
    return or_(order.c.state == "failed", order.c.id.in_(lies))


def _unknown(now: datetime) -> ColumnElement[bool]:
    checking = exists().where(
        payment.c.order_id == order.c.id, payment.c.state.in_(OPEN_PAYMENT), payment.c.checking_at < now - SLOW
    )
    return and_(order.c.state.in_(OPEN_ORDER), or_(order.c.expires_at < now - LATE, checking))


def _unsettled(now: datetime) -> ColumnElement[bool]:
    return and_(
        order.c.state.in_(("paid", "refunding")), order.c.settled_at.is_(None), order.c.settle_refusal.is_(None),
        order.c.paid_at < now - LATE,
    )


async def count(tx: Transaction, day: date, account: str, reason: str, many: int) -> None:
    """So many more of this day."""
    names = {"day": day, "account": account, "reason": reason}
    if not await _more(tx, names, many):
        made = await tx.insert_once(refused, **names, many=many, first_at=tx.now, last_at=tx.now)
        if not made:  # another process was the first
            await _more(tx, names, many)


async def forget(tx: Transaction, before: date, *, limit: int) -> int:
    """Take away up to so many counts of days before that one; gives how many."""
    ids = [row.id for row in await tx.all(select(refused.c.id).where(refused.c.day < before).limit(limit))]
    return await tx.update(delete(refused).where(refused.c.id.in_(ids))) if ids else 0


async def _more(tx: Transaction, names: dict[str, Any], many: int) -> bool:
    mine = update(refused).where(*(refused.c[name] == value for name, value in names.items()))
    return await tx.update(mine.values(many=refused.c.many + many, last_at=tx.now)) == 1


async def refusals(tx: Transaction, since: date, *, limit: int, offset: int = 0) -> Sequence[Row[Any]]:
    """The latest day first, and the most of a day."""
    mine = select(refused).where(refused.c.day >= since)
    order = (refused.c.day.desc(), refused.c.many.desc(), refused.c.id)
    return await tx.all(mine.order_by(*order).limit(limit).offset(offset))
