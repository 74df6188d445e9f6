"""The tables of the fair opening and the only SQL on them.

A draw is of one session: `coming` until its wishes were drawn, `drawn` while winners are given their holds and losers
are told, `done`, or `void` (the session was stopped, or the office withdrew it before the opening). A wish waits, and
ends `won`, `lost`, `skipped` (not theirs to have when it was their turn) or `withdrawn` (by them).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from flows.booking.store import segment, session

fair = table(
    "booking_fair",
    key(),
    public_id(),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32), nullable=False),  # "": all sessions of the clinic
    Column("seconds", SmallInteger, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", code(64), nullable=False),
    UniqueConstraint("clinic", "doctor"),
)

draw = table(
    "booking_draw",
    key(),
    public_id(),
    Column("session_id", whole(), ForeignKey(session.c.id), nullable=False, unique=True),
    Column("state", code(8), nullable=False),
    Column("opens_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
    Column("seed", Sealed("booking_draw.seed"), nullable=False),
    Column("seed_hash", code(64), nullable=False),
    Column("places", Integer),  # slots there were when it was drawn
    Column("made_at", Moment, nullable=False),
    Column("drawn_at", Moment),
    Column("done_at", Moment),
    Index("ix_booking_draw_state", "state", "closes_at"),
)

wish = table(
    "booking_wish",
    key(),
    public_id(),
    Column("draw_id", whole(), ForeignKey(draw.c.id), nullable=False),
    Column("segment_id", whole(), ForeignKey(segment.c.id), nullable=False),  # the time they would like best
    Column("person_id", whole(), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("channel", code(16), nullable=False),
    Column("code", code(12), nullable=False),
    Column("seen", Boolean, nullable=False),  # the doctor has seen them before: a return visit
    Column("lost", SmallInteger, nullable=False),
    Column("weight", SmallInteger, nullable=False),
    Column("state", code(12), nullable=False),
    Column("place", Integer),  # in the order that was drawn, from 1
    Column("appointment_id", whole()),
    Column("reason", code(40)),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("draw_id", "person_id"),
    UniqueConstraint("draw_id", "code"),
    Index("ix_booking_wish_draw", "draw_id", "state", "place"),
    Index("ix_booking_wish_contact", "contact_id", "state"),
    Index("ix_booking_wish_person", "person_id", "state"),
)
