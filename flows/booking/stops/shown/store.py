"""Reads for the office: stops with their sessions, and sessions with how many are booked in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from bot.db.transaction import Transaction
from flows.booking.stops.store import stop
from flows.booking.store import appointment, segment, session


def _listed() -> Select[Any]:
    fields = (session.c.code.label("session_code"), session.c.date, session.c.half, session.c.clinic, session.c.doctor)
    return select(*stop.c, *fields).join(session, session.c.id == stop.c.session_id)


async def listed(tx: Transaction, since: datetime) -> Sequence[Row[Any]]:
    """Stops made since then with their session, the newest first."""
    return await tx.all(_listed().where(stop.c.made_at >= since).order_by(stop.c.id.desc()))


async def with_session(tx: Transaction, stop_id: int) -> Row[Any] | None:
    return await tx.one(_listed().where(stop.c.id == stop_id))


async def sessions(tx: Transaction, day: date) -> Sequence[Row[Any]]:
    """Sessions of a day: their columns, `begins`, `ends` (wall clock), `over` (moment), `booked` and `held`, and
    `shut`: how many segments are under a stop already."""
    active = appointment.c.state
    fields = [session.c[name] for name in ("id", "code", "clinic", "doctor", "substitute", "sitting", "date", "half",
                                           "kind", "state")]
    parts = select(
        segment.c.session_id, func.min(segment.c.start_wall).label("begins"),
        func.max(segment.c.end_wall).label("ends"), func.max(segment.c.end_at).label("over"),
        func.count(segment.c.stop_id).label("shut"),
    ).group_by(segment.c.session_id).subquery()
    people = select(
        segment.c.session_id, func.sum(case((active == "booked", 1), else_=0)).label("booked"),
        func.sum(case((active == "held", 1), else_=0)).label("held"),
    ).join(appointment, appointment.c.segment_id == segment.c.id).group_by(segment.c.session_id).subquery()
    joined = session.join(parts, parts.c.session_id == session.c.id).outerjoin(
        people, people.c.session_id == session.c.id
    )
    query = select(
        *fields, parts.c.begins, parts.c.ends, parts.c.over, parts.c.shut,
        func.coalesce(people.c.booked, 0).label("booked"), func.coalesce(people.c.held, 0).label("held"),
    ).select_from(joined)
    return await tx.all(query.where(session.c.date == day).order_by(session.c.half, session.c.clinic, session.c.id))


async def session_of(tx: Transaction, code: str) -> Row[Any] | None:
    return await tx.one(select(session).where(session.c.code == code))


async def seated(tx: Transaction, day: date, half: str) -> set[str]:
    """Doctors who sit in an open session of that half day."""
    mine = select(session.c.sitting).where(session.c.date == day, session.c.half == half, session.c.state == "open")
    return {row.sitting for row in await tx.all(mine) if row.sitting}
