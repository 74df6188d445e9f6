"""A day of the demonstration: its sessions are filled as far as such a day is, by rows that keep the pool's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from bot.context import Context
from bot.db.schema import new_public_id
from flows.booking.fitting.rules import years
from flows.booking.neighbours import Catalogue
from flows.booking.played import lots, store
from flows.patients.played import MADE_BY, Known
from integrations.his import played as hospital

OFTEN = 70
"""One person in so many often does not come; nothing new is made up for them that is to come."""
MOST_OPEN = 2
_THROUGH_US, _GENERAL = 0.34, 0.1
"""The share of slots that goes through us in clinics that do, and that of sessions without a doctor."""


def seldom(person_id: int) -> bool:
    """Whether somebody seldom misses a visit."""
    return person_id % OFTEN != 0


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the people, and the clinics whose patients book through us."""

    people: Sequence[Known]
    clinics: frozenset[str]
    catalogue: Catalogue

    def of(
        self, session: Any, number: int, day: date, taken: set[int], opened: Mapping[int, int], ahead: int
    ) -> Known | None:
        """Who has this number: somebody whom the clinic takes, and who has nothing else that day. None: nobody."""
        clinic = self.catalogue.clinic.get(session.clinic)
        lot = Random(f"whom {session.code} {number}")
        for person in lot.sample(self.people, min(12, len(self.people))):
            if person.person_id in taken or (ahead >= 0 and not seldom(person.person_id)):
                continue
            if ahead >= 0 and opened.get(person.person_id, 0) >= MOST_OPEN:
                continue
            if clinic and lots.eligible(person.sex, years(person.birth_date, day), clinic):
                return person
        return None


@dataclass(slots=True)
class Rows:
    """What is written of some sessions, all in one transaction."""

    booked: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    away: list[int] = field(default_factory=list)
    segments: set[int] = field(default_factory=set)
    changed: dict[str, str] = field(default_factory=dict)
    """Request of an appointment -> of the one that it was changed from."""
    places: dict[str, tuple[Any, Any, Known]] = field(default_factory=dict)
    """Request -> session, slot, person."""


async def fill(
    context: Context, cast: Cast, day: date, sessions: Sequence[Any], before: int | None, ahead: int
) -> int:
    """Fill these sessions (as store.sessions reads them) of a day that lies `ahead` days ahead and was filled as one
    that lay `before`. Gives how many appointments were made."""
    taken = await store.busy(context.tx, day)
    opened = await store.open_of_all(context.tx) if ahead >= 0 else {}
    found: dict[int, dict[int, Any]] = {each.id: {} for each in sessions}
    for slot in await store.free(context.tx, list(found)):
        found[slot.session_id][slot.number] = slot
    rows = Rows()
    for each in sessions:
        share = _share(cast, each, day)
        slots = found[each.id]
        for pick in lots.taken(
            each.code, slots, doctor=bool(each.doctor), share=share, before=before, ahead=ahead
        ):
            slot = slots[pick.number]
            person = cast.of(each, pick.number, day, taken, opened, ahead) if pick.ours else None
            if person is None:
                rows.away.append(slot.id)
            else:
                taken.add(person.person_id)
                fate = lots.fate(each.code, slot.number, often=not seldom(person.person_id))
                at = lots.booked_at(fate, slot.start_at, context.now, fresh=before is None)
                _book(rows, (each, slot, person), fate, at)
            rows.segments.add(slot.segment_id)
    await _write(context, day, rows, past=ahead < 0)
    return len(rows.booked)


def _share(cast: Cast, session: Any, day: date) -> float:
    """At the weekend few clinics sit, and whoever comes has looked it up before."""
    if day.weekday() > 4 or (session.doctor and session.clinic in cast.clinics):
        return _THROUGH_US
    return _GENERAL if session.clinic in cast.clinics else 0.0


async def visit(context: Context, session: Any, person: Known, *, past: bool) -> bool:
    """One appointment of somebody who keeps it, with nothing before it; False where nothing is left of the session."""
    for slot in await store.free(context.tx, [session.id]):
        fate = lots.fate(session.code, slot.number, often=False)
        if not fate.missed and not fate.before:
            rows = Rows(segments={slot.segment_id})
            _book(rows, (session, slot, person), fate, lots.booked_at(fate, slot.start_at, context.now, fresh=True))
            await _write(context, session.date, rows, past=past)
            return True
    return False


def _book(rows: Rows, place: tuple[Any, Any, Known], fate: lots.Fate, at: datetime) -> None:
    """The appointment, and what its slot had been somebody's for before."""
    session, slot, person = place
    request = f"{store.OURS}{session.code}:{slot.number}"
    common = {
        "person_id": person.person_id, "contact_id": person.contact_id, "segment_id": slot.segment_id,
        "slot_id": slot.id, "number": slot.number, "channel": fate.channel, "fee": session.fee, "registration": None,
        "refusal": None, "replaces": None, "stopped_at": None, "created_by": MADE_BY,
    }
    rows.booked.append(common | _moments(at) | {
        "public_id": new_public_id(), "state": "booked", "request_id": request, "ended_at": None, "ended_by": None,
    })
    rows.places[request] = place
    if not fate.before:
        return
    before, early = f"{request}:{fate.before}", at - timedelta(hours=5)
    ended = common | _moments(early) | {
        "public_id": new_public_id(), "state": fate.before, "request_id": before, "ended_at": at, "ended_by": MADE_BY,
    }
    if fate.before == "released":
        ended |= {"booked_at": None, "ended_at": early + timedelta(minutes=9)}
    elif fate.before == "changed":
        rows.changed[request] = before
    rows.ended.append(ended)
    rows.places[before] = place


def _moments(at: datetime) -> dict[str, Any]:
    return {"created_at": at - timedelta(minutes=1), "hold_until": at + timedelta(minutes=14), "booked_at": at}


async def _write(context: Context, day: date, rows: Rows, *, past: bool) -> None:
    tx = context.tx
    await store.give_away(tx, rows.away)
    keys = await store.book(tx, [*rows.booked, *rows.ended])
    await store.recount(tx, sorted(rows.segments))
    await store.replaced(tx, {keys[new]: keys[old] for new, old in rows.changed.items()})
    entries, came, missed, told = [], [], [], []
    for row in rows.booked:
        session, slot, person = rows.places[row["request_id"]]
        fate = lots.fate(session.code, slot.number, often=not seldom(person.person_id))
        arrived = slot.start_at - fate.early if past and not _stays_away(fate, session) else None
        seen = max(arrived, slot.start_at) + fate.waited if arrived else None
        entries.append(hospital.Entered(
            row["public_id"], person.record_number, session.code, slot.position, slot.number, row["booked_at"],
            arrived, seen,
        ))
        key = keys[row["request_id"]]
        if arrived:
            came.append({"appointment_id": key, "at": arrived, "way": _way(fate), "who": MADE_BY,
                         "late": False, "seen_at": seen})
        elif past and not session.substitute:
            written = slot.end_at + timedelta(minutes=32)
            missed.append({"public_id": new_public_id(), "appointment_id": key, "person_id": person.person_id,
                           "missed_at": slot.end_at, "written_at": written, "state": "counted", "lock_id": None,
                           "struck_at": None, "struck_by": None, "reason": None})
        if past:
            told.append(_evening(context, row, slot, day))
    codes = await hospital.enter(tx, entries)
    await store.registered(tx, {
        keys[row["request_id"]]: codes[row["public_id"]] for row in rows.booked if row["public_id"] in codes
    })
    lines = [line for row in (*rows.booked, *rows.ended) for line in _lines(row, rows.places[row["request_id"]][0])]
    await store.note(tx, came=came, missed=missed, told=told, lines=lines)


def _stays_away(fate: lots.Fate, session: Any) -> bool:
    return fate.missed and not session.substitute


def _way(fate: lots.Fate) -> str:
    return {"wechat": "chat", "web": "page"}.get(fate.channel, "hospital")


def _evening(context: Context, row: Mapping[str, Any], slot: Any, day: date) -> dict[str, Any]:
    """The reminder of the evening before, as it was sent."""
    at = context.clock.moment(day - timedelta(days=1), time(19))
    sent = at + timedelta(seconds=row["number"])
    return {
        "public_id": new_public_id(), "kind": "booking.evening", "about": f"appointment:{row['public_id']}",
        "contact_id": row["contact_id"], "facts": f'{{"day": "{day}"}}', "state": "sent", "due_at": at,
        "useless_after": slot.start_at, "taken_until": None, "way": "template", "tried": "template",
        "message_id": None, "sent_at": sent, "seen": False, "delivered": "delivered",
        "delivered_at": sent + timedelta(seconds=2), "attempts": 1, "error": None, "created_at": row["booked_at"],
    }


def _lines(row: Mapping[str, Any], session: Any) -> list[dict[str, Any]]:
    """What the journal says of an appointment."""
    acts = [("hold", row["created_at"])]
    if row["booked_at"]:
        acts.append(("confirm", row["booked_at"]))
    if row["state"] in ("cancelled", "released"):
        acts.append((("cancel" if row["state"] == "cancelled" else "released"), row["ended_at"]))
    return [
        {"at": at, "kind": f"booking.{act}", "failed": False, "reason": "",
         "about": f"appointment:{row['public_id']}", "person_id": row["person_id"], "clinic": session.clinic,
         "doctor": session.sitting or "", "channel": row["channel"], "actor": row["created_by"],
         "request_id": ""}
        for act, at in acts
    ]

