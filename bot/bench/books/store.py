"""Reads on orders, payments and differences that a measurement made."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from bot.db.transaction import Transaction
from flows.payment.reconciling.store import difference
from flows.payment.store import order, payment


async def ids(tx: Transaction, abouts: Sequence[str]) -> dict[str, int]:
    """Of orders, by what they are about."""
    rows = await tx.all(select(order.c.id, order.c.about).where(order.c.about.in_(abouts)))
    return {row.about: row.id for row in rows}


async def paid(tx: Transaction) -> int:
    """Payments that are paid, and whose orders are."""
    mine = select(func.count()).select_from(payment.join(order, order.c.id == payment.c.order_id))
    return int(await tx.scalar(mine.where(payment.c.state == "paid", order.c.state == "paid")))


async def differences(tx: Transaction, account: str, kind: str) -> tuple[int, int]:
    """How many there are of this kind and account, and of all others."""
    mine = select(func.count()).where(difference.c.account == account, difference.c.kind == kind)
    found = int(await tx.scalar(mine))
    return found, int(await tx.scalar(select(func.count()).select_from(difference))) - found
