"""Reads on what was asked, paid and given back. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from bot.db.transaction import Transaction
from flows.payment.rules import OPEN_PAYMENT, OUR_NO
from flows.payment.store import order, payment, refund

PAGE = 20
STEP = 500
"""Ids in one question."""
BACK = (refund.c.state == "back", refund.c.of_excess.is_(False))
"""Refunds of what an order needed that its payer has."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders the desk looks for; "" and None leave a filter out. `before` is the id that the page ends above."""

    state: str = ""
    kind: str = ""
    site: str = ""
    number: str = ""
    """Public id of an order, a number of ours or of a channel, or of a receipt."""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    clinics: Sequence[str] | None = None
    """None: of all, those of no clinic included."""


async def lately(tx: Transaction, contact_id: int, day: datetime, hour: datetime) -> tuple[int, int]:
    """What a contact paid since `day` or is about to pay, in fen, and how many payments it began since `hour`."""
    joined = payment.join(order, order.c.id == payment.c.order_id)
    mine = select(func.coalesce(func.sum(payment.c.amount), 0)).select_from(joined)
    counts = or_(payment.c.paid_at > day, payment.c.state.in_(OPEN_PAYMENT))
    paid = await tx.scalar(mine.where(order.c.contact_id == contact_id, counts))
    begun = select(func.count()).select_from(joined)
    count = await tx.scalar(begun.where(order.c.contact_id == contact_id, payment.c.created_at > hour))
    return int(paid), int(count)


async def of_contact(
    tx: Transaction, contact_id: int, since: datetime, *, before: int | None = None, limit: int = PAGE
) -> Sequence[Row[Any]]:
    """Orders of a contact that money was paid for or can be, the latest first."""
    mine = select(order).where(order.c.contact_id == contact_id, order.c.created_at >= since, order.c.state != "closed")
    if before is not None:
        mine = mine.where(order.c.id < before)
    return await tx.all(mine.order_by(order.c.id.desc()).limit(limit))


async def given_back(tx: Transaction, order_ids: Sequence[int]) -> dict[int, int]:
    """Order -> fen of what was paid for it that its payer has back, where that is any."""
    fields = (refund.c.order_id, func.sum(refund.c.amount).label("amount"))
    mine = select(*fields).where(*BACK).group_by(refund.c.order_id)
    found: dict[int, int] = {}
    for at in range(0, len(order_ids), STEP):
        rows = await tx.all(mine.where(refund.c.order_id.in_(order_ids[at : at + STEP])))
        found |= {row.order_id: int(row.amount) for row in rows}
    return found


async def sums(tx: Transaction, wanted: Wanted) -> tuple[int, int]:
    """What the orders that the desk looks for cost together, and what of it their payers have back."""
    cost = await tx.scalar(_filtered(select(func.coalesce(func.sum(order.c.amount), 0)), wanted))
    back = select(func.coalesce(func.sum(refund.c.amount), 0)).select_from(
        refund.join(order, order.c.id == refund.c.order_id)
    )
    return int(cost), int(await tx.scalar(_filtered(back.where(*BACK), wanted)))


async def of_desk(tx: Transaction, wanted: Wanted, *, limit: int = PAGE, offset: int = 0) -> Sequence[Row[Any]]:
    """Orders, the latest first."""
    found = _filtered(select(order), wanted)
    if wanted.before is not None:
        found = found.where(order.c.id < wanted.before)
    return await tx.all(found.order_by(order.c.id.desc()).limit(limit).offset(offset))


async def count(tx: Transaction, wanted: Wanted) -> int:
    return int(await tx.scalar(_filtered(select(func.count()).select_from(order), wanted)))


async def refunds(
    tx: Transaction, states: Sequence[str], *, clinics: Sequence[str] | None = None, limit: int = PAGE, offset: int = 0
) -> Sequence[Row[Any]]:
    """Refunds in these states with their orders, the oldest first: what waits longest is looked at first. Of refused
    ones those that the hospital refused and of which nothing became since."""
    fields = (
        refund, order.c.public_id.label("order_public"), order.c.kind, order.c.site, order.c.clinic, order.c.facts,
        order.c.amount.label("order_amount"), payment.c.channel, payment.c.account,
    )
    joined = refund.join(order, order.c.id == refund.c.order_id)
    # Where the insurance paid all there is no payment.
    joined = joined.outerjoin(payment, payment.c.id == refund.c.payment_id)
    mine = select(*fields).select_from(joined).where(_standing(states))
    if clinics is not None:
        mine = mine.where(order.c.clinic.in_(clinics))
    return await tx.all(mine.order_by(refund.c.id).limit(limit).offset(offset))


async def count_refunds(tx: Transaction, states: Sequence[str], clinics: Sequence[str] | None = None) -> int:
    joined = refund.join(order, order.c.id == refund.c.order_id)
    mine = select(func.count()).select_from(joined).where(_standing(states))
    return int(await tx.scalar(mine if clinics is None else mine.where(order.c.clinic.in_(clinics))))


def _standing(states: Sequence[str]) -> ColumnElement[bool]:
    later = refund.alias()
    begun = exists().where(
        later.c.order_id == refund.c.order_id, later.c.id > refund.c.id, later.c.of_excess.is_(False),
        or_(later.c.state != "refused", later.c.refusal.not_in(OUR_NO)),
        func.coalesce(later.c.payment_id, 0) == func.coalesce(refund.c.payment_id, 0),
    )
    kept = and_(
        refund.c.state == "refused", refund.c.refusal.not_in(OUR_NO), refund.c.let_at.is_(None), ~begun,
    )
    found = refund.c.state.in_([each for each in states if each != "refused"])
    return or_(found, kept) if "refused" in states else found


async def order_by(tx: Transaction, order_id: int) -> Row[Any] | None:
    return await tx.one(select(order).where(order.c.id == order_id))


async def named_orders(tx: Transaction, ids: Sequence[str]) -> list[Row[Any]]:
    """(public_id, facts, amount, created_at, clinic) of those that are there."""
    fields = (order.c.public_id, order.c.facts, order.c.amount, order.c.created_at, order.c.clinic)
    found: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        found += await tx.all(select(*fields).where(order.c.public_id.in_(ids[at : at + STEP])))
    return found


async def named_refunds(tx: Transaction, ids: Sequence[str]) -> list[Row[Any]]:
    """The same of refunds."""
    fields = (refund.c.public_id, order.c.facts, refund.c.amount, refund.c.created_at, order.c.clinic)
    mine = select(*fields).select_from(refund.join(order, order.c.id == refund.c.order_id))
    found: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        found += await tx.all(mine.where(refund.c.public_id.in_(ids[at : at + STEP])))
    return found


async def clinics_of(tx: Transaction, persons: Collection[int]) -> list[Row[Any]]:
    """(person_id, clinic) of all that these persons (by key) were asked money for."""
    wanted, found = sorted(persons), list[Row[Any]]()
    for at in range(0, len(wanted), STEP):
        mine = select(order.c.person_id, order.c.clinic).where(order.c.person_id.in_(wanted[at : at + STEP]))
        found += await tx.all(mine.distinct())
    return found


def _filtered(found: Select[Any], wanted: Wanted) -> Select[Any]:
    for column, value in ((order.c.state, wanted.state), (order.c.kind, wanted.kind), (order.c.site, wanted.site)):
        if value:
            found = found.where(column == value)
    if wanted.clinics is not None:
        found = found.where(order.c.clinic.in_(wanted.clinics))
    if wanted.since is not None:
        found = found.where(order.c.created_at >= wanted.since)
    if wanted.until is not None:
        found = found.where(order.c.created_at < wanted.until)
    if wanted.number:
        paid = select(payment.c.order_id).where(
            or_(payment.c.number == wanted.number, payment.c.channel_number == wanted.number)
        )
        back = select(refund.c.order_id).where(
            or_(refund.c.number == wanted.number, refund.c.channel_refund == wanted.number)
        )
        found = found.where(or_(
            order.c.public_id == wanted.number, order.c.receipt == wanted.number, order.c.bill == wanted.number,
            order.c.id.in_(paid), order.c.id.in_(back),
        ))
    return found
