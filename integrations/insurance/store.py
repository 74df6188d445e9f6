"""The embedded insurer's own tables (prefix insurer_); nobody outside this folder touches them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer

from bot.db.schema import Moment, Sealed, code, hashed, key, long_text, table, whole

person = table(
    "insurer_person",
    key(),
    Column("document", hashed(), nullable=False, unique=True),
    Column("scheme", code(16), nullable=False),
    Column("balance", Integer, nullable=False),  # fen, of their own account
    Column("borne", Integer, nullable=False),  # fen that they bore themselves of this year's deductible
    Column("year", Integer, nullable=False),
)

visit = table(
    "insurer_visit",
    key(),
    Column("number", code(32), nullable=False, unique=True),  # the hospital's
    Column("person_id", whole(), ForeignKey("insurer_person.id"), nullable=False, index=True),
    Column("clinic", code(32), nullable=False),
    Column("items", Sealed("insurer_visit.items")),  # JSON; none while nothing is charged
    Column("gone_at", Moment),
    Column("at", Moment, nullable=False),
)

claim = table(
    "insurer_claim",
    key(),
    Column("visit_id", whole(), ForeignKey("insurer_visit.id"), nullable=False),
    Column("active", Integer),  # 1 while it stands, so that a visit is settled once
    Column("message", code(32), nullable=False, unique=True),
    Column("fund", Integer, nullable=False),
    Column("personal", Integer, nullable=False),
    Column("own", Integer, nullable=False),
    Column("bore", Integer, nullable=False),  # of the deductible
    Column("at", Moment, nullable=False),
    Column("reversal", code(32)),
    Column("reversed_at", Moment),
    Index("uq_insurer_claim_visit", "visit_id", "active", unique=True),
    Index("ix_insurer_claim_at", "at"),
    Index("ix_insurer_claim_reversed", "reversed_at"),
)

message = table(
    "insurer_message",
    Column("message", code(32), primary_key=True),
    Column("digest", hashed()),  # of what was told; none where it was voided before it came
    Column("voided", Boolean, nullable=False, default=False),
    Column("answer", long_text()),  # JSON of codes and sums, nothing personal
    Column("at", Moment, nullable=False, index=True),
)
