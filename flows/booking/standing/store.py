"""The tables of attendance (who came), no-shows (爽约), the blacklist and appeals.

A no-show counts until it is `struck` out. A lock is `locked`, then `over` by itself or `lifted`; `open` is true until
then and NULL afterwards, so that the database itself keeps one open lock for a person. `lock_id` of a no-show is the
lock that it led to: it does not count towards another one. An appeal is `open`, then `accepted` or `declined`; `about`
is unique, so that nobody appeals twice against the same.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, UniqueConstraint

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole

attendance = table(
    "booking_attendance",
    key(),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("way", code(16), nullable=False),  # chat, page, desk, hospital, kiosk
    Column("who", code(64), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("seen_at", Moment),  # taken in by the doctor, as the hospital tells
)

report = table(
    "booking_report",
    key(),
    Column("day", Date, nullable=False, unique=True),
    Column("read_at", Moment, nullable=False),  # when the hospital last told who came that day
)

excused = table(
    "booking_excused",
    key(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False, unique=True),
    Column("reason", Sealed("booking_excused.reason"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", code(64), nullable=False),
)

lock = table(
    "booking_lock",
    key(),
    public_id(),
    Column("person_id", whole(), nullable=False),
    Column("state", code(12), nullable=False),  # locked, over, lifted
    Column("open", Boolean),
    Column("count", Integer, nullable=False),  # of the no-shows that led to it
    Column("days", Integer),  # in which they were counted; NULL: an old one, as the settings say
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Column("reason", Sealed("booking_lock.reason")),  # why it was lifted
    UniqueConstraint("person_id", "open"),
    Index("ix_booking_lock_state", "state", "until"),
)

no_show = table(
    "booking_no_show",
    key(),
    public_id(),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False, unique=True),
    Column("person_id", whole(), nullable=False),
    Column("missed_at", Moment, nullable=False),  # when the segment ended
    Column("written_at", Moment, nullable=False),
    Column("state", code(12), nullable=False),  # counted, struck
    Column("lock_id", whole(), ForeignKey("booking_lock.id")),
    Column("struck_at", Moment),
    Column("struck_by", code(64)),
    Column("reason", Sealed("booking_no_show.reason")),  # why it was struck out
    Index("ix_booking_no_show_person", "person_id", "state", "missed_at"),
    Index("ix_booking_no_show_missed", "missed_at"),
)

appeal = table(
    "booking_appeal",
    key(),
    public_id(),
    Column("about", code(96), nullable=False, unique=True),
    Column("kind", code(12), nullable=False),  # no_show, lock, refusal
    Column("rule", code(40), nullable=False),  # of a refusal: its template; else ""
    Column("person_id", whole(), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("session_id", whole(), ForeignKey("booking_session.id")),  # what it was about, where it was about one
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id")),
    Column("said", Sealed("booking_appeal.said")),
    Column("channel", code(16), nullable=False),
    Column("state", code(12), nullable=False),  # open, accepted, declined
    Column("made_at", Moment, nullable=False),
    Column("answer", Sealed("booking_appeal.answer")),
    Column("answered_at", Moment),
    Column("answered_by", code(64)),
    Index("ix_booking_appeal_state", "state", "made_at"),
    Index("ix_booking_appeal_contact", "contact_id", "made_at"),
)
