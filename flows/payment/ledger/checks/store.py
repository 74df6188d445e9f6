"""Each question gives the first column that names what is wrong; nothing where all is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, String, and_, case, cast, exists, func, literal, or_, select, text

from bot.db.transaction import Transaction
from flows.payment.ledger.store import entry, movement
from flows.payment.store import order, payment, refund

Check = Callable[[Transaction, int], Awaitable[Sequence[Row[Any]]]]
AT_REST = ("settled", "refunded", "closed")
LEDGER = ("payment_movement", "payment_entry")
TRIGGERS = tuple(f"{table}_no_{verb}" for table in LEDGER for verb in ("update", "delete"))


@dataclass(frozen=True, slots=True)
class Totals:
    orders: int
    movements: int
    held: int
    claimed: int
    handed_on: int


async def totals(tx: Transaction) -> Totals:
    async def sum_of(prefix: str) -> int:
        mine = select(func.coalesce(func.sum(entry.c.amount), 0)).where(entry.c.account.like(f"{prefix}:%"))
        return int(await tx.scalar(mine))

    async def rows_of(table: Any) -> int:
        return int(await tx.scalar(select(func.count()).select_from(table)))

    held, claimed, handed_on = await sum_of("channel"), await sum_of("insurer"), -await sum_of("hospital")
    return Totals(await rows_of(order), await rows_of(movement), held, claimed, handed_on)


async def unbalanced(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Movements that are not two entries which sum to zero."""
    pair = select(entry.c.movement_id, func.sum(entry.c.amount).label("sum"), func.count().label("rows"))
    pairs = pair.group_by(entry.c.movement_id).subquery()
    found = select(movement.c.cause).outerjoin(pairs, pairs.c.movement_id == movement.c.id)
    wrong = or_(pairs.c.movement_id.is_(None), pairs.c.sum != 0, pairs.c.rows != 2)
    return await tx.all(found.where(wrong).limit(most))


async def payments_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    account = joined("channel:", payment.c.account)
    written = entered(joined("paid:", payment.c.id), account, payment.c.amount)
    return await tx.all(select(payment.c.number).where(payment.c.state == "paid", ~written).limit(most))


async def entries_without_payment(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    known = exists().where(movement.c.cause == joined("paid:", payment.c.id), payment.c.state == "paid")
    return await tx.all(select(movement.c.cause).where(movement.c.kind == "paid", ~known).limit(most))


async def settlements_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    written = entered(joined("settled:", order.c.id), joined("hospital:", order.c.site), -order.c.amount)
    return await tx.all(select(order.c.public_id).where(order.c.settled_at.is_not(None), ~written).limit(most))


async def entries_without_settlement(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    known = exists().where(movement.c.cause == joined("settled:", order.c.id), order.c.settled_at.is_not(None))
    return await tx.all(select(movement.c.cause).where(movement.c.kind == "settled", ~known).limit(most))


async def consents_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    cause = joined("unsettled:", refund.c.id)
    written = exists().where(movement.c.cause == cause)
    wrong = or_(and_(refund.c.permission.is_not(None), ~written), and_(refund.c.permission.is_(None), written))
    return await tx.all(select(refund.c.public_id).where(wrong).limit(most))


async def refunds_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    written = entered(joined("back:", refund.c.id), joined("channel:", payment.c.account), -refund.c.amount)
    found = select(refund.c.public_id).join(payment, payment.c.id == refund.c.payment_id)
    return await tx.all(found.where(refund.c.state == "back", ~written).limit(most))


async def entries_without_refund(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    known = exists().where(movement.c.cause == joined("back:", refund.c.id), refund.c.state == "back")
    return await tx.all(select(movement.c.cause).where(movement.c.kind == "back", ~known).limit(most))


async def paid_twice(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Orders for which more, or less, was applied than they cost the payer."""
    applied = select(payment.c.order_id, func.sum(payment.c.amount).label("sum")).where(payment.c.use == "applied")
    sums = applied.group_by(payment.c.order_id).subquery()
    found = select(order.c.public_id).join(sums, sums.c.order_id == order.c.id)
    return await tx.all(found.where(sums.c.sum != order.c.amount - order.c.insured).limit(most))


async def more_back_than_paid(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    back = select(refund.c.payment_id, func.sum(refund.c.amount).label("sum")).where(refund.c.state != "refused")
    sums = back.group_by(refund.c.payment_id).subquery()
    return await tx.all(
        select(payment.c.number).join(sums, sums.c.payment_id == payment.c.id)
        .where(sums.c.sum > payment.c.amount).limit(most)
    )


async def states_wrong(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Orders whose state is not what their facts amount to."""
    applied = or_(
        exists().where(payment.c.order_id == order.c.id, payment.c.use == "applied"),
        and_(order.c.insured == order.c.amount, order.c.paid_at.is_not(None)),
    )
    alive = exists().where(
        refund.c.order_id == order.c.id, ~refund.c.of_excess, refund.c.state.not_in(("back", "refused"))
    )
    unpaid = order.c.state.in_(("created", "paying", "closed"))
    wrong = or_(
        and_(unpaid, applied),
        and_(~unpaid, order.c.state != "failed", ~applied),
        and_(order.c.state == "settled", order.c.settled_at.is_(None)),
        and_(order.c.state == "paid", order.c.settled_at.is_not(None)),
        and_((order.c.state == "refunding") != alive, order.c.state.in_(("paid", "settled", "refunding", "refunded"))),
    )
    return await tx.all(select(order.c.public_id).where(wrong).limit(most))


async def not_at_rest(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Orders that are over, nothing of them on its way, and their account does not stand at zero."""
    moving = exists().where(refund.c.order_id == order.c.id, refund.c.state.not_in(("back", "refused")))
    stands = (
        select(func.coalesce(func.sum(entry.c.amount), 0))
        .where(entry.c.account == joined("order:", order.c.id)).scalar_subquery()
    )
    over = and_(order.c.state.in_(AT_REST), ~moving)
    return await tx.all(select(order.c.public_id).where(over, case((over, stands), else_=0) != 0).limit(most))


async def unguarded(tx: Transaction) -> list[str]:
    """Triggers that should keep the ledger from being changed, and are not there."""
    if tx.link.dialect.name == "sqlite":
        names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        names = text("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()")
    there = {str(row[0]) for row in await tx.all(names)}
    return [name for name in TRIGGERS if name not in there]


def entered(cause: ColumnElement[str], account: ColumnElement[str], amount: ColumnElement[int]) -> ColumnElement[bool]:
    """A movement of this cause has this entry."""
    return exists().where(
        movement.c.cause == cause, entry.c.movement_id == movement.c.id, entry.c.account == account,
        entry.c.amount == amount,
    )


def joined(prefix: str, column: ColumnElement[Any]) -> ColumnElement[str]:
    return literal(prefix) + cast(column, String(32))
