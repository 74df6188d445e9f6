"""The tables of stops and the only SQL on them.

A stop is of one session, whole or from a segment on: `running`, `undone` (in error, before anybody chose) or
`replaced` (by a later one of the same segments: the substitute is away as well, or one was found). Each appointment it
hits has one row of `booking_choice`: `open` until the patient chose (`kept`, `moved`, `other`, `cancelled`), `stayed`
where nobody answered in time and a substitute sits there; `withdrawn` and `replaced` with their stop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Row, String, UniqueConstraint, or_, select, update

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.rules import EXAMINATION
from flows.booking.stops.rules import Part
from flows.booking.store import appointment, segment, session, slot

OPEN, KEPT, MOVED, OTHER, CANCELLED, STAYED = "open", "kept", "moved", "other", "cancelled", "stayed"
WITHDRAWN, REPLACED = "withdrawn", "replaced"
RUNNING, UNDONE = "running", "undone"
ACTIVE = ("held", "booked")

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

async def lock_session(tx: Transaction, session_id: int) -> Row[Any] | None:
    """The session, which no other stop and no roster changes until the transaction ends."""
    return await tx.one(select(session).where(session.c.id == session_id).with_for_update())


async def session_of(tx: Transaction, session_id: int) -> Row[Any] | None:
    return await tx.one(select(session).where(session.c.id == session_id))


async def parts(tx: Transaction, session_id: int) -> list[Part]:
    """Its segments in time."""
    rows = await tx.all(select(segment).where(segment.c.session_id == session_id).order_by(segment.c.start_at))
    return [
        Part(row.id, row.start_wall, row.start_at, row.end_at, row.state, row.stop_id, row.substitute) for row in rows
    ]


async def lock_people(tx: Transaction, segments: Sequence[int]) -> None:
    """Nobody confirms, cancels or changes what is held and booked there until the transaction ends."""
    mine = select(appointment.c.id).where(appointment.c.segment_id.in_(segments), appointment.c.state.in_(ACTIVE))
    await tx.all(mine.order_by(appointment.c.id).with_for_update())


async def anybody_in(tx: Transaction, segments: Sequence[int]) -> bool:
    """Whether anything is held or booked there."""
    mine = select(appointment.c.id).where(appointment.c.segment_id.in_(segments), appointment.c.state.in_(ACTIVE))
    return await tx.one(mine.limit(1)) is not None


async def parted(tx: Transaction, session_id: int, dropped: Sequence[int]) -> bool:
    """Whether somebody sits in one of `dropped`, or what the hospital had stopped of a session is open again."""
    theirs = select(stop.c.id).where(stop.c.session_id == session_id, stop.c.source == "hospital", stop.c.closes)
    again = select(segment.c.id).where(
        segment.c.session_id == session_id, segment.c.state == "open", segment.c.stop_id.in_(theirs)
    )
    return (bool(dropped) and await anybody_in(tx, dropped)) or await tx.one(again.limit(1)) is not None


async def shut(tx: Transaction, segments: Sequence[int], stop_id: int, substitute: str | None) -> None:
    """They are under this stop from now on, and nothing of them can be held any more."""
    mine = update(segment).where(segment.c.id.in_(segments))
    await tx.update(mine.where(segment.c.state == "open").values(state="stopped"))
    await tx.update(mine.values(stop_id=stop_id, substitute=substitute))


async def reopen(tx: Transaction, stop_id: int, state: str) -> None:
    """What the stop shut is open again, or closed: nobody new gets in."""
    mine = update(segment).where(segment.c.stop_id == stop_id)
    await tx.update(mine.where(segment.c.state == "stopped").values(state=state))
    await tx.update(mine.values(stop_id=None, substitute=None))


async def hold_to(tx: Transaction, session_id: int) -> None:
    """What the hospital told of a session does not open again what is stopped here."""
    ours = select(stop.c.id).where(stop.c.session_id == session_id, stop.c.source != "hospital", stop.c.closes)
    mine = update(segment).where(segment.c.session_id == session_id, segment.c.state == "open")
    await tx.update(mine.where(segment.c.stop_id.in_(ours)).values(state="stopped"))
    states = select(segment.c.state).where(segment.c.session_id == session_id)
    if "stopped" in (left := {row.state for row in await tx.all(states)}) and "open" not in left:
        await tx.update(update(session).where(session.c.id == session_id).values(state="stopped"))


async def set_session(tx: Transaction, session_id: int, **values: Any) -> None:
    await tx.update(update(session).where(session.c.id == session_id).values(**values))


async def next_segments(
    tx: Transaction, clinic: str, sitting: str | None, after: datetime, last: date, but: int
) -> Sequence[Row[Any]]:
    """(id, start_at, start_wall, end_wall, date, free) of the next times with a slot of whoever sits in `sitting`'s
    place, the first first."""
    who = session.c.sitting == sitting if sitting else session.c.sitting.is_(None)
    fields = (segment.c.id, segment.c.start_at, segment.c.start_wall, segment.c.end_wall, session.c.date,
              segment.c.free)
    joined = select(*fields).join(session, session.c.id == segment.c.session_id).where(
        session.c.clinic == clinic, who, session.c.state == "open", session.c.id != but, session.c.date <= last,
        segment.c.state == "open", segment.c.free > 0, segment.c.start_at > after,
        session.c.kind != EXAMINATION,  # what a device is free for, only the rules of examinations know
        session.c.draw.is_(None),  # what is yet to be drawn is kept for nobody: all have the same chance
    )
    return await tx.all(joined.order_by(segment.c.start_at, segment.c.id))


async def others(
    tx: Transaction, clinic: str, but: Sequence[str], after: datetime, last: date
) -> Sequence[Row[Any]]:
    """(id, start_at, start_wall, end_wall, date, half, sitting, kind, fee) of times with a slot left in a clinic, of
    anybody but these doctors; a general clinic's have no `sitting`. None of a device, or of what is drawn."""
    fields = (segment.c.id, segment.c.start_at, segment.c.start_wall, segment.c.end_wall, session.c.date,
              session.c.half, session.c.sitting, session.c.kind, session.c.fee)
    who = or_(session.c.sitting.is_(None), session.c.sitting.not_in(but))
    joined = select(*fields).join(session, session.c.id == segment.c.session_id).where(
        session.c.clinic == clinic, who, session.c.state == "open", session.c.date <= last,
        segment.c.state == "open", segment.c.free > 0, segment.c.start_at > after,
        session.c.kind != EXAMINATION, session.c.draw.is_(None),
    )
    return await tx.all(joined.order_by(segment.c.start_at, segment.c.id))


async def segment_of(tx: Transaction, slot_id: int) -> int:
    """Key of the segment that a slot lies in."""
    return int(await tx.scalar(select(slot.c.segment_id).where(slot.c.id == slot_id)) or 0)


async def number_of(tx: Transaction, slot_id: int) -> int:
    return int(await tx.scalar(select(slot.c.number).where(slot.c.id == slot_id)))


async def sits_elsewhere(tx: Transaction, doctor: str, row: Any) -> bool:
    """Whether a doctor sits in another open session of that half day."""
    mine = select(session.c.id).where(
        session.c.sitting == doctor, session.c.date == row.date, session.c.half == row.half, session.c.id != row.id,
        session.c.state == "open",
    )
    return await tx.one(mine.limit(1)) is not None


async def add(tx: Transaction, **values: Any) -> int:
    return await tx.insert(stop, state=RUNNING, made_at=tx.now, **values)


async def of_request(tx: Transaction, request_id: str) -> Row[Any] | None:
    return await tx.one(select(stop).where(stop.c.request_id == request_id))


async def by_public(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(stop).where(stop.c.public_id == public))


async def by_id(tx: Transaction, stop_id: int) -> Row[Any] | None:
    return await tx.one(select(stop).where(stop.c.id == stop_id))


async def running(tx: Transaction, session_id: int, source: str) -> Sequence[Row[Any]]:
    mine = select(stop).where(stop.c.session_id == session_id, stop.c.state == RUNNING, stop.c.source == source)
    return await tx.all(mine.order_by(stop.c.id))


async def end(tx: Transaction, stop_id: int, state: str, who: str) -> bool:
    """False: somebody else ended it before."""
    mine = update(stop).where(stop.c.id == stop_id, stop.c.state == RUNNING)
    return await tx.update(mine.values(state=state, ended_at=tx.now, ended_by=who)) == 1


async def replace_empty(tx: Transaction, session_id: int, who: str, but: int) -> None:
    """Stops of which no segment is left are replaced by the one that took the last."""
    left = select(segment.c.stop_id).where(segment.c.session_id == session_id, segment.c.stop_id.is_not(None))
    mine = update(stop).where(stop.c.session_id == session_id, stop.c.state == RUNNING, stop.c.id != but)
    gone = mine.where(stop.c.id.not_in(left))
    await tx.update(gone.values(state=REPLACED, ended_at=tx.now, ended_by=who))


async def excused(tx: Transaction, appointments: Collection[int]) -> set[int]:
    """Those of these appointments that nobody may be blamed for missing: their session was stopped or given to another
    doctor, and the patient did not say afterwards that they come."""
    mine = select(choice.c.appointment_id, choice.c.state).where(choice.c.appointment_id.in_(appointments))
    latest = {row.appointment_id: row.state for row in await tx.all(mine.order_by(choice.c.id))}
    return {each for each, state in latest.items() if state != KEPT}
