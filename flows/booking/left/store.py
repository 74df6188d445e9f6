"""What is left of sessions and segments, as one channel may take it: what is everybody's and what is kept for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select

from bot.db.lookup import Lookup, Question, asked
from bot.db.transaction import Transaction
from flows.booking.pool.shares.store import share
from flows.booking.rules import EXAMINATION, Window
from flows.booking.store import DAYTIME, PLACE, appointment, segment, session

_LEFT = segment.c.free + func.coalesce(share.c.free, 0)


def _from(channel: str, *fields: Any) -> Select[Any]:
    """Segments with their session and the channel's share of them, if there is one."""
    own = and_(share.c.segment_id == segment.c.id, share.c.channel == channel)
    joined = segment.join(session, session.c.id == segment.c.session_id).outerjoin(share, own)
    return select(*fields).select_from(joined)


def _live(window: Window) -> ColumnElement[bool]:
    """Segments that are open and in time."""
    codes = [code for code, _ in window.own]
    begins = [and_(session.c.clinic == code, segment.c.start_at >= moment) for code, moment in window.own]
    usual = segment.c.start_at >= window.begins_after
    in_time = or_(*begins, and_(session.c.clinic.not_in(codes), usual)) if codes else usual
    return and_(segment.c.state == "open", segment.c.end_at >= window.ends_after, in_time)


def _place() -> Select[Any]:
    own = and_(share.c.segment_id == segment.c.id, share.c.channel == asked(share.c.channel))
    joined = segment.join(session, session.c.id == segment.c.session_id).outerjoin(share, own)
    fields = (*PLACE, session.c.fee, _LEFT.label("free"))
    return select(*fields).select_from(joined).where(segment.c.id == asked(segment.c.id, "of"))


_one_place = Lookup(_place)


def of_place(segment_id: int, channel: str = "") -> Question:
    """One segment with its session; `fee` is the session's, `free` what the channel may take."""
    return _one_place.about(of=segment_id, channel=channel)


async def place(tx: Transaction, segment_id: int, channel: str = "") -> Any | None:
    return await of_place(segment_id, channel).first(tx)


def _held() -> Select[Any]:
    mine = appointment.c.segment_id == asked(appointment.c.segment_id)
    return select(appointment.c.contact_id).where(mine, appointment.c.state == "held")


_holders = Lookup(_held)


async def holders(tx: Transaction, segment_id: int) -> list[int]:
    """Contacts that hold a slot of a segment."""
    return [row.contact_id for row in await _holders.rows(tx, segment_id=segment_id)]


async def sittings(
    tx: Transaction, *, first: date, last: date, window: Window, clinic: str | None = None,
    doctor: str | None = None, general: bool = False, channel: str = "",
) -> Sequence[Row[Any]]:
    """Sessions of a clinic, of who sits, or of both, by day: with `left` (slots in segments that are in
    time), `to_come` (such segments), `next_at` and `next_wall` (start of the first with a slot)."""
    live = _live(window)
    bookable = and_(live, _LEFT > 0)
    fields = [session.c[name] for name in ("id", "site", "clinic", "doctor", "substitute", "sitting", "date", "half",
                                           "kind", "fee", "state", "draw")]
    query = _from(
        channel,
        *fields,
        func.coalesce(func.sum(case((live, _LEFT), else_=0)), 0).label("left"),
        func.coalesce(func.sum(case((live, 1), else_=0)), 0).label("to_come"),
        func.min(case((bookable, segment.c.start_wall), else_=None)).label("next_wall"),
    )
    # Closed: nobody new gets in, so to whoever looks for a slot it is not there.
    query = query.where(session.c.date.between(first, last), session.c.state != "closed")
    query = query.group_by(*fields).order_by(session.c.date, "next_wall", DAYTIME, session.c.id)
    if clinic is not None:
        query = query.where(session.c.clinic == clinic)
    if doctor is not None:
        query = query.where(session.c.sitting == doctor)
    if general:
        query = query.where(session.c.sitting.is_(None))
    return await tx.all(query)


async def segments(
    tx: Transaction, sessions: Sequence[int], window: Window, channel: str = ""
) -> Sequence[Row[Any]]:
    """Segments of these sessions with a slot left, in time."""
    fields = (*PLACE, session.c.fee, _LEFT.label("free"))
    where = (segment.c.session_id.in_(sessions), _LEFT > 0, _live(window))
    return await tx.all(_from(channel, *fields).where(*where).order_by(segment.c.start_at, segment.c.id))


async def terms(tx: Transaction, doctors: Collection[str], since: date) -> dict[str, list[Row[Any]]]:
    """Of each doctor what their sessions from `since` on are, cost and where they are, without repeating, the soonest
    first; of who has none, of the last day before. clinic, kind, fee, building, floor, zone, room."""
    fields = [session.c[name] for name in ("sitting", "clinic", "kind", "fee", "building", "floor", "zone", "room")]
    found: dict[str, list[Row[Any]]] = {}
    theirs = (session.c.sitting.in_(doctors), session.c.date >= since, session.c.kind != EXAMINATION)
    coming = select(*fields).where(*theirs).group_by(*fields).order_by(func.min(session.c.date))
    for row in await tx.all(coming):
        found.setdefault(row.sitting, []).append(row)
    if absent := [each for each in doctors if each not in found]:
        mine = select(session.c.sitting, func.max(session.c.date).label("day")).where(session.c.sitting.in_(absent))
        last = mine.group_by(session.c.sitting).subquery()
        then = and_(last.c.sitting == session.c.sitting, last.c.day == session.c.date)
        for row in await tx.all(select(*fields).join(last, then).group_by(*fields).order_by(session.c.fee)):
            found.setdefault(row.sitting, []).append(row)
    return found


async def free(tx: Transaction, sessions: Sequence[int], window: Window, channel: str = "") -> dict[int, int]:
    """Session id -> slots that the channel may take."""
    where = (segment.c.session_id.in_(sessions), _live(window))
    mine = _from(channel, segment.c.session_id, func.sum(_LEFT).label("left")).where(*where)
    return {row.session_id: int(row.left) for row in await tx.all(mine.group_by(segment.c.session_id))}
