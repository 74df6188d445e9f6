"""Brings our sessions in line with the hospital's rosters. May run on several workers at once, and twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import logs
from bot.clock import HospitalClock
from bot.db.faults import is_duplicate
from bot.db.transaction import Transaction
from flows.booking.moves import noting as moves
from flows.booking.roster import store
from flows.booking.roster.book import store as book
from flows.booking.roster.patterns.store import pass_gate
from flows.booking.roster.plan import changes, digest
from flows.booking.roster.sessions import store as seats
from flows.booking.stops import store as stops
from flows.booking.stops.hearing import note
from flows.booking.waiting.store import session_awaited
from integrations.his.port import Place, Session

log = logs.get(__name__)

Run = Callable[[Callable[[Transaction], Awaitable[None]]], Awaitable[None]]
"""Runs work in a transaction of its own (again after a deadlock)."""
BATCH = 40
"""Sessions made in one transaction: small enough that nobody waits long behind it."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What the hospital told for `first` to `last`, both included; `rooms` is room code -> where it is."""

    first: date
    last: date
    sessions: Sequence[Session]
    rooms: Mapping[str, Place]


async def bring_in_line(
    run: Run, known: Mapping[str, tuple[int, str, str]], roster: Roster, clock: HospitalClock
) -> int:
    """`known` is what we have of these days (roster/store.py). Gives how many sessions were made or changed.

    An appointment is never touched: its slot stays, even where the hospital offers the number no more. A session that
    the hospital tells no more is stopped, but a roster without any session is a fault of the line and changes nothing.
    """
    if not roster.sessions:
        if known:
            log.warning("roster_empty", first=str(roster.first), last=str(roster.last), known=len(known))
        return 0
    told = {session.code: digest(session, roster.rooms.get(session.room)) for session in roster.sessions}
    new = [session for session in roster.sessions if session.code not in known]
    for start in range(0, len(new), BATCH):
        batch = new[start : start + BATCH]

        async def make(tx: Transaction, batch: Sequence[Session] = batch) -> None:
            await _make(tx, batch, roster.rooms, clock)

        try:
            await run(make)
        except Exception as error:
            if not is_duplicate(error):
                raise
            await run(make)
    changed = [s for s in roster.sessions if s.code in known and known[s.code][1] != told[s.code]]
    for session in changed:

        async def change(tx: Transaction, session: Session = session) -> None:
            await _change(tx, known[session.code][0], session, roster.rooms, clock)

        await run(change)
    gone = [code for code, (_, mark, _) in known.items() if code not in told and mark != GONE]
    for code in gone:

        async def stop(tx: Transaction, code: str = code) -> None:
            await _stop(tx, known[code][0], code)

        await run(stop)
    count = len(new) + len(changed) + len(gone)
    if count:
        log.info("rosters_changed", new=len(new), changed=len(changed), gone=len(gone))
    return count


GONE = "gone"
"""In the place of the digest: should the hospital tell the session again, it differs and is opened again."""


async def _make(tx: Transaction, batch: Sequence[Session], rooms: Mapping[str, Place], clock: HospitalClock) -> None:
    ours = await _seated_by_us(tx, batch) | await _entered_by_us(tx, batch)
    batch = [session for session in batch if session.code not in ours]
    ids = await store.add_sessions(tx, [{"code": s.code, **_session(s, rooms)} for s in batch])
    made = [session for session in batch if session.code in ids]
    rows = [
        {"session_id": ids[s.code], "position": part.position, **_segment(s, part, clock),
         "capacity": part.capacity, "free": part.capacity}
        for s in made for part in s.segments
    ]
    if not rows:
        return
    segments = await store.add_segments(tx, rows)
    await store.add_slots(tx, [
        (ids[s.code], segments[ids[s.code], part.position], number)
        for s in made for part in s.segments for number in range(part.first, part.first + part.capacity)
    ])


async def _change(
    tx: Transaction, session_id: int, session: Session, rooms: Mapping[str, Place], clock: HospitalClock
) -> None:
    if session.state == "open" and await _seated_by_us(tx, [session]):
        return
    segments = await store.lock(tx, session_id)
    before, expected = await stops.session_of(tx, session_id), await moves.spots(tx, session_id)
    for part in session.segments:
        values = _segment(session, part, clock)
        if part.position in segments:
            await store.change_segment(tx, segments[part.position], **values)
        else:
            row = {"session_id": session_id, "position": part.position, **values, "capacity": 0, "free": 0}
            segments[part.position] = (await store.add_segments(tx, [row]))[session_id, part.position]
    told = {part.position for part in session.segments}
    dropped = [segment_id for position, segment_id in segments.items() if position not in told]
    for segment_id in dropped:
        await store.change_segment(tx, segment_id, state="closed")
    plan = changes(await store.kept(tx, session_id), session.segments)
    await store.drop_slots(tx, plan.drop)
    await store.add_slots(tx, [(session_id, segments[position], number) for position, number in plan.add])
    if session.state == "open" and await session_awaited(tx, session_id):
        await store.keep_apart(tx, session_id)
    for segment_id in segments.values():
        await store.recount(tx, segment_id)
    await store.change_session(tx, session_id, **_session(session, rooms))
    await note(tx, session_id, before, dropped)
    await moves.note(tx, session_id, expected)
    affected = await store.affected(tx, session_id) if session.state == "stopped" else []
    if plan.conflicts or affected:
        log.warning("roster_conflict", session=session.code, numbers=plan.conflicts, appointments=affected)


async def _stop(tx: Transaction, session_id: int, code: str) -> None:
    await store.lock(tx, session_id)
    before = await stops.session_of(tx, session_id)
    await store.close_segments(tx, session_id)
    await store.change_session(tx, session_id, state="stopped", digest=GONE)
    await note(tx, session_id, before)
    log.warning("roster_conflict", session=code, gone=True, appointments=await store.affected(tx, session_id))


async def _seated_by_us(tx: Transaction, told: Sequence[Session]) -> set[str]:
    """Codes of those whose doctor (or general clinic) the console has given this half day: who was there first stays,
    and each next round tries again."""
    if not told:
        return set()
    await pass_gate(tx)
    sitting = {session.code: session.substitute or session.doctor for session in told}
    days = [session.date for session in told]
    doctors, clinics = {each for each in sitting.values() if each}, {session.clinic for session in told}
    seated = await seats.seated(tx, seats.DESK, min(days), max(days), doctors, clinics)
    ours = {each.code for each in told
            if (sitting[each.code] or f"clinic:{each.clinic}", each.date, each.half) in seated}
    if ours:
        log.warning("roster_clash", sessions=sorted(ours))
    return ours


async def _entered_by_us(tx: Transaction, told: Sequence[Session]) -> set[str]:
    """Codes of those that are ours: the hospital tells them because it was told of them. Where it may have been told
    and we do not know under which code yet, whoever sits in such a place is left for the next round."""
    if not told:
        return set()
    days = [session.date for session in told]
    # In this order: what gets its code in between is in one of the two.
    places = await book.on_the_way(tx, min(days), max(days))
    ours = await book.among(tx, [session.code for session in told])
    return ours | {
        each.code for each in told if (each.doctor or f"clinic:{each.clinic}", each.date, each.half) in places
    }


def _session(session: Session, rooms: Mapping[str, Place]) -> dict[str, Any]:
    place = rooms.get(session.room)
    where = place or Place("", "", "", "")
    return {
        "site": session.site,
        "clinic": session.clinic,
        "doctor": session.doctor,
        "substitute": session.substitute,
        "sitting": session.substitute or session.doctor,
        "date": session.date,
        "half": session.half,
        "kind": session.kind,
        "fee": session.fee,
        "building": where.building,
        "floor": where.floor,
        "zone": where.area,
        "room": where.room,
        "state": session.state,
        "digest": digest(session, place),
    }


def _segment(session: Session, part: Any, clock: HospitalClock) -> dict[str, Any]:
    return {
        "start_at": clock.moment(session.date, part.start),
        "end_at": clock.moment(session.date, part.end),
        "start_wall": f"{part.start:%H:%M}",
        "end_wall": f"{part.end:%H:%M}",
        "first_number": part.first,
        "state": "open" if session.state == "open" else "closed",
    }
