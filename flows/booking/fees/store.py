"""The table of fees by kind of session, and the only SQL on it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Column, Date, Integer, UniqueConstraint, delete, select, update

from bot.db.schema import Moment, code, key, public_id, table
from bot.db.transaction import Transaction
from flows.booking.fees.rules import Fee, Fees

fee_rule = table(
    "booking_fee_rule",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("kind", code(16), nullable=False),  # general, specialist, expert
    Column("first", Date, nullable=False),  # the day from which it holds
    Column("fee", Integer, nullable=False),  # fen
    Column("made_by", code(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("clinic", "kind", "first"),
)


async def read(tx: Transaction, clinic: str = "") -> Fees:
    """Those of one clinic, or of all."""
    own = fee_rule.c
    query = select(own.clinic, own.kind, own.first, own.fee, own.public_id).order_by(own.first)
    rows = await tx.all(query.where(own.clinic == clinic) if clinic else query)
    return Fees(tuple(Fee(row.clinic, row.kind, row.first, row.fee, row.public_id) for row in rows))


async def put(tx: Transaction, clinic: str, kind: str, first: date, fee: int, who: str) -> None:
    """In the place of one that began on the same day."""
    values = {"fee": fee, "made_by": who, "made_at": tx.now}
    if not await tx.insert_once(fee_rule, clinic=clinic, kind=kind, first=first, **values):
        own = (fee_rule.c.clinic == clinic, fee_rule.c.kind == kind, fee_rule.c.first == first)
        await tx.update(update(fee_rule).where(*own).values(**values))


async def drop(tx: Transaction, public: str) -> None:
    await tx.update(delete(fee_rule).where(fee_rule.c.public_id == public))
