"""The only SQL on who came, and on what the hospital told of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update

from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from flows.booking.standing.store import attendance, report
from flows.booking.store import appointment, segment, session


async def attended(tx: Transaction, appointment_id: int) -> Row[Any] | None:
    """(at, way, late, seen_at) where the patient of an appointment is here."""
    fields = (attendance.c.at, attendance.c.way, attendance.c.late, attendance.c.seen_at)
    return await tx.one(select(*fields).where(attendance.c.appointment_id == appointment_id))


async def attended_of(tx: Transaction, appointments: Collection[int]) -> set[int]:
    """Those of these appointments whose patient is here."""
    mine = select(attendance.c.appointment_id).where(attendance.c.appointment_id.in_(appointments))
    return {row.appointment_id for row in await tx.all(mine)}


async def arrive(
    tx: Transaction, appointment_id: int, way: str, who: str, *, late: bool, at: datetime | None = None
) -> bool:
    """False: it was noted before."""
    return await tx.insert_once(
        attendance, appointment_id=appointment_id, at=at or tx.now, way=way, who=who, late=late
    )


async def taken_in(tx: Transaction, appointment_id: int, at: datetime) -> None:
    """The doctor took the patient in."""
    mine = update(attendance).where(attendance.c.appointment_id == appointment_id, attendance.c.seen_at.is_(None))
    await tx.update(mine.values(seen_at=at))


async def last_end(tx: Transaction, session_id: int) -> datetime | None:
    """When a session is over."""
    mine = select(func.max(segment.c.end_at).label("last")).where(segment.c.session_id == session_id)
    return await tx.scalar(mine)


async def later_segments(tx: Transaction, session_id: int, start: datetime) -> Sequence[Row[Any]]:
    """(id) of segments of a session with a free slot that are not over, from this start on, in time: what a session
    was extended by stands at its last positions."""
    where = (
        segment.c.session_id == session_id, segment.c.state == "open", segment.c.free > 0,
        segment.c.start_at >= start, segment.c.end_at > tx.now,
    )
    return await tx.all(select(segment.c.id).where(*where).order_by(segment.c.start_at))


# --- what the hospital tells -----------------------------------------------------------------------------------------


async def told_at(tx: Transaction, day: date) -> datetime | None:
    """When the hospital last told who came on a day."""
    row = await _told.first(tx, day=day)
    return None if row is None else row.read_at


_told = Lookup(lambda: select(report.c.read_at).where(report.c.day == asked(report.c.day)))


async def told(tx: Transaction, day: date, read_at: datetime) -> None:
    later = update(report).where(report.c.day == day, report.c.read_at < read_at).values(read_at=read_at)
    if not await tx.update(later) and not await tx.insert_once(report, day=day, read_at=read_at):
        await tx.update(later)


async def unknown_of(tx: Transaction, publics: Collection[str]) -> dict[str, tuple[int, datetime]]:
    """Public id -> (id, start) of those of these appointments that are booked and not noted as come, or not as taken
    in."""
    noted = attendance.c.appointment_id == appointment.c.id
    mine = select(appointment.c.public_id, appointment.c.id, segment.c.start_at).select_from(appointment)
    mine = mine.join(segment, segment.c.id == appointment.c.segment_id).outerjoin(attendance, noted)
    where = (appointment.c.public_id.in_(publics), appointment.c.state == "booked", attendance.c.seen_at.is_(None))
    return {row.public_id: (row.id, row.start_at) for row in await tx.all(mine.where(*where))}


async def current_of(tx: Transaction, session_id: int) -> int | None:
    """The highest number of a session that the doctor has taken in."""
    mine = select(func.max(appointment.c.number)).select_from(attendance)
    mine = mine.join(appointment, appointment.c.id == attendance.c.appointment_id)
    mine = mine.join(segment, segment.c.id == appointment.c.segment_id)
    return await tx.scalar(mine.where(segment.c.session_id == session_id, attendance.c.seen_at.is_not(None)))


async def of_day(
    tx: Transaction, day: date, clinics: Collection[str] | None, *, clinic: str = "", half: str = "", state: str = "",
    limit: int = 50, offset: int = 0,
) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count) of a day's booked appointments for the console, by time; `clinics` None: of all clinics.
    `state`: here, late, due, missing (began and not here), "" for all."""
    fields = [
        appointment.c.id, appointment.c.public_id, appointment.c.person_id, appointment.c.number,
        segment.c.start_at, segment.c.end_at, segment.c.start_wall, segment.c.end_wall,
        session.c.id.label("session_id"), session.c.clinic, session.c.sitting, session.c.half,
        session.c.state.label("session_state"),
        session.c.substitute, attendance.c.at.label("came_at"), attendance.c.way, attendance.c.late,
        attendance.c.seen_at,
    ]
    where = [session.c.date == day, appointment.c.state == "booked"]
    where += [session.c.clinic.in_(clinics)] if clinics is not None else []
    where += [session.c.clinic == clinic] if clinic else []
    where += [session.c.half == half] if half else []
    noted = attendance.c.id
    kinds = {
        "here": noted.is_not(None), "late": attendance.c.late.is_(True),
        "due": and_(noted.is_(None), segment.c.start_at >= tx.now),
        "missing": and_(noted.is_(None), segment.c.start_at < tx.now),
    }
    where += [kinds[state]] if state in kinds else []

    def joined(*what: Any) -> Any:
        found = select(*what).select_from(appointment).join(segment, segment.c.id == appointment.c.segment_id)
        found = found.join(session, session.c.id == segment.c.session_id)
        return found.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id).where(*where)

    count = int(await tx.scalar(joined(func.count())))
    order = (segment.c.start_at, session.c.clinic, session.c.id, appointment.c.number)
    return await tx.all(joined(*fields).order_by(*order).limit(limit).offset(offset)), count


async def due_and_came(tx: Transaction, clinic: str, day: date) -> tuple[int, int]:
    """How many were due in a clinic on a day by now, and how many of them came."""
    many = (func.count().label("due"), func.count(attendance.c.id).label("came"))
    mine = select(*many).select_from(appointment)
    mine = mine.join(segment, segment.c.id == appointment.c.segment_id)
    mine = mine.join(session, session.c.id == segment.c.session_id)
    mine = mine.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id)
    due = or_(segment.c.end_at <= tx.now, attendance.c.id.is_not(None))
    row = await tx.one(mine.where(session.c.clinic == clinic, session.c.date == day,
                                  appointment.c.state == "booked", session.c.state != "stopped", due))
    return (int(row.due), int(row.came)) if row else (0, 0)

