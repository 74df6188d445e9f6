"""The tables of shares and the only SQL on them.

A slot that is kept for a channel is in state `kept` and bears the channel's name; the row of `booking_share` counts
the kept slots of one segment and channel, and is the gate through which that channel takes them. The name stays on the
slot while it is held or taken, so that it comes back to its share. When the share is released its row is gone, and
what comes back then is everybody's.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint

from bot.db.schema import Moment, code, key, public_id, table, whole
from flows.booking.store import segment

share = table(
    "booking_share",
    key(),
    Column("segment_id", whole(), ForeignKey(segment.c.id), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("free", Integer, nullable=False),
    Column("release_at", Moment, nullable=False),
    UniqueConstraint("segment_id", "channel"),
    Index("ix_booking_share_release_at", "release_at"),
)

# "" and -1 stand for "any", so that the unique key holds (NULLs are all different).
rule = table(
    "booking_share_rule",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32), nullable=False),  # "": the general clinic
    Column("weekday", SmallInteger, nullable=False),  # 0 is Monday
    Column("half", code(8), nullable=False),
    Column("session", code(64), nullable=False),  # of one session alone
    Column("channel", code(16), nullable=False),
    Column("percent", SmallInteger, nullable=False),
    Column("release_minutes", Integer, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", code(64), nullable=False),
    UniqueConstraint("clinic", "doctor", "weekday", "half", "session", "channel", name="uq_booking_share_rule_what"),
)
