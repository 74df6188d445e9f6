"""The inbox: every message that came, once, with what was answered.

The unique key on (source, external_id) is what makes a message happen once; the stored answer is what a repeated
delivery is given. It is also the record of what was said.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, key, table, whole

inbox = table(
    "inbox",
    key(),
    Column("source", code(48), nullable=False),
    Column("external_id", code(190), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("kind", code(16), nullable=False),
    Column("body", Sealed("inbox.body"), nullable=False),
    Column("answer", Sealed("inbox.answer"), nullable=False),
    Column("request_id", code(40), nullable=False),
    Column("received_at", Moment, nullable=False),
    UniqueConstraint("source", "external_id"),
    Index("ix_inbox_contact_received", "contact_id", "received_at"),
)
