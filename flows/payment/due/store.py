"""Reads on what is due: orders whose time is up, channels that are to be asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, exists, or_, select

from bot.db.lookup import Lookup, asked, most
from bot.db.transaction import Transaction
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT
from flows.payment.store import order, payment, refund


async def expired_orders(tx: Transaction, now: datetime, fresh: datetime, limit: int) -> Sequence[Row[Any]]:
    """Of those that have a payment open only those that are over since `fresh`: a channel that is away keeps nobody
    else's orders from being closed."""
    return await _expired.rows(tx, now=now, fresh=fresh, most=limit)


async def overdue_orders(tx: Transaction, before: datetime, after: int, limit: int) -> Sequence[Row[Any]]:
    """Orders over since before that moment of which a channel does not say that the payment has ended."""
    return await _overdue.rows(tx, over=before, after=after, most=limit)


async def asks_due(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Payments whose channel is to be asked how they stand."""
    return await _asks.rows(tx, now=now, most=limit)


async def refund_asks_due(tx: Transaction, now: datetime, limit: int) -> Sequence[Row[Any]]:
    return await _refund_asks.rows(tx, now=now, most=limit)


def _open_order() -> ColumnElement[bool]:
    return or_(*(order.c.state == state for state in OPEN_ORDER))


def _has_open() -> ColumnElement[bool]:
    return exists().where(payment.c.order_id == order.c.id, or_(*(payment.c.state == each for each in OPEN_PAYMENT)))


def _asked(table: Table) -> Select[Any]:
    """Those of which the other side is to be asked by now."""
    return select(table.c.id).where(table.c.ask_at <= asked(table.c.ask_at, "now")).order_by(table.c.ask_at)


# Looked for every second or two, almost always in vain.
_expired = Lookup(lambda: select(order.c.id).where(
    _open_order(), order.c.expires_at <= asked(order.c.expires_at, "now"),
    or_(order.c.expires_at > asked(order.c.expires_at, "fresh"), ~_has_open()),
).order_by(order.c.expires_at).limit(most()))
_overdue = Lookup(lambda: select(order.c.id).where(
    _open_order(), order.c.expires_at <= asked(order.c.expires_at, "over"), order.c.id > asked(order.c.id, "after"),
    _has_open(),
).order_by(order.c.id).limit(most()))
_asks, _refund_asks = Lookup(lambda: _asked(payment).limit(most())), Lookup(lambda: _asked(refund).limit(most()))
