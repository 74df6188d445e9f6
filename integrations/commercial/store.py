"""The embedded commercial insurers' own tables (prefix commercial_); nobody outside this folder touches them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, hashed, key, table, whole

policy = table(
    "commercial_policy",
    key(),
    Column("insurer", code(16), nullable=False),
    Column("document", hashed(), nullable=False),  # of whose it is
    Column("product", code(16), nullable=False),
    Column("deductible", Integer, nullable=False),  # fen of this year's that are still to be borne
    Column("spent", Integer, nullable=False),  # fen of this year's limit
    Column("year", Integer, nullable=False),
    UniqueConstraint("insurer", "document", "product"),
)

claim = table(
    "commercial_claim",
    key(),
    Column("insurer", code(16), nullable=False),
    Column("number", code(32), nullable=False),  # the hospital's
    Column("digest", hashed()),  # of what was claimed; none where it was withdrawn before it came
    Column("policy_id", whole(), ForeignKey("commercial_policy.id")),
    Column("direct", Boolean, nullable=False, default=True),
    Column("state", code(12), nullable=False),  # port.State
    Column("pays", Integer, nullable=False, default=0),
    Column("bore", Integer, nullable=False, default=0),  # of the deductible
    Column("reason", code(32)),
    Column("wants", code(64)),  # words with a space between
    Column("note", Sealed("commercial_claim.note")),  # what was supplied
    Column("note_id", code(64)),
    Column("decides_at", Moment),  # a pending one is offered or paid then
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("reversed_at", Moment),
    UniqueConstraint("insurer", "number"),
    Index("ix_commercial_claim_settled", "insurer", "settled_at"),
    Index("ix_commercial_claim_reversed", "insurer", "reversed_at"),
)
