"""Whether the ledger says of commercial insurers' parts what the claims on them say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select

from bot.db.transaction import Transaction
from flows.payment.covered.store import cover
from flows.payment.ledger.checks.store import entered, joined
from flows.payment.ledger.store import movement
from flows.payment.store import order

DIRECT = cover.c.way == "direct"
"""What an insurer pays to patients never is in our books."""


async def covers_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Settled or reversed, and not in the ledger with that sum."""
    insurer = joined("insurer:", cover.c.insurer)
    taken = entered(joined("covered:", cover.c.id), insurer, cover.c.pays)
    undone = entered(joined("uncovered:", cover.c.id), insurer, -cover.c.pays)
    wrong = or_(and_(cover.c.settled_at.is_not(None), ~taken), and_(cover.c.reversed_at.is_not(None), ~undone))
    return await tx.all(select(cover.c.number).where(DIRECT, wrong).limit(most))


async def entries_without_cover(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    taken = exists().where(movement.c.cause == joined("covered:", cover.c.id), DIRECT, cover.c.settled_at.is_not(None))
    undone = exists().where(
        movement.c.cause == joined("uncovered:", cover.c.id), DIRECT, cover.c.reversed_at.is_not(None)
    )
    wrong = or_(and_(movement.c.kind == "covered", ~taken), and_(movement.c.kind == "uncovered", ~undone))
    return await tx.all(select(movement.c.cause).where(wrong).limit(most))


async def covers_wrong(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Orders that leave to a commercial insurer what no claim of theirs is agreed on, or settled without it."""
    same = and_(DIRECT, cover.c.order_id == order.c.id, cover.c.pays == order.c.covered)
    agreed = exists().where(same, cover.c.agreed_at.is_not(None))
    settled = exists().where(same, cover.c.settled_at.is_not(None))
    wrong = or_(~agreed, order.c.covered > order.c.insured, and_(order.c.settled_at.is_not(None), ~settled))
    return await tx.all(select(order.c.public_id).where(order.c.covered != 0, wrong).limit(most))
