"""What each side told of a day, line by line, and what came of holding it together. Lines belong to a statement; only
those of a statement that `counts` are looked at, so that a day is told again without a moment of having been told half.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, UniqueConstraint, select, update

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.payment.reconciling.rules import LIVE

statement = table(
    "payment_statement",
    key(),
    Column("side", code(8), nullable=False),  # rules.Side
    Column("account", code(32), nullable=False),  # "" for the hospital, which takes for all
    Column("day", Date, nullable=False),
    Column("state", code(8), nullable=False),  # coming, counts, old
    Column("flaw", code(24), nullable=False, default="", server_default=""),  # rules.flaw_of
    Column("lines", Integer, nullable=False, default=0),
    Column("paid", BigInteger, nullable=False, default=0),
    Column("refunded", BigInteger, nullable=False, default=0),
    Column("fee", BigInteger, nullable=False, default=0),
    Column("at", Moment, nullable=False),
    Column("by", code(64), nullable=False),
    Index("ix_payment_statement_day", "side", "account", "day", "state"),
)

line = table(
    "payment_line",
    key(),
    Column("statement_id", whole(), ForeignKey("payment_statement.id"), nullable=False),
    Column("side", code(8), nullable=False),
    Column("account", code(32), nullable=False),
    Column("day", Date, nullable=False),  # on which we have it, where we have it: midnight parts nothing
    Column("name", code(72), nullable=False),  # p:<number> of a payment, r:<number> of a refund
    Column("number", code(64), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("due", Boolean, nullable=False, default=False),  # ours: the hospital should have it, too
    Column("outside", code(64), nullable=False, default="", server_default=""),  # the other side's own number
    Column("at", Moment, nullable=False),
    Index("ix_payment_line_day", "account", "day", "name"),
    Index("ix_payment_line_statement", "statement_id"),
)

total = table(
    "payment_total",
    key(),
    Column("account", code(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("side", code(8), nullable=False),
    Column("refund", Boolean, nullable=False),
    Column("many", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    UniqueConstraint("account", "day", "side", "refund"),
    Index("ix_payment_total_day", "day"),
)

day = table(
    "payment_day",
    key(),
    Column("account", code(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", code(12), nullable=False),  # rules.DayState
    Column("flaw", code(24), nullable=False, default="", server_default=""),
    Column("runs", Integer, nullable=False, default=0),
    Column("at", Moment, nullable=False),
    Column("by", code(64), nullable=False),
    UniqueConstraint("account", "day"),
    Index("ix_payment_day_day", "day", "state"),
)

difference = table(
    "payment_difference",
    key(),
    public_id(),
    Column("account", code(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("name", code(72), nullable=False),
    Column("number", code(64), nullable=False),  # ours, of the payment
    Column("refund", Boolean, nullable=False),
    Column("kind", code(16), nullable=False),  # rules.Kind
    Column("channel_amount", BigInteger),
    Column("our_amount", BigInteger),
    Column("hospital_amount", BigInteger),
    Column("due", Boolean, nullable=False),
    Column("order_id", whole()),
    Column("state", code(12), nullable=False),  # open, repairing, adjusting (waits for a second person), adjusted, gone
    Column("run", Integer, nullable=False),  # of the day, in which it was seen last
    Column("made_at", Moment, nullable=False),
    Column("tried_at", Moment),
    Column("note", Sealed("payment_difference.note")),  # why it is adjusted
    Column("wanted_by", code(64)),
    Column("wanted_at", Moment),
    Column("approved_by", code(64)),
    Column("approved_at", Moment),
    UniqueConstraint("account", "day", "name"),
    Index("ix_payment_difference_state", "state", "day"),
)


async def run(tx: Transaction, account: str, on: date, by: str) -> int:
    """The number of the day's next run."""
    await tx.insert_once(day, account=account, day=on, state="no_bill", flaw="", runs=0, at=tx.now, by=by)
    mine = (day.c.account == account, day.c.day == on)
    await tx.update(update(day).where(*mine).values(runs=day.c.runs + 1))
    return int(await tx.scalar(select(day.c.runs).where(*mine)))


async def set_day(tx: Transaction, account: str, on: date, **values: Any) -> None:
    await tx.update(update(day).where(day.c.account == account, day.c.day == on).values(at=tx.now, **values))


async def write(tx: Transaction, **values: Any) -> bool:
    """A new difference; False where somebody else wrote it a moment ago."""
    return await tx.insert_once(difference, made_at=tx.now, **values)


async def seen(tx: Transaction, difference_id: int, run: int, **values: Any) -> None:
    """In this run; what a later one has seen already is not unsaid by one that takes longer."""
    mine = update(difference).where(difference.c.id == difference_id, difference.c.run <= run)
    await tx.update(mine.values(run=run, **values))


async def move(tx: Transaction, difference_id: int, was: Sequence[str], **values: Any) -> bool:
    """Change a difference that is in one of the states `was`; False where it is not any more."""
    mine = update(difference).where(difference.c.id == difference_id, difference.c.state.in_(was))
    return await tx.update(mine.values(**values)) == 1


async def gone(tx: Transaction, account: str, on: date, before: int) -> None:
    """What was not seen since that run differs no more."""
    mine = update(difference).where(difference.c.account == account, difference.c.day == on)
    await tx.update(mine.where(difference.c.run < before, difference.c.state.in_(LIVE)).values(state="gone"))


async def live(tx: Transaction, account: str, on: date) -> list[str]:
    """States of what nobody has done with; one is enough."""
    mine = select(difference.c.state).where(difference.c.account == account, difference.c.day == on)
    return [row.state for row in await tx.all(mine.where(difference.c.state.in_(LIVE)).limit(1))]
