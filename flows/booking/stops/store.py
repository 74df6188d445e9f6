"""The tables of stops and the only SQL on them.

A stop is of one session, whole or from a segment on: `running`, `undone` (in error, before anybody chose) or
`replaced` (by a later one of the same segments: the substitute is away as well, or one was found). Each appointment it
hits has one row of `booking_choice`: `open` until the patient chose (`kept`, `moved`, `other`, `cancelled`), `stayed`
where nobody answered in time and a substitute sits there; `withdrawn` and `replaced` with their stop.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole

OPEN, KEPT, MOVED, OTHER, CANCELLED, STAYED = "open", "kept", "moved", "other", "cancelled", "stayed"
WITHDRAWN, REPLACED = "withdrawn", "replaced"
RUNNING, UNDONE = "running", "undone"

stop = table(
    "booking_stop",
    key(),
    public_id(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False),
    Column("request_id", code(80), nullable=False, unique=True),
    Column("kind", code(12), nullable=False),  # stopped, substituted
    Column("source", code(8), nullable=False),  # desk, roster, hospital
    Column("whole", Boolean, nullable=False),
    Column("from_wall", code(5), nullable=False),  # start of the first segment that is stopped
    Column("closes", Boolean, nullable=False),  # False: the hospital's substitute goes on taking patients
    Column("reason", String(120), nullable=False),  # as patients read it
    Column("substitute", code(32)),
    Column("state", code(12), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", code(64), nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Index("ix_booking_stop_session", "session_id", "state"),
    Index("ix_booking_stop_made", "made_at"),
)

choice = table(
    "booking_choice",
    key(),
    public_id(),
    Column("stop_id", whole(), ForeignKey("booking_stop.id"), nullable=False),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("state", code(12), nullable=False),
    Column("until", Moment, nullable=False),  # who says nothing until then stays with the substitute, or is called
    # A slot of the same doctor that cools until then, for this patient alone.
    Column("slot_id", whole()),
    Column("slot_until", Moment),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("seen_by", code(8)),  # page, chat, call
    Column("answered_at", Moment),
    Column("answered_by", code(64)),
    Column("became", whole()),  # the appointment that took its place
    Column("called", code(12)),  # what the last call came to: reached, not_reached
    UniqueConstraint("stop_id", "appointment_id"),
    Index("ix_booking_choice_appointment", "appointment_id"),
    Index("ix_booking_choice_contact", "contact_id", "state"),
    Index("ix_booking_choice_state", "state", "until"),
)

call = table(
    "booking_stop_call",
    key(),
    Column("choice_id", whole(), ForeignKey("booking_choice.id"), nullable=False),
    Column("result", code(12), nullable=False),
    Column("note", Sealed("booking_stop_call.note"), nullable=False),
    Column("called_at", Moment, nullable=False),
    Column("called_by", code(64), nullable=False),
    Index("ix_booking_stop_call_choice", "choice_id"),
)
