"""What each side told of a day, line by line, and what came of holding it together. Lines belong to a statement; only
those of a statement that `counts` are looked at, so that a day is told again without a moment of having been told half.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole

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
