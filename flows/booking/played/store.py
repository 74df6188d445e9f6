"""The demonstration's bulk reads and writes on booking's tables. The gate of each segment is counted anew under its
lock, so that whoever books at the same moment loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.db.journal import journal
from bot.db.transaction import Transaction
from flows.booking.rules import EXAMINATION
from flows.booking.standing.store import attendance, lock, no_show, report
from flows.booking.store import appointment, segment, session, slot
from flows.notices.store import push

STEP = 400
OURS = "played:"
"""How the request of each appointment begins that the demonstration made."""


async def sessions(tx: Transaction, day: date) -> Sequence[Row[Any]]:
    """The hospital's open sessions of a day, by code; those of devices among them."""
    fields = (session.c.id, session.c.code, session.c.clinic, session.c.doctor, session.c.sitting,
              session.c.substitute, session.c.fee, session.c.date)
    open_ = select(*fields).where(session.c.date == day, session.c.state == "open", session.c.draw.is_(None))
    own = open_.where(session.c.source == "hospital")
    return await tx.all(own.order_by(session.c.code))


async def free(tx: Transaction, sessions: Sequence[int]) -> Sequence[Row[Any]]:
    """(id, session_id, segment_id, number, position, start_at, end_at) of their free slots, whose segments nobody else
    changes until the transaction ends."""
    mine = segment.c.session_id.in_(sessions)
    await tx.all(select(segment.c.id).where(mine).order_by(segment.c.id).with_for_update())
    fields = (slot.c.id, slot.c.session_id, slot.c.segment_id, slot.c.number, segment.c.position, segment.c.start_at,
              segment.c.end_at)
    found = select(*fields).join(segment, segment.c.id == slot.c.segment_id)
    found = found.where(slot.c.session_id.in_(sessions), slot.c.state == "free", segment.c.state == "open")
    return await tx.all(found.order_by(slot.c.session_id, slot.c.number).with_for_update(of=slot))


async def give_away(tx: Transaction, slots: Sequence[int]) -> None:
    """They are gone at the hospital's windows: taken, without an appointment of ours."""
    for some in _steps(slots):
        await tx.update(update(slot).where(slot.c.id.in_(some), slot.c.state == "free").values(state="taken"))


async def book(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write appointments; those that are booked have their slots from now on. Gives request id -> key."""
    await tx.insert_many(appointment, rows)
    found: dict[str, int] = {}
    for some in _steps([row["request_id"] for row in rows]):
        mine = select(appointment.c.id, appointment.c.request_id).where(appointment.c.request_id.in_(some))
        found.update({row.request_id: row.id for row in await tx.all(mine)})
    booked = [{"its": row["slot_id"], "whose": found[row["request_id"]]} for row in rows if row["state"] == "booked"]
    if booked:
        one = update(slot).where(slot.c.id == bindparam("its"), slot.c.state == "free")
        await tx.execute(one.values(state="taken", appointment_id=bindparam("whose")), booked)
    return found


async def recount(tx: Transaction, segments: Sequence[int]) -> None:
    """Note how many are left; the caller holds the locks of `free`."""
    left = select(func.count()).where(slot.c.segment_id == segment.c.id, slot.c.state == "free")
    for some in _steps(segments):
        mine = update(segment).where(segment.c.id.in_(some))
        await tx.update(mine.values(free=left.scalar_subquery()))


async def registered(tx: Transaction, codes: Mapping[int, str]) -> None:
    """Appointment -> under which code the hospital has it."""
    if codes:
        one = update(appointment).where(appointment.c.id == bindparam("its")).values(registration=bindparam("code"))
        await tx.execute(one, [{"its": key, "code": code} for key, code in codes.items()])


async def replaced(tx: Transaction, pairs: Mapping[int, int]) -> None:
    """Appointment -> the one that it was changed from."""
    if pairs:
        one = update(appointment).where(appointment.c.id == bindparam("its")).values(replaces=bindparam("old"))
        await tx.execute(one, [{"its": key, "old": old} for key, old in pairs.items()])


async def note(
    tx: Transaction, *, came: Sequence[Mapping[str, Any]] = (), missed: Sequence[Mapping[str, Any]] = (),
    told: Sequence[Mapping[str, Any]] = (), lines: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Rows of attendance, of no-shows, of pushes and of the journal."""
    for table, rows in ((attendance, came), (no_show, missed), (push, told), (journal, lines)):
        await tx.insert_many(table, rows)


async def reported(tx: Transaction, day: date, at: datetime) -> None:
    """The hospital has told who came on a day."""
    await tx.insert_once(report, day=day, read_at=at)


async def busy(tx: Transaction, day: date) -> set[int]:
    """Persons who have something on a day."""
    mine = select(appointment.c.person_id).join(segment, segment.c.id == appointment.c.segment_id)
    mine = mine.join(session, session.c.id == segment.c.session_id)
    found = mine.where(session.c.date == day, appointment.c.state.in_(("held", "booked")))
    return {row.person_id for row in await tx.all(found)}


async def open_of_all(tx: Transaction) -> dict[int, int]:
    """Person -> how many appointments to come."""
    mine = select(appointment.c.person_id, func.count().label("many"))
    mine = mine.join(segment, segment.c.id == appointment.c.segment_id)
    coming = mine.where(appointment.c.state == "booked", segment.c.start_at > tx.now)
    return {row.person_id: row.many for row in await tx.all(coming.group_by(appointment.c.person_id))}


async def of_day(tx: Transaction, day: date) -> Sequence[Row[Any]]:
    """The demonstration's appointments of a day that stand: (id, public_id, person_id, contact_id, segment_id, number,
    session_id, session_code, start_at), and `came` and `seen_at` of the attendance."""
    fields = (appointment.c.id, appointment.c.public_id, appointment.c.person_id, appointment.c.contact_id,
              appointment.c.segment_id, appointment.c.number, session.c.id.label("session_id"),
              session.c.code.label("session_code"), segment.c.start_at, attendance.c.id.label("came"),
              attendance.c.seen_at)
    found = select(*fields).select_from(session).join(segment, segment.c.session_id == session.c.id)
    found = found.join(appointment, appointment.c.segment_id == segment.c.id)
    found = found.outerjoin(attendance, attendance.c.appointment_id == appointment.c.id)
    found = found.where(
        session.c.date == day, session.c.state == "open", appointment.c.state == "booked",
        appointment.c.stopped_at.is_(None), appointment.c.request_id.startswith(OURS, autoescape=True),
    )
    return await tx.all(found.order_by(segment.c.start_at, appointment.c.id))


async def full(tx: Transaction, first: date, last: date) -> Sequence[int]:
    """Keys of open sessions of a doctor in which nothing is left, by day."""
    mine = select(session.c.id).join(segment, segment.c.session_id == session.c.id).where(
        session.c.date.between(first, last), session.c.state == "open", session.c.sitting.is_not(None),
        session.c.draw.is_(None), session.c.kind != EXAMINATION,
    )
    none = mine.group_by(session.c.id, session.c.date).having(func.sum(segment.c.free) == 0)
    return [row.id for row in await tx.all(none.order_by(session.c.date, session.c.id))]


async def missed_often(tx: Transaction, least: int) -> Mapping[int, Sequence[Row[Any]]]:
    """Person -> no-shows that led to no lock, the oldest first, of whoever has so many."""
    fields = (no_show.c.id, no_show.c.person_id, no_show.c.missed_at)
    found: dict[int, list[Row[Any]]] = {}
    for row in await tx.all(select(*fields).where(no_show.c.lock_id.is_(None)).order_by(no_show.c.missed_at)):
        found.setdefault(row.person_id, []).append(row)
    return {person: rows for person, rows in found.items() if len(rows) >= least}


async def add_lock(tx: Transaction, no_shows: Sequence[int], **values: Any) -> None:
    """A lock of the past, and what led to it."""
    made = await tx.insert(lock, **values)
    await tx.update(update(no_show).where(no_show.c.id.in_(no_shows)).values(lock_id=made))


def _steps(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + STEP] for at in range(0, len(values), STEP))
