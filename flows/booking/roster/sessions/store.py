"""Reads and writes of the sessions made in the console (`source` desk). Those of the hospital are only read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from bot.db.transaction import Transaction
from flows.booking.roster.patterns.store import pattern
from flows.booking.roster.sessions.diff import GONE, Known
from flows.booking.store import appointment, segment, session, slot
from flows.booking.waiting.store import entry

DESK, HOSPITAL = "desk", "hospital"
Place = tuple[str, date, str]
"""Whom (the doctor, or "clinic:<code>"), day, half: who is there cannot be there twice."""
_live = and_(segment.c.state == "open")


async def known(
    tx: Transaction, first: date, last: date, clinics: Collection[str] | None = None, codes: Collection[str] = ()
) -> dict[str, Known]:
    """Our sessions of these days, both included, by code."""
    fields = [session.c[name] for name in ("id", "code", "date", "half", "clinic", "doctor", "state", "digest", "fee",
                                           "room")]
    query = select(
        *fields,
        func.min(case((_live, segment.c.start_wall), else_=None)).label("starts"),
        func.max(case((_live, segment.c.end_wall), else_=None)).label("ends"),
    ).outerjoin(segment, segment.c.session_id == session.c.id)
    query = query.where(session.c.source == DESK, session.c.date.between(first, last)).group_by(*fields)
    if clinics is not None:
        query = query.where(session.c.clinic.in_(clinics))
    if codes:
        query = query.where(session.c.code.in_(codes))
    rows = await tx.all(query.order_by(session.c.date, session.c.code))
    return {row.code: Known(row.id, row.code, row.date, row.half, row.clinic, row.doctor, row.state, row.digest,
                            row.fee, row.room, row.starts or "", row.ends or "") for row in rows}


async def seated(
    tx: Transaction, source: str, first: date, last: date, doctors: Collection[str], clinics: Collection[str]
) -> dict[Place, str]:
    """Where these doctors and general clinics sit already; gives the sessions' codes. Of ours the open ones; of the
    hospital's also those that it stopped, for whoever is ill there is ill here, but none that it tells no more."""
    who: ColumnElement[bool] = or_(
        session.c.sitting.in_(doctors), and_(session.c.sitting.is_(None), session.c.clinic.in_(clinics))
    )
    mine = select(session.c.code, session.c.sitting, session.c.clinic, session.c.date, session.c.half)
    there = session.c.state == "open" if source == DESK else session.c.digest != GONE
    rows = await tx.all(mine.where(session.c.source == source, there, session.c.date.between(first, last), who))
    return {(row.sitting or f"clinic:{row.clinic}", row.date, row.half): row.code for row in rows}


async def visits(tx: Transaction, sessions: Collection[int]) -> Sequence[Any]:
    """Appointments and holds in these sessions: public_id, person_id, channel, state, number, session_id, start_wall,
    end_wall."""
    own, place = appointment.c, segment.c
    query = select(own.public_id, own.person_id, own.channel, own.state, own.number, place.session_id,
                   place.start_wall, place.end_wall).join(segment, place.id == own.segment_id)
    where = (place.session_id.in_(sessions), own.state.in_(("held", "booked")))
    return await tx.all(query.where(*where).order_by(place.start_at, own.number)) if sessions else []


async def coming(tx: Transaction, clinic: str, doctor: str, now: datetime) -> Sequence[Any]:
    """(person_id, date, sitting) of who has an appointment or a hold in a clinic, "" with whomever."""
    own = appointment.c
    query = select(own.person_id, session.c.date, session.c.sitting).join(segment, segment.c.id == own.segment_id)
    query = query.join(session, session.c.id == segment.c.session_id)
    where = [session.c.clinic == clinic, own.state.in_(("held", "booked")), segment.c.end_at > now,
             session.c.date >= (now - timedelta(days=1)).date()]
    return await tx.all(query.where(*where, *([session.c.sitting == doctor] if doctor else [])))


async def by_rule(
    tx: Transaction, clinic: str, kind: str, first: date, before: date | None
) -> Sequence[Any]:
    """(id, people) of our sessions from `first` on that cost what the clinic's rule says, with how many are in them."""
    inside = and_(appointment.c.segment_id == segment.c.id, appointment.c.state.in_(("held", "booked")))
    query = select(session.c.id, func.count(appointment.c.id).label("people")).select_from(session)
    query = query.join(pattern, pattern.c.id == session.c.pattern_id)
    query = query.join(segment, segment.c.session_id == session.c.id).outerjoin(appointment, inside)
    where = [session.c.source == DESK, session.c.clinic == clinic, session.c.kind == kind, session.c.date >= first,
             session.c.state == "open", pattern.c.fee.is_(None)]
    where += [session.c.date < before] if before else []
    return await tx.all(query.where(*where).group_by(session.c.id))


async def waiting(tx: Transaction, sessions: Collection[int]) -> int:
    """How many wait for one of these sessions."""
    if not sessions:
        return 0
    mine = select(func.count()).select_from(entry).where(entry.c.session_id.in_(sessions), entry.c.open.is_(True))
    return int(await tx.scalar(mine) or 0)


async def segments(tx: Transaction, session_id: int) -> dict[int, tuple[str, str]]:
    """Position -> (start, end) of a session's segments."""
    own = select(segment.c.position, segment.c.start_wall, segment.c.end_wall)
    rows = await tx.all(own.where(segment.c.session_id == session_id))
    return {row.position: (row.start_wall, row.end_wall) for row in rows}


async def free_slots(tx: Transaction, session_id: int) -> list[int]:
    mine = select(slot.c.id).where(slot.c.session_id == session_id, slot.c.state == "free")
    return [row.id for row in await tx.all(mine.with_for_update())]


async def set_state(tx: Transaction, session_id: int, state: str, *, was: str, **more: Any) -> bool:
    """Of one of our sessions; False when it was not in that state any more."""
    mine = update(session).where(session.c.id == session_id, session.c.source == DESK, session.c.state == was)
    return await tx.update(mine.values(state=state, **more)) == 1


async def gone(tx: Transaction, session_id: int) -> None:
    """No pattern tells it any more: it takes nobody new. One that is stopped stays stopped."""
    mine = update(session).where(session.c.id == session_id, session.c.source == DESK)
    await tx.update(mine.values(digest=GONE, state=case((session.c.state == "open", "closed"), else_=session.c.state)))


async def close_segments(tx: Transaction, session_id: int, keep: Iterable[int] = ()) -> None:
    """All that are open, but those at the positions `keep`."""
    mine = update(segment).where(segment.c.session_id == session_id, segment.c.state == "open")
    await tx.update(mine.where(segment.c.position.not_in(list(keep))).values(state="closed"))


async def open_segment(tx: Transaction, segment_id: int) -> None:
    """One that is closed; one that was stopped stays so."""
    await tx.update(update(segment).where(segment.c.id == segment_id, segment.c.state == "closed").values(state="open"))


async def lock_codes(tx: Transaction, codes: Collection[str]) -> None:
    """Our sessions with these codes, who is in them, and their segments, until the transaction ends; in one order, as
    who stops a session, and who gives a hold back."""
    mine = select(session.c.id).where(session.c.code.in_(codes), session.c.source == DESK).order_by(session.c.id)
    ours = [row.id for row in await tx.all(mine.with_for_update())]
    theirs = select(segment.c.id).where(segment.c.session_id.in_(ours)).order_by(segment.c.id)
    parts = [row.id for row in await tx.all(theirs)]
    own = appointment.c
    inside = select(own.id).where(own.segment_id.in_(parts), own.state.in_(("held", "booked"))).order_by(own.id)
    await tx.all(inside.with_for_update())
    await tx.all(theirs.with_for_update())


async def sittings(
    tx: Transaction, first: date, last: date, clinics: Collection[str], code: str = ""
) -> Sequence[Any]:
    """Sessions of both sides, by day: with `capacity`, `free`, `starts`, `ends` of the segments that are open, or of
    all where none is."""
    open_ones = case((_live, segment.c.capacity), else_=0)
    fields = [session.c[name] for name in ("id", "code", "site", "clinic", "doctor", "substitute", "sitting", "date",
                                           "half", "kind", "fee", "building", "floor", "zone", "room", "state",
                                           "digest", "source", "pattern_id")]
    query = select(
        *fields, func.coalesce(func.sum(open_ones), 0).label("capacity"),
        func.coalesce(func.sum(segment.c.capacity), 0).label("slots"),
        func.coalesce(func.sum(case((_live, segment.c.free), else_=0)), 0).label("free"),
        func.min(segment.c.start_wall).label("starts"), func.max(segment.c.end_wall).label("ends"),
    ).outerjoin(segment, segment.c.session_id == session.c.id)
    query = query.where(session.c.date.between(first, last), session.c.clinic.in_(clinics)).group_by(*fields)
    if code:
        query = query.where(session.c.code == code)
    return await tx.all(query.order_by(session.c.date, session.c.code))


async def next_day(tx: Transaction, first: date, clinics: Collection[str]) -> date | None:
    """The first day from ``first`` on with a session in these clinics."""
    mine = select(func.min(session.c.date)).where(session.c.clinic.in_(clinics), session.c.date >= first)
    found: date | None = await tx.scalar(mine)
    return found


async def parts(tx: Transaction, sessions: Collection[int]) -> Sequence[Any]:
    """Segments of these sessions in time: session_id, position, start_wall, end_wall, capacity, free, state."""
    own = [segment.c[name] for name in ("session_id", "position", "start_wall", "end_wall", "first_number", "capacity",
                                        "free", "state")]
    return await tx.all(select(*own).where(segment.c.session_id.in_(sessions)).order_by(segment.c.start_at))
