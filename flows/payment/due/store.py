"""Reads on what is due: orders whose time is up, channels that are to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, or_, select

from bot.db.transaction import Transaction
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT
from flows.payment.store import order, payment, refund


async def expired_orders(tx: Transaction, now: datetime, fresh: datetime, limit: int) -> Sequence[Row[Any]]:
    """Of those that have a payment open only those that are over since `fresh`: a channel that is away keeps nobody
    else's orders from being closed."""
    due = select(order.c.id).where(order.c.state.in_(OPEN_ORDER), order.c.expires_at <= now)
    return await tx.all(
        due.where(or_(order.c.expires_at > fresh, ~_has_open())).order_by(order.c.expires_at).limit(limit)
    )


async def overdue_orders(tx: Transaction, before: datetime, after: int, limit: int) -> Sequence[Row[Any]]:
    """Orders over since before that moment of which a channel does not say that the payment has ended."""
    due = select(order.c.id).where(order.c.state.in_(OPEN_ORDER), order.c.expires_at <= before, order.c.id > after)
    return await tx.all(due.where(_has_open()).order_by(order.c.id).limit(limit))


async def asks_due(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Payments whose channel is to be asked how they stand."""
    due = select(payment.c.id).where(payment.c.ask_at <= now).order_by(payment.c.ask_at).limit(limit)
    return await tx.all(due)


async def refund_asks_due(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    due = select(refund.c.id).where(refund.c.ask_at <= now).order_by(refund.c.ask_at).limit(limit)
    return await tx.all(due)


def _has_open() -> ColumnElement[bool]:
    return exists().where(payment.c.order_id == order.c.id, payment.c.state.in_(OPEN_PAYMENT))
