"""Reads on what was taken and given back, by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_

from bot.db.transaction import Transaction
from integrations.his.cashier import store


async def paid(tx: Transaction, *, at: datetime, last: int, until: datetime, limit: int) -> Sequence[Row[Any]]:
    """Settlements by time, those after (at, last)."""
    took = store.settlement.c
    mine = store.settlement.select().with_only_columns(took.id, took.paid, took.at)
    mine = mine.where(took.at >= at, took.at < until, or_(took.at > at, and_(took.at == at, took.id > last)))
    return await tx.all(mine.order_by(took.at, took.id).limit(limit))


async def given(tx: Transaction, *, at: datetime, last: int, until: datetime, limit: int) -> Sequence[Row[Any]]:
    """The same of what the payer has back."""
    took, back = store.settlement.c, store.permission.c
    fields = (back.id, back.amount, back.refund, back.parts, back.refunded_at.label("at"), back.settlement_id,
              took.paid)
    joined = store.permission.join(store.settlement, took.id == back.settlement_id)
    mine = store.permission.select().with_only_columns(*fields).select_from(joined)
    later = or_(back.refunded_at > at, and_(back.refunded_at == at, back.id > last))
    mine = mine.where(back.refunded_at >= at, back.refunded_at < until, later)
    return await tx.all(mine.order_by(back.refunded_at, back.id).limit(limit))
