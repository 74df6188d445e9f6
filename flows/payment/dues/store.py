"""Reads on orders by who asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.db.transaction import Transaction
from flows.payment.store import order, payment, refund

STEP = 500
"""Ids in one question."""


async def of_publics(tx: Transaction, publics: Sequence[str]) -> Mapping[int, Row[Any]]:
    """Key -> order."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(publics), STEP):
        mine = select(order).where(order.c.public_id.in_(publics[start : start + STEP]))
        found |= {row.id: row for row in await tx.all(mine)}
    return found


async def of_orders(tx: Transaction, orders: Sequence[int]) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Payments and refunds of these orders, the first first."""
    payments: list[Row[Any]] = []
    refunds: list[Row[Any]] = []
    for start in range(0, len(orders), STEP):
        step = orders[start : start + STEP]
        payments += await tx.all(select(payment).where(payment.c.order_id.in_(step)).order_by(payment.c.id))
        refunds += await tx.all(select(refund).where(refund.c.order_id.in_(step)).order_by(refund.c.id))
    return payments, refunds
