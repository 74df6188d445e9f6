"""Claims on the insurance: one row for each time that somebody wanted a bill to be paid with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Row, select, update

from bot.db.lookup import Lookup, asked
from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.payment.insured.rules import ALIVE

claim = table(
    "payment_claim",
    key(),
    public_id(),
    Column("order_id", whole(), ForeignKey("payment_order.id"), nullable=False),
    Column("open_key", whole(), unique=True),  # the order while it is alive: an order has one claim
    Column("number", code(26), nullable=False, unique=True),  # ours; messages are made of it
    Column("insurer", code(16), nullable=False),
    Column("state", code(8), nullable=False),  # rules.ClaimState
    Column("identity", Sealed("payment_claim.identity")),  # JSON: voucher or identity card; none once it is not needed
    Column("scheme", code(16)),
    Column("visit", code(64)),  # the insurance's number of it
    Column("fund", Integer, nullable=False, default=0),
    Column("personal", Integer, nullable=False, default=0),
    Column("own", Integer, nullable=False, default=0),
    Column("consent", code(20), nullable=False),  # version of what was agreed to before anything was told
    Column("consented_at", Moment, nullable=False),
    Column("consented_by", code(64), nullable=False),
    Column("offered_at", Moment),
    Column("agreed_at", Moment),
    Column("told_at", Moment),  # when the insurance was told to settle
    Column("settlement", code(64)),  # its number
    Column("claimed_at", Moment),
    Column("reversal", code(64)),
    Column("reversed_at", Moment),
    Column("refusal", code(64)),
    Column("ended_at", Moment),
    Column("cleared_at", Moment),  # the visit was taken back there, where nothing came of it
    Index("ix_payment_claim_order", "order_id", "id"),
    Index("ix_payment_claim_claimed", "claimed_at"),
    Index("ix_payment_claim_reversed", "reversed_at"),
)


async def by_id(tx: Transaction, claim_id: int) -> Row[Any] | None:
    return await tx.one(select(claim).where(claim.c.id == claim_id))


async def of_order(tx: Transaction, order_id: int) -> Row[Any] | None:
    """The latest claim of an order."""
    return await tx.one(select(claim).where(claim.c.order_id == order_id).order_by(claim.c.id.desc()).limit(1))


async def alive(tx: Transaction, order_id: int) -> Row[Any] | None:
    """The claim that the order stands on, or will."""
    return await _alive.first(tx, order_id=order_id)


async def claims_of(tx: Transaction, order_id: int) -> Sequence[Row[Any]]:
    return await tx.all(select(claim).where(claim.c.order_id == order_id).order_by(claim.c.id))


async def of_number(tx: Transaction, number: str) -> Row[Any] | None:
    return await tx.one(select(claim).where(claim.c.number == number))


async def move(tx: Transaction, claim_id: int, was: Sequence[str], **values: Any) -> bool:
    """Change a claim that is in one of the states `was`; False where it is not any more."""
    if "state" in values and values["state"] not in ALIVE:
        values |= {"open_key": None}
    mine = update(claim).where(claim.c.id == claim_id, claim.c.state.in_(was))
    return await tx.update(mine.values(**values)) == 1


async def clear(tx: Transaction, claim_id: int, at: datetime) -> None:
    """Nothing of it stands at the insurance any more."""
    await tx.update(update(claim).where(claim.c.id == claim_id).values(cleared_at=at, identity=None))


_alive = Lookup(lambda: select(claim).where(claim.c.open_key == asked(claim.c.open_key, "order_id")))
