"""The table of moves and the only SQL on it: a row for each time that a patient was told of another time or place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Row, select, update

from bot.db.schema import Moment, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction
from flows.booking.store import appointment, segment, session

move = table(
    "booking_move",
    key(),
    public_id(),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False),
    Column("was_date", Date, nullable=False),
    Column("was_start", code(5), nullable=False),
    Column("was_end", code(5), nullable=False),
    Column("once", code(80), nullable=False, unique=True),  # which news of the roster it was
    Column("made_at", Moment, nullable=False),
    Index("ix_booking_move_appointment", "appointment_id"),
)

told = table(
    "booking_told",
    key(),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False, unique=True),
    # Where and when the patient knows it to be, since the hospital moved it: a Spot, in the order of its fields.
    Column("spot", JSON, nullable=False),
)


class Spot(NamedTuple):
    """When and where one is expected, in the words of a push."""

    day: date
    start: str
    end: str
    building: str
    floor: str
    zone: str
    room: str
    fee: int

    @property
    def time(self) -> tuple[date, str]:
        """What one has to be there for; an end that comes earlier or later disturbs nobody."""
        return self.day, self.start

    @property
    def place(self) -> tuple[str, str, str, str]:
        return self.building, self.floor, self.zone, self.room


def plain(spot: Spot) -> list[Any]:
    """As JSON keeps it."""
    return [spot.day.isoformat(), *spot[1:]]


def read(kept: Sequence[Any]) -> Spot:
    return Spot(date.fromisoformat(kept[0]), *kept[1:])


async def spots(tx: Transaction, session_id: int, now: datetime) -> Mapping[int, Spot]:
    """Appointment -> where it is, of those held and booked in a session that are not over."""
    fields = (session.c.date, segment.c.start_wall, segment.c.end_wall, session.c.building, session.c.floor,
              session.c.zone, session.c.room, appointment.c.fee)
    mine = select(appointment.c.id, *fields).join(segment, segment.c.id == appointment.c.segment_id)
    mine = mine.join(session, session.c.id == segment.c.session_id)
    where = (segment.c.session_id == session_id, appointment.c.state.in_(("held", "booked")),
             segment.c.end_at > now)
    return {row.id: Spot(*tuple(row)[1:]) for row in await tx.all(mine.where(*where).order_by(appointment.c.id))}


async def add(tx: Transaction, appointment_id: int, was: Spot, once: str, *, time: bool) -> str:
    """Write a move down, of its `time` or of its place alone; gives its public id, or "" where this news was written
    down before."""
    public, was_at = new_public_id(), {"was_date": was.day, "was_start": was.start, "was_end": was.end}
    made = await tx.insert_once(
        move, public_id=public, appointment_id=appointment_id, once=f"{once}:{appointment_id}", made_at=tx.now, **was_at
    )
    if made and time:
        await tx.update(update(appointment).where(appointment.c.id == appointment_id).values(moved_at=tx.now))
    return public if made else ""


async def known(tx: Transaction, appointment_id: int) -> Spot | None:
    """Where and when the patient knows it to be; None: as they booked it."""
    found = await tx.scalar(select(told.c.spot).where(told.c.appointment_id == appointment_id))
    return read(found) if found else None


async def remember(tx: Transaction, appointment_id: int, spot: Spot) -> None:
    """That they know this; under the lock of the appointment."""
    if not await tx.insert_once(told, appointment_id=appointment_id, spot=plain(spot)):
        await tx.update(update(told).where(told.c.appointment_id == appointment_id).values(spot=plain(spot)))


async def latest(tx: Transaction, appointment_id: int) -> Row[Any] | None:
    """(public_id, was_date, was_start, was_end, made_at) of the last one."""
    mine = select(move).where(move.c.appointment_id == appointment_id)
    return await tx.one(mine.order_by(move.c.id.desc()).limit(1))
