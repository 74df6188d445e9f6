"""Whether the ledger says of the insurance's parts what the claims say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select

from bot.db.transaction import Transaction
from flows.payment.insured.store import claim
from flows.payment.ledger.checks.store import entered, joined
from flows.payment.ledger.store import movement
from flows.payment.store import order


async def claims_not_entered(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Settled or reversed, and not in the ledger with that sum."""
    insurer, sum_ = joined("insurer:", claim.c.insurer), claim.c.fund + claim.c.personal
    taken = entered(joined("claimed:", claim.c.id), insurer, sum_)
    undone = entered(joined("unclaimed:", claim.c.id), insurer, -sum_)
    wrong = or_(
        and_(claim.c.claimed_at.is_not(None), ~taken), and_(claim.c.reversed_at.is_not(None), ~undone)
    )
    return await tx.all(select(claim.c.number).where(wrong).limit(most))


async def entries_without_claim(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    taken = exists().where(movement.c.cause == joined("claimed:", claim.c.id), claim.c.claimed_at.is_not(None))
    undone = exists().where(movement.c.cause == joined("unclaimed:", claim.c.id), claim.c.reversed_at.is_not(None))
    wrong = or_(and_(movement.c.kind == "claimed", ~taken), and_(movement.c.kind == "unclaimed", ~undone))
    return await tx.all(select(movement.c.cause).where(wrong).limit(most))


async def parts_wrong(tx: Transaction, most: int) -> Sequence[Row[Any]]:
    """Orders that leave to the insurance what no claim of theirs is agreed on, or settled without it."""
    sum_, part = claim.c.fund + claim.c.personal, order.c.insured - order.c.covered
    agreed = exists().where(claim.c.order_id == order.c.id, claim.c.agreed_at.is_not(None), sum_ == part)
    settled = exists().where(claim.c.order_id == order.c.id, claim.c.claimed_at.is_not(None), sum_ == part)
    wrong = and_(part != 0, or_(~agreed, and_(order.c.settled_at.is_not(None), ~settled)))
    return await tx.all(select(order.c.public_id).where(wrong).limit(most))
