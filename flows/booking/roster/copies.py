"""Copies the sessions of a week or a month into the drafts of their clinics, for the next one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from bot.context import Context
from flows.booking.neighbours import Catalogue
from flows.booking.roster.grid import View
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.copying import after_month, copied, month_of, next_week, week_of
from flows.booking.roster.patterns.drafts import BadTerms, Drafts
from flows.booking.roster.patterns.rules import Terms, applied, plan
from flows.booking.roster.reach import Reach
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import GONE
from flows.booking.rules import EXAMINATION


@dataclass(frozen=True, slots=True)
class Result:
    """``made`` single days stand in the drafts of ``clinics``; for ``there`` somebody sits there already; ``left``
    could not be taken over, because the directory has not got the doctor or a room any more."""

    made: int
    there: int
    left: int
    clinics: list[str]


async def copy(context: Context, reach: Reach, unit: View, day: date, clinics: Collection[str]) -> Result:
    """Open sessions of both sides, as far as they lie within reach. Whatever there is already on a day of the next week
    or month, or is drafted for it, goes before."""
    tx, today = context.tx, context.clock.local(context.now).date()
    first, last = week_of(day) if unit == "week" else month_of(day)
    rows = [row for row in await store.sittings(tx, first, last, list(clinics))
            if row.state == "open" and row.kind != EXAMINATION and reach.covers(row.clinic, row.sitting)]
    parts: dict[int, list[Any]] = {}
    for part in await store.parts(tx, [row.id for row in rows]):
        parts.setdefault(part.session_id, []).append(part)
    live = await patterns.live(tx)
    by_id = {each.id: each.terms for each in live}
    told = [(row, by_id.get(row.pattern_id) or terms_of(row, parts.get(row.id, []), reach.catalogue)) for row in rows]
    sessions = [terms.on(row.date) for row, terms in told if terms is not None]
    begin = next_week(first) if unit == "week" else after_month(first)
    until = next_week(last) if unit == "week" else month_of(begin)[1]
    doctors = {each.doctor for each in sessions if each.doctor}
    taken = set(await store.seated(tx, store.HOSPITAL, begin, until, doctors, clinics))
    taken |= set(await store.seated(tx, store.DESK, begin, until, doctors, clinics))
    taken |= {(row.sitting or f"clinic:{row.clinic}", row.date, row.half)
              for row in await store.sittings(tx, begin, until, list(clinics)) if row.digest != GONE}
    drafted = applied(live, [edit for _, edit in await patterns.edits(tx)])
    taken |= {(each.pattern.terms.whom, each.day, each.pattern.terms.half) for each in plan(drafted, begin, until)[0]}
    found = copied(sessions, unit, taken, today)
    drafts, made, left = Drafts(context), 0, 0
    touched: list[str] = []
    for clinic in dict.fromkeys(each.clinic for each in found.made):
        sound: list[Terms] = []
        for each in found.made:
            if each.clinic != clinic:
                continue
            try:
                await drafts.check(each)
            except BadTerms:
                left += 1
            else:
                sound.append(each)
        if sound:
            await drafts.add(sound)
            touched.append(clinic)
            made += len(sound)
    return Result(made, found.there, left, touched)


def terms_of(row: Any, parts: Sequence[Any], catalogue: Catalogue) -> Terms | None:
    """A session that no pattern of ours made, as a single day; None where its segments are gone."""
    if not parts:
        return None
    start, end = parts[0].start_wall, parts[0].end_wall
    minutes = _minute(end) - _minute(start)
    rooms = [room for room in catalogue.rooms if room.clinic == row.clinic]
    same = [room for room in rooms if room.place.room == row.room]
    room = (same or rooms)[0].code if rooms else ""
    return Terms(
        clinic=row.clinic, doctor=row.sitting, weekday=row.date.weekday(), half=row.half, starts=start,
        ends=parts[-1].end_wall, minutes=minutes, capacity=max(1, max(part.capacity for part in parts)), kind=row.kind,
        fee=row.fee, room=room, first=row.date, last=row.date,
    )


def _minute(wall: str) -> int:
    at = time.fromisoformat(wall)
    return at.hour * 60 + at.minute
