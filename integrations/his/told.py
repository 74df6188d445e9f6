"""The embedded hospital's sessions that it was told of: each stands once in its book, whole as it was told last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, time
from typing import Any

from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from integrations.his import store
from integrations.his.conduct import refused
from integrations.his.port import OwnSegment, OwnSession, Segment


async def enter(tx: Transaction, clock: HospitalClock, session: OwnSession) -> str:
    """Enter it, or bring what is entered in line; gives its code. Refusals: see `HospitalPort.tell_session`."""
    table = store.session
    row = await tx.one(table.select().where(table.c.own == session.own).with_for_update())
    site = await _site(tx, session.clinic)
    await _check(tx, clock, session, row)
    values = _values(session) | {"site": site}
    if row is not None:
        await tx.update(table.update().where(table.c.id == row.id).values(**values))
        return str(row.code)
    code = f"S{hashlib.sha256(session.own.encode()).hexdigest()[:15].upper()}"
    if not await tx.insert_once(table, code=code, own=session.own, state="open", substitute=None, **values):
        await tx.update(table.update().where(table.c.own == session.own).values(**values))
    return code


def read(row: Any) -> OwnSession | None:
    """What was told of a session; None of one of the hospital's own."""
    if not row.told:
        return None
    kept = json.loads(row.told)
    parts = tuple(
        OwnSegment(**part | {"start": time.fromisoformat(part["start"]), "end": time.fromisoformat(part["end"]),
                             "numbers": tuple(part["numbers"])})
        for part in kept["segments"]
    )
    return OwnSession(**kept | {"date": date.fromisoformat(kept["date"]), "segments": parts})


def segments(session: OwnSession) -> tuple[Segment, ...]:
    """As `rosters` tells them: those with numbers, each from its first one."""
    return tuple(
        Segment(part.position, part.start, part.end, len(part.numbers), part.numbers[0])
        for part in sorted(session.segments, key=lambda part: (part.start, part.position)) if part.numbers
    )


def stopped(row: Any, position: int) -> bool:
    """Whether this stretch of a session that was told is stopped."""
    session = read(row)
    return session is not None and any(
        part.state == "stopped" for part in session.segments if part.position == position
    )


def holds(row: Any, segment: Segment, number: int) -> bool:
    """Whether a number is one of the segment's, of the hospital's own sessions and of those that were told."""
    session = read(row)
    if session is None:
        return segment.holds(number)
    return any(number in part.numbers for part in session.segments if part.position == segment.position)


async def _check(tx: Transaction, clock: HospitalClock, session: OwnSession, row: Any) -> None:
    if row is not None and session.revision < row.revision:
        raise refused("session_outdated")
    if session.date < clock.local(tx.now).date():
        raise refused("session_over")
    doctors = {session.doctor, session.substitute, *(part.substitute for part in session.segments)} - {None}
    if not await _there(tx, store.doctor, [code for code in doctors if code]):
        raise refused("no_doctor")
    if not await _there(tx, store.room, [session.room]):
        raise refused("no_room")
    if session.state == "open" and await _sits_elsewhere(tx, session):
        raise refused("half_taken")
    if row is not None and await _left_out(tx, session, row.id):
        raise refused("number_in_use")


async def _site(tx: Transaction, clinic: str) -> str:
    row = await tx.one(store.clinic.select().where(store.clinic.c.code == clinic))
    if row is None:
        raise refused("no_clinic")
    return str(row.site)


async def _there(tx: Transaction, table: Any, codes: Iterable[str]) -> bool:
    wanted = set(codes)
    found = await tx.all(table.select().with_only_columns(table.c.code).where(table.c.code.in_(wanted)))
    return len(found) == len(wanted)


async def _sits_elsewhere(tx: Transaction, session: OwnSession) -> bool:
    """Whether whoever sits there (or the general clinic) has that half day in another session."""
    table = store.session
    others = table.select().where(
        table.c.day == session.date, table.c.half == session.half, table.c.state == "open",
        table.c.own.is_(None) | (table.c.own != session.own),
    )
    who = session.substitute or session.doctor
    for row in await tx.all(others):
        own = read(row)
        if own is not None and own.state != "open":
            continue
        sits = row.substitute or (own.substitute if own else None) or row.doctor
        if sits == who if who else (sits is None and row.clinic == session.clinic and row.kind != "examination"):
            return True
    return False


async def _left_out(tx: Transaction, session: OwnSession, session_id: int) -> bool:
    """Whether somebody is registered under a number that the session would not have any more."""
    table = store.registration
    taken = await tx.all(table.select().where(table.c.session_id == session_id, table.c.active == 1))
    numbers = {(part.position, number) for part in session.segments for number in part.numbers}
    return any((row.segment, row.number) not in numbers for row in taken)


def _values(session: OwnSession) -> dict[str, Any]:
    return {
        "clinic": session.clinic, "doctor": session.doctor, "room": session.room,
        "day": session.date, "half": session.half, "kind": session.kind,
        "registration_fee": session.registration_fee, "consultation_fee": session.consultation_fee,
        "starts": min((part.start for part in session.segments), default=time(0)),
        "ends": max((part.end for part in session.segments), default=time(0)),
        "minutes": 0, "capacity": 0, "revision": session.revision,
        "told": json.dumps(asdict(session), default=str),
    }
