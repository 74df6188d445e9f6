"""The tables of booking, and the reads on them. What changes the pool stands in pool/store.py and roster/store.py.

booking_session 1-n booking_segment 1-n booking_slot; an appointment takes one slot of a segment. `free` of a segment is
the gate through which every hold goes. Of each segment, always:
capacity = free + kept + held + taken + cooling, counted over its slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    case,
    false,
    func,
    or_,
    select,
    update,
)

from bot.db.link import Result, Step
from bot.db.lookup import Lookup, Question, asked
from bot.db.schema import Moment, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.rules import EXAMINATION

session = table(
    "booking_session",
    key(),
    Column("code", code(64), nullable=False, unique=True),
    Column("site", code(16), nullable=False),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32)),
    Column("substitute", code(32)),
    Column("sitting", code(32)),  # who really sits there: the substitute, else the doctor; NULL in a general clinic
    Column("date", Date, nullable=False),
    Column("half", code(8), nullable=False),
    Column("kind", code(16), nullable=False),
    Column("fee", Integer, nullable=False),  # fen
    Column("building", String(64), nullable=False),
    Column("floor", String(16), nullable=False),
    Column("zone", String(16), nullable=False),
    Column("room", String(32), nullable=False),
    Column("state", code(8), nullable=False),  # open, stopped, closed (to whoever is new)
    Column("digest", code(64), nullable=False),  # of what the hospital told: the same again needs no work
    Column("draw", code(8)),  # coming, drawn: nobody holds before its wishes were drawn and served
    # hospital: told by it, changed by roster/sync.py alone; desk: made in the console, by roster/sessions alone
    Column("source", code(8), nullable=False, server_default="hospital"),
    Column("pattern_id", whole()),  # of a desk's session: booking_roster_pattern
    Index("ix_booking_session_clinic_date", "clinic", "date"),
    Index("ix_booking_session_sitting_date", "sitting", "date"),
    Index("ix_booking_session_date", "date"),
)
DAYTIME = case({"am": 0, "pm": 1}, value=session.c.half, else_=2)
"""The halves of a day in their order; the evening comes last."""

segment = table(
    "booking_segment",
    key(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("start_wall", code(5), nullable=False),  # 09:30, as it was told by the hospital
    Column("end_wall", code(5), nullable=False),
    Column("first_number", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("free", Integer, nullable=False),
    Column("shared", Boolean, nullable=False, default=False, server_default=false()),  # some of it is kept for channels
    Column("state", code(8), nullable=False),  # open, closed by the hospital, stopped by us
    Column("stop_id", whole()),  # the stop (stops/store.py) that its patients were told of last
    Column("substitute", code(32)),  # who sits there since that stop
    UniqueConstraint("session_id", "position"),
)

slot = table(
    "booking_slot",
    key(),
    Column("session_id", whole(), ForeignKey("booking_session.id"), nullable=False),
    Column("segment_id", whole(), ForeignKey("booking_segment.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", code(8), nullable=False),  # free, kept, held, taken, cooling
    Column("channel", code(16)),  # for which it is kept; it comes back to that share
    # No foreign key: appointment and slot name each other. Taken without one: given away by the hospital itself.
    Column("appointment_id", whole()),
    Column("back_at", Moment),
    UniqueConstraint("session_id", "number"),
    Index("ix_booking_slot_segment_state", "segment_id", "state", "number"),
    Index("ix_booking_slot_back_at", "state", "back_at"),
)

appointment = table(
    "booking_appointment",
    key(),
    public_id(),
    Column("person_id", whole(), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("segment_id", whole(), ForeignKey("booking_segment.id"), nullable=False),
    Column("slot_id", whole(), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", code(12), nullable=False),  # held, booked, cancelled, changed, released, expired, refused
    Column("hold_until", Moment, nullable=False),
    Column("request_id", code(80), nullable=False, unique=True),
    Column("channel", code(16), nullable=False),
    Column("fee", Integer, nullable=False),
    Column("registration", code(64)),  # the hospital's code, once it was told
    Column("refusal", code(64)),  # the hospital's reason, where it refused
    Column("replaces", whole()),  # the appointment that was changed into this one
    Column("stopped_at", Moment),  # its session was stopped, and nobody has said yet what shall become of it
    Column("moved_at", Moment),  # the hospital gave it another time last (moves/store.py)
    Column("pay_order", code(32)),  # the order of the cashier in which its fee is paid, was paid, or might have been
    Column("created_at", Moment, nullable=False),
    Column("created_by", code(64), nullable=False),
    Column("booked_at", Moment),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Index("ix_booking_appointment_person", "person_id", "state"),
    Index("ix_booking_appointment_contact", "contact_id", "state"),
    Index("ix_booking_appointment_hold", "state", "hold_until"),
    # With what the office filters by, so that counting reads the index alone.
    Index("ix_booking_appointment_segment_state", "segment_id", "state", "channel"),
    Index("ix_booking_appointment_created", "created_at"),
)

PLACE = [
    segment.c.id.label("segment_id"), segment.c.position, segment.c.start_at, segment.c.end_at, segment.c.start_wall,
    segment.c.end_wall, segment.c.shared, segment.c.state.label("segment_state"), session.c.id.label("session_id"),
    session.c.code.label("session_code"), session.c.site, session.c.clinic, session.c.doctor,
    func.coalesce(segment.c.substitute, session.c.substitute).label("substitute"),
    func.coalesce(segment.c.substitute, session.c.sitting).label("sitting"), session.c.date, session.c.half,
    session.c.kind, session.c.building, session.c.floor, session.c.zone, session.c.room,
    session.c.state.label("session_state"), session.c.source, session.c.draw,
]
_WHOLE = [c for c in appointment.c if c.name != "segment_id"]


def appointments() -> Select[Any]:
    """All of them, each with its place."""
    joined = select(*_WHOLE, *PLACE).select_from(appointment)
    joined = joined.join(segment, segment.c.id == appointment.c.segment_id)
    return joined.join(session, session.c.id == segment.c.session_id)


_by_key = Lookup(lambda: appointments().where(appointment.c.id == asked(appointment.c.id, "of")))
_of_request = Lookup(lambda: appointments().where(appointment.c.request_id == asked(appointment.c.request_id)))


async def appointment_by(tx: Transaction, appointment_id: int) -> Any | None:
    return await _by_key.first(tx, of=appointment_id)


async def appointment_of_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(appointments().where(appointment.c.public_id == public))


def of_request(request_id: str) -> Question:
    return _of_request.about(request_id=request_id)


async def appointment_of_request(tx: Transaction, request_id: str) -> Any | None:
    return await of_request(request_id).first(tx)


async def appointments_in(tx: Transaction, segments: Sequence[int], states: Sequence[str]) -> Sequence[Row[Any]]:
    """Those of these segments that are in one of these states, in time."""
    mine = appointments().where(appointment.c.segment_id.in_(segments), appointment.c.state.in_(states))
    return await tx.all(mine.order_by(segment.c.start_at, appointment.c.number))


async def appointment_behind(tx: Transaction, steps: list[Step], request_id: str) -> tuple[list[Result], Any]:
    """What these statements gave, and the appointment of the request, if there is one, behind them: one round trip."""
    given, found = await _of_request.behind(tx, steps, request_id=request_id)
    return given, found[0] if found else None


async def set_registration(tx: Transaction, appointment_id: int, code_of: str) -> None:
    """Note under which code the hospital has it."""
    await tx.update(update(appointment).where(appointment.c.id == appointment_id).values(registration=code_of))


def _active() -> Select[Any]:
    mine, now = appointment.c.person_id == asked(appointment.c.person_id), asked(segment.c.end_at, "now")
    booked = and_(appointment.c.state == "booked", segment.c.end_at > now)
    held = and_(appointment.c.state == "held", appointment.c.hold_until > now)
    return appointments().where(mine, session.c.kind != EXAMINATION, or_(booked, held))


_active_of = Lookup(_active)


def of_active(person_id: int, now: datetime) -> Question:
    """What counts against a person's limits with doctors: coming appointments, and holds that still run."""
    return _active_of.about(person_id=person_id, now=now)


async def active_of(tx: Transaction, person_id: int, now: datetime) -> Sequence[Any]:
    return await of_active(person_id, now).rows(tx)
