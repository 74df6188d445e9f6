"""What the office counts: slots and visits, by clinic, doctor, day or session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from bot.db.transaction import Transaction
from flows.booking.office.rules import By, Figures
from flows.booking.office.store import STEP, Wanted, chosen, joined
from flows.booking.pool.shares.store import share
from flows.booking.standing.store import no_show
from flows.booking.store import appointment, segment, session, slot


async def use(tx: Transaction, wanted: Wanted, by: By) -> Figures:
    """Slots by clinic, sitting doctor, day or session. Of those that sit (also where nobody new gets in, unless nothing
    is left of them): capacity and what is free stand in the segments; held and cooling ones are counted apart; the rest
    is taken."""
    key: Any = {"clinic": session.c.clinic, "doctor": session.c.sitting, "date": session.c.date,
                "id": session.c.id}[by]
    found, sits = Figures(), session.c.state != "stopped"
    there = or_(session.c.state == "open", segment.c.capacity > 0)
    counted = select(
        key.label("by"), func.count(session.c.id.distinct()).label("sessions"),
        func.sum(segment.c.capacity).label("capacity"), func.sum(segment.c.free).label("free"),
    ).join(segment, segment.c.session_id == session.c.id).where(*chosen(wanted), sits, there).group_by(key)
    for row in await tx.all(counted):
        found.take(row.by or "", sessions=row.sessions, capacity=int(row.capacity), free=int(row.free))
    stopped = select(key.label("by"), func.count().label("many")).where(*chosen(wanted), ~sits)
    for row in await tx.all(stopped.group_by(key)):
        found.take(row.by or "", stopped=row.many)
    few = await _apart(tx)
    for at in range(0, len(few), STEP):
        ids = list(few)[at : at + STEP]
        theirs = select(session.c.id, key.label("by")).where(session.c.id.in_(ids), sits, *chosen(wanted))
        for row in await tx.all(theirs):
            found.take(row.by or "", **few[row.id])
    return found


async def stood(tx: Transaction, wanted: Wanted, by: By, at: datetime, found: Figures) -> None:
    """Turns what is taken into what was taken at that moment: by who had confirmed by then and had not ended it yet.
    What the hospital gave away itself counts as always taken, and what was held or cooling then is not known."""
    key: Any = {"clinic": session.c.clinic, "doctor": session.c.sitting, "date": session.c.date,
                "id": session.c.id}[by]
    own = appointment.c
    then = case((and_(own.booked_at <= at, or_(own.ended_at.is_(None), own.ended_at > at)), 1), else_=0)
    now = case((own.state == "booked", 1), else_=0)
    counted = joined(key.label("by"), func.sum(then).label("then"), func.sum(now).label("now"))
    for row in await tx.all(counted.where(*chosen(wanted), session.c.state != "stopped").group_by(key)):
        found.take(row.by or "", free=int(row.now) - int(row.then))


async def _apart(tx: Transaction) -> dict[int, dict[str, int]]:
    """Session -> how many slots are held, cooling, and kept for channels (which are free): of the whole pool, because
    they are few and found by their state, where the slots of a month are hundreds of thousands."""
    found: dict[int, dict[str, int]] = {}
    # Not grouped by the database: MariaDB would walk the index of the sessions, over every slot there is.
    for row in await tx.all(select(slot.c.session_id, slot.c.state).where(slot.c.state.in_(("held", "cooling")))):
        mine = found.setdefault(row.session_id, {"held": 0, "cooling": 0})
        mine[row.state] += 1
    kept = select(segment.c.session_id, share.c.free).join(share, share.c.segment_id == segment.c.id)
    for row in await tx.all(kept):
        mine = found.setdefault(row.session_id, {})
        mine["free"] = mine.get("free", 0) + row.free
    return found


async def came(tx: Transaction, wanted: Wanted, by: By, now: datetime, found: Figures) -> None:
    """Adds the visits that are over, and those of them whom nobody came to."""
    key: Any = {"clinic": session.c.clinic, "doctor": session.c.sitting, "date": session.c.date,
                "id": session.c.id}[by]
    past = (appointment.c.state == "booked", segment.c.end_at <= now, session.c.state != "stopped")
    over = joined(key.label("by"), func.count().label("many")).where(*chosen(wanted), *past).group_by(key)
    for row in await tx.all(over):
        found.take(row.by or "", over=row.many)
    missed = joined(key.label("by"), func.count().label("many"))
    missed = missed.join(no_show, no_show.c.appointment_id == appointment.c.id)
    missed = missed.where(*chosen(wanted), *past, no_show.c.state == "counted").group_by(key)
    for row in await tx.all(missed):
        found.take(row.by or "", missed=row.many)
