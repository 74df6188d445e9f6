"""The only SQL on no-shows, locks, and on sessions in which the hospital was to blame."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, update

from bot.db.lookup import Lookup, Question, asked
from bot.db.schema import new_public_id
from bot.db.transaction import Transaction
from flows.booking.standing.store import excused, lock, no_show
from flows.booking.stops.store import choice
from flows.booking.store import appointment, segment, session

COUNTED, STRUCK = "counted", "struck"
LOCKED, OVER, LIFTED = "locked", "over", "lifted"

_PLACE = [
    segment.c.start_at, segment.c.end_at, segment.c.start_wall, segment.c.end_wall, session.c.id.label("session_id"),
    session.c.code.label("session_code"), session.c.clinic, session.c.sitting, session.c.date, session.c.half,
    session.c.state.label("session_state"), session.c.substitute,
]


# --- who did not come ------------------------------------------------------------------------------------------------


async def write(tx: Transaction, appointment_id: int, person_id: int, missed_at: datetime) -> str:
    """The public id of the no-show; "" where it was written down before."""
    public = new_public_id()
    made = await tx.insert_once(
        no_show, public_id=public, appointment_id=appointment_id, person_id=person_id, missed_at=missed_at,
        written_at=tx.now, state=COUNTED,
    )
    return public if made else ""


def _no_shows() -> Select[Any]:
    found = select(*no_show.c, appointment.c.public_id.label("appointment"), appointment.c.contact_id, *_PLACE)
    found = found.join(appointment, appointment.c.id == no_show.c.appointment_id)
    found = found.join(segment, segment.c.id == appointment.c.segment_id)
    return found.join(session, session.c.id == segment.c.session_id)


async def no_show_by(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(_no_shows().where(no_show.c.public_id == public))


async def no_show_of(tx: Transaction, appointment_id: int) -> Row[Any] | None:
    return await tx.one(_no_shows().where(no_show.c.appointment_id == appointment_id))


async def counting(tx: Transaction, person_id: int) -> Sequence[Row[Any]]:
    """(id, missed_at, clinic) of no-shows that have not led to a lock, the oldest first."""
    where = (no_show.c.person_id == person_id, no_show.c.state == COUNTED, no_show.c.lock_id.is_(None))
    mine = select(no_show.c.id, no_show.c.missed_at, session.c.clinic)
    mine = mine.join(appointment, appointment.c.id == no_show.c.appointment_id)
    mine = mine.join(segment, segment.c.id == appointment.c.segment_id)
    mine = mine.join(session, session.c.id == segment.c.session_id)
    return await tx.all(mine.where(*where).order_by(no_show.c.missed_at))


async def standing_of(tx: Transaction, persons: Collection[int], since: datetime) -> Sequence[Row[Any]]:
    """No-shows of these persons that count, the latest first."""
    where = (no_show.c.person_id.in_(persons), no_show.c.state == COUNTED, no_show.c.missed_at > since)
    return await tx.all(_no_shows().where(*where).order_by(no_show.c.missed_at.desc()))


async def strike(tx: Transaction, no_show_id: int, who: str, reason: str) -> bool:
    """False: it was struck out before."""
    mine = update(no_show).where(no_show.c.id == no_show_id, no_show.c.state == COUNTED)
    return await tx.update(mine.values(state=STRUCK, struck_at=tx.now, struck_by=who, reason=reason)) == 1


async def of_session(tx: Transaction, session_id: int) -> Sequence[Row[Any]]:
    """No-shows of a session that count."""
    return await tx.all(_no_shows().where(session.c.id == session_id, no_show.c.state == COUNTED))


async def excuse(tx: Transaction, session_id: int, who: str, reason: str) -> bool:
    """False: it is noted."""
    return await tx.insert_once(excused, session_id=session_id, reason=reason, at=tx.now, who=who)


async def excuse_of(tx: Transaction, session_id: int) -> str | None:
    """Why nobody's not coming counts in a session; None where it does."""
    return await tx.scalar(select(excused.c.reason).where(excused.c.session_id == session_id))


async def no_shows(
    tx: Transaction, clinics: Collection[str] | None, *, state: str = "", clinic: str = "", person: int | None = None,
    since: datetime | None = None, until: datetime | None = None, limit: int = 50, offset: int = 0,
) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count) for the console, the latest first; `clinics` None: of all; `person` None: of everybody."""
    where: list[ColumnElement[bool]] = [session.c.clinic.in_(clinics)] if clinics is not None else []
    where += [no_show.c.state == state] if state else []
    where += [session.c.clinic == clinic] if clinic else []
    where += [no_show.c.person_id == person] if person is not None else []
    where += [no_show.c.missed_at >= since] if since else []
    where += [no_show.c.missed_at < until] if until else []
    found = _no_shows().where(*where)
    count = int(await tx.scalar(select(func.count()).select_from(found.subquery())))
    return await tx.all(found.order_by(no_show.c.missed_at.desc(), no_show.c.id).limit(limit).offset(offset)), count


# --- who is locked ---------------------------------------------------------------------------------------------------


_lock_of = Lookup(lambda: select(lock).where(lock.c.person_id == asked(lock.c.person_id), lock.c.open.is_(True)))


def of_lock(person_id: int) -> Question:
    """The open lock of a person."""
    return _lock_of.about(person_id=person_id)


async def lock_of(tx: Transaction, person_id: int) -> Any | None:
    return await of_lock(person_id).first(tx)


async def locks_of(tx: Transaction, persons: Collection[int]) -> Sequence[Row[Any]]:
    """Open locks of these persons that are not over."""
    mine = select(lock).where(lock.c.person_id.in_(persons), lock.c.open.is_(True), lock.c.until > tx.now)
    return await tx.all(mine.order_by(lock.c.id))


async def lock_by(tx: Transaction, public: str) -> Row[Any] | None:
    return await tx.one(select(lock).where(lock.c.public_id == public))


async def lock_with(tx: Transaction, lock_id: int) -> Row[Any] | None:
    return await tx.one(select(lock).where(lock.c.id == lock_id))


async def add_lock(
    tx: Transaction, person_id: int, no_shows: Collection[int], until: datetime, days: int | None = None
) -> str:
    """Lock a person for these no-shows, counted within so many days; gives the public id, "" where one is open."""
    public = new_public_id()
    made = await tx.insert_once(
        lock, public_id=public, person_id=person_id, state=LOCKED, open=True, count=len(no_shows), days=days,
        since=tx.now, until=until,
    )
    if not made:
        return ""
    own = select(lock.c.id).where(lock.c.public_id == public)
    key = await tx.scalar(own)
    await tx.update(update(no_show).where(no_show.c.id.in_(no_shows)).values(lock_id=key))
    return public


async def end_lock(tx: Transaction, lock_id: int, state: str, who: str, reason: str | None = None) -> bool:
    """False: it is not open any more."""
    mine = update(lock).where(lock.c.id == lock_id, lock.c.state == LOCKED)
    values = {"state": state, "open": None, "ended_at": tx.now, "ended_by": who, "reason": reason}
    return await tx.update(mine.values(**values)) == 1


async def led_to(tx: Transaction, lock_id: int) -> Sequence[Row[Any]]:
    """The no-shows that led to a lock, the oldest first."""
    return await tx.all(_no_shows().where(no_show.c.lock_id == lock_id).order_by(no_show.c.missed_at))


async def set_free(tx: Transaction, lock_id: int) -> None:
    """What led to a lock that should never have been counts again towards another one."""
    mine = update(no_show).where(no_show.c.lock_id == lock_id, no_show.c.state == COUNTED)
    await tx.update(mine.values(lock_id=None))


def _cancelled() -> Select[Any]:
    stopped = select(choice.c.id).where(choice.c.appointment_id == appointment.c.id)
    return select(appointment.c.ended_at).where(
        appointment.c.contact_id == asked(appointment.c.contact_id), appointment.c.state == "cancelled",
        appointment.c.ended_by == asked(appointment.c.ended_by), appointment.c.ended_at > asked(appointment.c.ended_at),
        appointment.c.moved_at.is_(None), ~stopped.exists(),
    )


_cancelled_by = Lookup(_cancelled)


def of_cancellations(contact_id: int, who: str, since: datetime) -> Question:
    """When `who` cancelled what this contact had booked; not what a stop or move made them give up."""
    return _cancelled_by.about(contact_id=contact_id, ended_by=who, ended_at=since)


async def cancellations(tx: Transaction, contact_id: int, who: str, since: datetime) -> Sequence[datetime]:
    return [row.ended_at for row in await of_cancellations(contact_id, who, since).rows(tx)]


async def locks(
    tx: Transaction, clinics: Collection[str] | None, *, state: str = "", person: int | None = None, limit: int = 50,
    offset: int = 0,
) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count) for the console, the latest first. With `clinics` those to which a no-show there led; `person`
    None: of everybody."""
    where: list[ColumnElement[bool]] = [lock.c.state == state] if state else []
    where += [lock.c.person_id == person] if person is not None else []
    if clinics is not None:
        mine = select(no_show.c.lock_id).join(appointment, appointment.c.id == no_show.c.appointment_id)
        mine = mine.join(segment, segment.c.id == appointment.c.segment_id)
        mine = mine.join(session, session.c.id == segment.c.session_id)
        where.append(lock.c.id.in_(mine.where(and_(session.c.clinic.in_(clinics), no_show.c.lock_id.is_not(None)))))
    count = int(await tx.scalar(select(func.count()).select_from(lock).where(*where)))
    rows = select(lock).where(*where).order_by(lock.c.since.desc(), lock.c.id)
    return await tx.all(rows.limit(limit).offset(offset)), count
