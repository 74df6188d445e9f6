"""Writes of the synchronisation: new sessions in bulk, changed ones under the locks of their segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from flows.booking.pool.shares import store as shares
from flows.booking.roster.plan import Kept
from flows.booking.store import appointment, segment, session, slot


async def known(tx: Transaction, first: date, last: date) -> dict[str, tuple[int, str, str]]:
    """Code -> (id, digest, state) of the hospital's sessions of these days, both included; ours are none of its."""
    return {row.code: (row.id, row.digest, row.state) for row in await _known.rows(tx, first=first, last=last)}


_known = Lookup(lambda: select(session.c.code, session.c.id, session.c.digest, session.c.state).where(
    session.c.source == "hospital",
    session.c.date.between(asked(session.c.date, "first"), asked(session.c.date, "last")),
))


async def add_sessions(tx: Transaction, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Insert those that are not there; gives code -> id of these. Another worker that makes the same at this very
    moment lets it fail as a duplicate (bot.db.faults.is_duplicate): try again and find them there."""
    codes = [row["code"] for row in rows]
    there = {row.code for row in await tx.all(select(session.c.code).where(session.c.code.in_(codes)))}
    made = [row for row in rows if row["code"] not in there]
    await tx.insert_many(session, made)
    found = await tx.all(select(session.c.code, session.c.id).where(session.c.code.in_({row["code"] for row in made})))
    return {row.code: row.id for row in found}


async def add_segments(tx: Transaction, rows: Sequence[dict[str, Any]]) -> dict[tuple[int, int], int]:
    """Insert; gives (session id, position) -> id of all segments of these sessions."""
    await tx.insert_many(segment, rows)
    sessions = {row["session_id"] for row in rows}
    found = await tx.all(
        select(segment.c.session_id, segment.c.position, segment.c.id).where(segment.c.session_id.in_(sessions))
    )
    return {(row.session_id, row.position): row.id for row in found}


async def add_slots(tx: Transaction, rows: Sequence[tuple[int, int, int]]) -> None:
    """`rows`: session id, segment id, number."""
    names = ("session_id", "segment_id", "number")
    await tx.insert_many(slot, [dict(zip(names, row, strict=True)) | {"state": "free"} for row in rows])


async def lock(tx: Transaction, session_id: int) -> dict[int, int]:
    """Keep every hold out of this session; gives position -> segment id. What is kept for channels is free again: it
    is cut anew after the change."""
    await tx.one(select(session.c.id).where(session.c.id == session_id).with_for_update())
    own = select(segment.c.position, segment.c.id).where(segment.c.session_id == session_id)
    found = {row.position: row.id for row in await tx.all(own.order_by(segment.c.id).with_for_update())}
    if await shares.dissolve(tx, session_id):
        tx.put(shares.RENEW, {"session": session_id}, priority=3)
    return found


async def kept(tx: Transaction, session_id: int) -> list[Kept]:
    rows = await tx.all(
        select(slot.c.id, segment.c.position, slot.c.number, slot.c.state)
        .join(segment, segment.c.id == slot.c.segment_id)
        .where(slot.c.session_id == session_id)
        .with_for_update()
    )
    return [Kept(row.id, row.position, row.number, row.state == "free") for row in rows]


async def drop_slots(tx: Transaction, ids: Sequence[int]) -> None:
    if ids:
        await tx.update(delete(slot).where(slot.c.id.in_(ids)))


async def keep_apart(tx: Transaction, session_id: int) -> None:
    """What is free is offered to those who wait before it goes to the pool; the caller holds the segments' locks."""
    mine = update(slot).where(slot.c.session_id == session_id, slot.c.state == "free")
    await tx.update(mine.values(state="cooling", back_at=tx.now))


async def change_session(tx: Transaction, session_id: int, **values: Any) -> None:
    await tx.update(update(session).where(session.c.id == session_id).values(**values))


async def change_segment(tx: Transaction, segment_id: int, **values: Any) -> None:
    await tx.update(update(segment).where(segment.c.id == segment_id).values(**values))


async def close_segments(tx: Transaction, session_id: int) -> None:
    await tx.update(update(segment).where(segment.c.session_id == session_id).values(state="closed"))


async def recount(tx: Transaction, segment_id: int) -> None:
    """Note capacity and free as the slots are; the caller holds the segment's lock."""
    mine = select(slot.c.state, func.count().label("slots")).where(slot.c.segment_id == segment_id)
    counted = {row.state: row.slots for row in await tx.all(mine.group_by(slot.c.state))}
    await change_segment(tx, segment_id, capacity=sum(counted.values()), free=counted.get("free", 0))


async def affected(tx: Transaction, session_id: int) -> list[str]:
    """Public ids of held and booked appointments in a session."""
    rows = await tx.all(
        select(appointment.c.public_id)
        .join(segment, segment.c.id == appointment.c.segment_id)
        .where(segment.c.session_id == session_id, appointment.c.state.in_(("held", "booked")))
    )
    return [row.public_id for row in rows]
