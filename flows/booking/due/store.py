"""Reads on what is due. The jobs look for it again and again, day and night and almost always in vain: compiled once,
with what changes from one look to the next given as values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, false, func, not_, or_, select

from bot.db.lookup import Lookup, asked, most
from bot.db.transaction import Transaction
from flows.booking.pool.shares.store import share
from flows.booking.pool.store import COOLING
from flows.booking.standing.missing.store import LOCKED
from flows.booking.standing.store import attendance, excused, lock, no_show
from flows.booking.stops.store import ACTIVE, OPEN, choice
from flows.booking.store import appointment, segment, session, slot
from flows.booking.waiting.store import OFFERED, WAITING, entry


@dataclass(frozen=True, slots=True)
class Clinics:
    """`only` those that are named, or all but them."""

    named: Collection[str]
    only: bool


# --- what goes back to the pool --------------------------------------------------------------------------------------

_lapsed = Lookup(lambda: select(appointment.c.id, appointment.c.segment_id, appointment.c.slot_id).where(
    appointment.c.state == "held", appointment.c.hold_until <= asked(appointment.c.hold_until, "now")
).order_by(appointment.c.hold_until).limit(most()))
_lapsed_still = Lookup(lambda: select(appointment.c.id).where(
    appointment.c.id == asked(appointment.c.id, "of"), appointment.c.state == "held",
    appointment.c.hold_until <= asked(appointment.c.hold_until, "now"),
).with_for_update())
_cooled = Lookup(lambda: select(slot.c.id, slot.c.segment_id).where(
    slot.c.state == COOLING, slot.c.back_at <= asked(slot.c.back_at, "now")
).order_by(slot.c.back_at).limit(most()))
_shares = Lookup(lambda: select(share.c.segment_id, share.c.channel).where(
    share.c.release_at <= asked(share.c.release_at, "now")
).order_by(share.c.release_at).limit(most()))


async def holds(tx: Transaction, limit: int) -> Sequence[Any]:
    """(id, segment_id, slot_id) of holds whose time is over."""
    return await _lapsed.rows(tx, now=tx.now, most=limit)


async def lapsed(tx: Transaction, appointment_id: int) -> bool:
    """Whether a hold's time is over, under its lock: it may have been kept for who pays since `holds` looked."""
    return await _lapsed_still.first(tx, of=appointment_id, now=tx.now) is not None


async def cooled(tx: Transaction, limit: int) -> Sequence[Any]:
    """(id, segment_id) of slots that may go back now."""
    return await _cooled.rows(tx, now=tx.now, most=limit)


async def shares(tx: Transaction, limit: int) -> Sequence[Any]:
    """(segment_id, channel) of shares whose time is over."""
    return await _shares.rows(tx, now=tx.now, most=limit)


# --- who waits -------------------------------------------------------------------------------------------------------


def _stranded() -> Select[Any]:
    waits = select(entry.c.session_id).where(entry.c.state == WAITING)
    return select(segment.c.id).where(
        segment.c.session_id.in_(waits), segment.c.state == "open", segment.c.free > 0,
        segment.c.start_at >= asked(segment.c.start_at, "after"),
    ).limit(most())


def _hopeless() -> Select[Any]:
    to_come = select(segment.c.id).where(
        segment.c.session_id == entry.c.session_id, segment.c.state == "open",
        segment.c.start_at >= asked(segment.c.start_at, "after"),
    )
    gone = or_(session.c.state != "open", and_(entry.c.state == WAITING, ~to_come.exists()))
    mine = select(entry.c.id).join(session, session.c.id == entry.c.session_id)
    return mine.where(or_(entry.c.state == WAITING, entry.c.state == OFFERED), gone)


_stranded_now, _hopeless_now = Lookup(_stranded), Lookup(lambda: _hopeless().limit(most()))
_hopeless_still = Lookup(lambda: _hopeless().where(entry.c.id == asked(entry.c.id, "of")))


async def stranded(tx: Transaction, starts_after: datetime, limit: int) -> Sequence[int]:
    """Segments with a free slot although somebody waits for their session: somebody joined in the moment in which the
    slot came back."""
    return [row.id for row in await _stranded_now.rows(tx, after=starts_after, most=limit)]


async def hopeless(tx: Transaction, starts_after: datetime, limit: int) -> Sequence[int]:
    """Open entries whose session is stopped, and waiting ones whose session has no segment left that can be offered."""
    return [row.id for row in await _hopeless_now.rows(tx, after=starts_after, most=limit)]


async def without_hope(tx: Transaction, entry_id: int, starts_after: datetime) -> bool:
    """Whether that is so of one of them: a stop may have been taken back since `hopeless` looked."""
    return await _hopeless_still.first(tx, of=entry_id, after=starts_after) is not None


# --- stops -----------------------------------------------------------------------------------------------------------


def _unanswered() -> Select[Any]:
    sits = or_(segment.c.substitute.is_not(None), session.c.substitute.is_not(None))
    joined = select(choice.c.id).join(appointment, appointment.c.id == choice.c.appointment_id)
    joined = joined.join(segment, segment.c.id == appointment.c.segment_id)
    joined = joined.join(session, session.c.id == segment.c.session_id)
    due = (choice.c.state == OPEN, choice.c.until <= asked(choice.c.until, "now"))
    return joined.where(*due, appointment.c.state == "booked", sits).order_by(choice.c.until).limit(most())


def _uncovered() -> Select[Any]:
    asked_of = select(choice.c.id).where(
        choice.c.stop_id == segment.c.stop_id, choice.c.appointment_id == appointment.c.id
    )
    return select(segment.c.stop_id).join(appointment, appointment.c.segment_id == segment.c.id).where(
        segment.c.stop_id.is_not(None), segment.c.state != "open", segment.c.end_at > asked(segment.c.end_at, "now"),
        or_(*(appointment.c.state == state for state in ACTIVE)), ~asked_of.exists(),
    ).distinct().limit(most())


_unanswered_now, _uncovered_now = Lookup(_unanswered), Lookup(_uncovered)


async def choices(tx: Transaction, limit: int) -> Sequence[int]:
    """Unanswered ones whose time to choose is over and where a substitute sits."""
    return [row.id for row in await _unanswered_now.rows(tx, now=tx.now, most=limit)]


async def uncovered(tx: Transaction, limit: int) -> Sequence[int]:
    """Stops that somebody slipped past: booked in a segment while it was being stopped."""
    return [row.stop_id for row in await _uncovered_now.rows(tx, now=tx.now, most=limit)]


# --- who comes -------------------------------------------------------------------------------------------------------


def _turn_near() -> Select[Any]:
    joined = select(segment.c.session_id, func.max(appointment.c.number).label("current")).select_from(attendance)
    joined = joined.join(appointment, appointment.c.id == attendance.c.appointment_id)
    joined = joined.join(segment, segment.c.id == appointment.c.segment_id)
    joined = joined.join(session, session.c.id == segment.c.session_id)
    now = joined.where(session.c.date == asked(session.c.date, "day"), attendance.c.seen_at.is_not(None))
    current = now.group_by(segment.c.session_id).subquery()
    mine = select(appointment.c.id).join(segment, segment.c.id == appointment.c.segment_id)
    mine = mine.join(current, current.c.session_id == segment.c.session_id)
    mine = mine.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id)
    last = current.c.current + bindparam("most", type_=Integer())
    between = and_(appointment.c.number > current.c.current, appointment.c.number <= last)
    return mine.where(appointment.c.state == "booked", attendance.c.seen_at.is_(None), between)


_near = Lookup(_turn_near)


async def turn_near(tx: Transaction, day: date, numbers: int) -> Sequence[int]:
    """Booked appointments of a day with at most so many numbers between them and the last that the doctor took in."""
    return [row.id for row in await _near.rows(tx, day=day, most=numbers)]


@lru_cache(maxsize=16)
def _begun(named: Collection[str], only: bool) -> Lookup:
    now, since = asked(segment.c.start_at, "now"), asked(segment.c.start_at, "since")
    of_these = or_(false(), *(session.c.clinic == each for each in named))

    def make() -> Select[Any]:
        mine = select(appointment.c.id, appointment.c.public_id).select_from(session)
        mine = mine.join(segment, segment.c.session_id == session.c.id)
        mine = mine.join(appointment, appointment.c.segment_id == segment.c.id)
        mine = mine.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id)
        return mine.where(
            _of_days(), of_these if only else not_(of_these), appointment.c.id > asked(appointment.c.id, "after"),
            appointment.c.state == "booked", segment.c.start_at < now, segment.c.start_at >= since,
            session.c.state != "stopped", attendance.c.id.is_(None), segment.c.end_at > now,
            appointment.c.stopped_at.is_(None),
        ).order_by(appointment.c.id).limit(most())

    return Lookup(make)


async def begun(tx: Transaction, since: datetime, where: Clinics, limit: int, after: int = 0) -> Sequence[Any]:
    """(id, public_id) of booked appointments in these clinics whose segment began after `since` and goes on, and whose
    patient is not here. `after`: the key of the last that was looked at."""
    look, days = _begun(tuple(sorted(where.named)), where.only), _days_about(since, tx.now)
    return await look.rows(tx, now=tx.now, since=since, after=after, most=limit, **days)


def _missed() -> Select[Any]:
    since, until = asked(segment.c.end_at, "since"), asked(segment.c.end_at, "until")
    unheard = and_(session.c.source == "desk", appointment.c.registration.is_(None)).label("unheard")
    mine = select(appointment.c.id, segment.c.end_at, session.c.clinic, session.c.date, unheard).select_from(session)
    mine = mine.join(segment, segment.c.session_id == session.c.id)
    mine = mine.join(appointment, appointment.c.segment_id == segment.c.id)
    mine = mine.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id)
    mine = mine.outerjoin(no_show, no_show.c.appointment_id == appointment.c.id)
    mine = mine.outerjoin(excused, excused.c.session_id == session.c.id)
    return mine.where(
        _of_days(), appointment.c.id > asked(appointment.c.id, "after"), appointment.c.state == "booked",
        segment.c.end_at > since, segment.c.end_at <= until, attendance.c.id.is_(None), no_show.c.id.is_(None),
        excused.c.id.is_(None), session.c.state != "stopped", session.c.substitute.is_(None),
        appointment.c.stopped_at.is_(None), appointment.c.moved_at.is_(None),
    ).order_by(appointment.c.id).limit(most())


_missed_now = Lookup(_missed)
_locks = Lookup(lambda: select(lock.c.id, lock.c.person_id).where(
    lock.c.state == LOCKED, lock.c.until <= asked(lock.c.until, "now")
).order_by(lock.c.until).limit(most()))


async def missed(tx: Transaction, since: datetime, until: datetime, limit: int, after: int = 0) -> Sequence[Any]:
    """(id, end_at, clinic, date, unheard) of booked appointments whose segment ended between the two moments, whose
    patient is not known to have come, and that are not written down. `unheard`: the session is ours and the hospital
    never had the appointment, so that it cannot tell who came. `after`: the key of the last that was looked at."""
    days = _days_about(since, until)
    return await _missed_now.rows(tx, since=since, until=until, after=after, most=limit, **days)


async def locks(tx: Transaction, limit: int) -> Sequence[Any]:
    """(id, person_id) of locks whose time is over."""
    return await _locks.rows(tx, now=tx.now, most=limit)


def _of_days() -> ColumnElement[bool]:
    return session.c.date.between(asked(session.c.date, "first"), asked(session.c.date, "last"))


def _days_about(since: datetime, until: datetime) -> dict[str, date]:
    """Of what a session has between two moments its day lies between these: for the index, as moments have none. Wide
    enough for any time zone, and for a session that goes on past midnight."""
    return {"first": (since - timedelta(days=2)).date(), "last": (until + timedelta(days=1)).date()}
