"""What the office reads. Every question is bounded by days, and led by the index of the sessions' dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, or_, select

from bot.db.transaction import Transaction
from flows.booking.office.rules import Days, Scope
from flows.booking.seats.store import sits, treats
from flows.booking.standing.store import attendance, no_show
from flows.booking.store import appointment, segment, session, slot
from flows.booking.waiting.store import entry

AHEAD = 60
"""Days in which the next one with something is looked for."""
STEP = 500
"""Keys in one question."""
MOST_WAITING = 20_000
"""More entries than this are a month of the whole hospital: a clinic or fewer days are to be asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions, and of the appointments in them which; "" leaves a filter out."""

    days: Days
    scope: Scope
    clinic: str = ""
    doctor: str = ""
    site: str = ""
    channel: str = ""
    state: str = ""
    person: int | None = None


_SESSION = [
    session.c[name] for name in ("id", "code", "site", "clinic", "doctor", "substitute", "sitting", "date", "half",
                                 "kind", "fee", "building", "floor", "zone", "room", "state")
]


def chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The condition for these sessions."""
    s = session.c
    where: list[ColumnElement[bool]] = [s.date.between(wanted.days.first, wanted.days.last)]
    for column, value in ((s.clinic, wanted.clinic), (s.site, wanted.site)):
        if value:
            where.append(column == value)
    if wanted.doctor:
        where.append(sits(wanted.doctor))
    return [*where, *within(wanted.scope)]


def within(scope: Scope) -> list[ColumnElement[bool]]:
    """The condition that keeps a question inside of somebody's reach."""
    if scope.everything:
        return []
    mine: list[ColumnElement[bool]] = []
    if scope.clinics:
        mine.append(session.c.clinic.in_(sorted(scope.clinics)))
    if scope.doctor:
        mine.append(sits(scope.doctor))
    return [or_(*mine)] if mine else [false()]


def _appointments(wanted: Wanted) -> list[ColumnElement[bool]]:
    a, where = appointment.c, chosen(wanted)
    for column, value in ((a.state, wanted.state), (a.channel, wanted.channel), (a.person_id, wanted.person)):
        if value:
            where.append(column == value)
    return [*where, treats(wanted.doctor)] if wanted.doctor else where


def joined(*fields: Any) -> Select[Any]:
    """Appointments: the date of their session leads, its segments and their appointments are found by their keys."""
    found = select(*fields).select_from(session).join(segment, segment.c.session_id == session.c.id)
    return found.join(appointment, appointment.c.segment_id == segment.c.id)


# --- sessions --------------------------------------------------------------------------------------------------------


async def sessions(tx: Transaction, wanted: Wanted) -> Sequence[Row[Any]]:
    """Sessions of these days, by day, with the times between which they sit."""
    times = (func.min(segment.c.start_wall).label("starts"), func.max(segment.c.end_wall).label("ends"))
    found = select(*_SESSION, *times).join(segment, segment.c.session_id == session.c.id).where(*chosen(wanted))
    return await tx.all(found.group_by(*_SESSION).order_by(session.c.date, "starts", session.c.clinic, session.c.id))


async def one_session(tx: Transaction, code: str, scope: Scope) -> Row[Any] | None:
    """A session by the hospital's code, where it lies within reach."""
    return await tx.one(select(*_SESSION).where(session.c.code == code, *within(scope)))


async def segments(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """Segments of a session in time, with how many of their slots are held, cooling and taken; `free` are also those
    that are kept for a channel."""
    def count(state: str) -> Any:
        return func.sum(case((slot.c.state == state, 1), else_=0)).label(state)

    g = segment.c
    fields = (g.id, g.start_wall, g.end_wall, g.state, g.capacity)
    free = (g.free + count("kept").element).label("free")
    found = select(*fields, free, count("held"), count("taken"), count("cooling"))
    found = found.outerjoin(slot, slot.c.segment_id == segment.c.id).where(segment.c.session_id == session_id)
    return await tx.all(found.group_by(*fields, g.free, g.start_at).order_by(g.start_at))


async def next_day(tx: Transaction, wanted: Wanted, today: date, *, sessions: bool) -> date | None:
    """The first day from today on, and after those wanted, with a session (or an appointment) that fits."""
    first = max(today, wanted.days.last + timedelta(days=1))
    ahead = replace(wanted, days=Days(first, first + timedelta(days=AHEAD)))
    found = select(session.c.date).where(*chosen(ahead)) if sessions else (
        joined(session.c.date).where(*_appointments(ahead)))
    day: date | None = await tx.scalar(found.order_by(session.c.date).limit(1))
    return day


# --- appointments ----------------------------------------------------------------------------------------------------


async def by_day(tx: Transaction, wanted: Wanted) -> Sequence[Row[Any]]:
    """(date, state, many) of the appointments for these days: counted in the index, and enough to turn pages by."""
    fields = (session.c.date, appointment.c.state)
    counted = joined(*fields, func.count().label("many")).where(*_appointments(wanted))
    return await tx.all(counted.group_by(*fields))


async def fees(tx: Transaction, wanted: Wanted) -> int:
    """What they cost together, in fen."""
    summed = joined(func.sum(appointment.c.fee)).where(*_appointments(wanted))
    return int(await tx.scalar(summed) or 0)


async def by_kind(tx: Transaction, wanted: Wanted) -> Sequence[Row[Any]]:
    """(date, channel, state, many) of the appointments for these days."""
    fields = (session.c.date, appointment.c.channel, appointment.c.state)
    return await tx.all(joined(*fields, func.count().label("many")).where(*_appointments(wanted)).group_by(*fields))


async def appointments(
    tx: Transaction, wanted: Wanted, *, sort: str, down: bool, limit: int, offset: int
) -> Sequence[Row[Any]]:
    """One stretch of the list. Their keys are put in order first, so that what is sorted is small; then the rows."""
    a = appointment.c
    orders: dict[str, tuple[ColumnElement[Any], ...]] = {
        "time": (session.c.date, segment.c.start_at), "created": (a.created_at,), "number": (a.number,),
        "clinic": (session.c.clinic,), "doctor": (session.c.sitting,), "channel": (a.channel,), "state": (a.state,),
    }
    order = (*orders[sort], a.id)
    chosen = joined(a.id).where(*_appointments(wanted)).order_by(*(each.desc() if down else each for each in order))
    ids = [row.id for row in await tx.all(chosen.limit(limit).offset(offset))]
    rows = {row.id: row for row in await _rows(tx, ids)}
    return [rows[each] for each in ids if each in rows]


async def appointment_of(tx: Transaction, public: str, scope: Scope) -> Row[Any] | None:
    """One of them, where it lies within reach."""
    found = joined(appointment.c.id).where(appointment.c.public_id == public, *within(scope))
    row = await tx.one(found)
    rows = await _rows(tx, [row.id]) if row else []
    return rows[0] if rows else None


async def of_session(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """Who comes to a session, in the order of their numbers: booked ones and holds that still run."""
    live = or_(appointment.c.state == "booked", and_(appointment.c.state == "held", appointment.c.hold_until > tx.now))
    found = joined(appointment.c.id).where(session.c.id == session_id, live).order_by(appointment.c.number)
    ids = [row.id for row in await tx.all(found)]
    return sorted(await _rows(tx, ids), key=lambda row: row.number)


async def _rows(tx: Transaction, ids: Sequence[int]) -> list[Row[Any]]:
    a = appointment.c
    fields = (a.id, a.public_id, a.person_id, a.number, a.state, a.channel, a.fee, a.registration, a.refusal,
              a.created_at, a.created_by, a.booked_at, a.ended_at, a.ended_by, a.hold_until, a.pay_order)
    part = (segment.c.start_wall, segment.c.end_wall, segment.c.start_at, segment.c.end_at)
    come = (attendance.c.at.label("came_at"), attendance.c.late, no_show.c.state.label("no_show"),
            segment.c.substitute.label("stands_in"))
    where = [column.label("session_state") if column.name == "state" else column.label("session_code")
             if column.name == "code" else column for column in _SESSION if column.name not in ("id", "fee")]
    found: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        query = select(*fields, *part, *where, *come).select_from(appointment)
        query = query.join(segment, segment.c.id == a.segment_id).join(session, session.c.id == segment.c.session_id)
        query = query.outerjoin(attendance, attendance.c.appointment_id == a.id)
        query = query.outerjoin(no_show, no_show.c.appointment_id == a.id)
        found += await tx.all(query.where(a.id.in_(ids[at : at + STEP])))
    return found


# --- the waiting list ------------------------------------------------------------------------------------------------


async def waiting(tx: Transaction, wanted: Wanted) -> Sequence[Row[Any]]:
    """Entries of the waiting list for sessions of these days, whoever joined first first."""
    e = entry.c
    fields = (e.public_id, e.person_id, e.channel, e.state, e.joined_at, e.ended_at, e.reason)
    place = (session.c.code.label("session_code"), session.c.clinic, session.c.sitting, session.c.date, session.c.half)
    found = select(*fields, *place).select_from(session).join(entry, e.session_id == session.c.id)
    found = found.where(*chosen(wanted))
    for column, value in ((e.state, wanted.state), (e.channel, wanted.channel)):
        if value:
            found = found.where(column == value)
    return await tx.all(found.order_by(session.c.date, session.c.id, e.joined_at, e.id).limit(MOST_WAITING))
