"""One appointment in the words that templates use: the same facts in the chat, in pushes and in lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.masking import mask_name
from flows.booking import veil
from flows.booking.cancelling import cancel_until
from flows.booking.fitting.rules import years
from flows.booking.inforce import clinic_rules
from flows.booking.neighbours import Catalogue, Person
from flows.booking.paying.inforce import paying, terms_of
from flows.booking.paying.rules import told

BE_EARLY = timedelta(minutes=10)


def facts_of(
    row: Any, person: Person | None, catalogue: Catalogue, context: Context, *, open: bool = False
) -> dict[str, Any]:
    """JSON values only. `row` is an appointment as store.py reads it. Of a discreet clinic nothing is told that tells
    which it is (veil.py), unless `open` or to staff.

    day (ISO), half, start, end, by (HH:MM; by is "" where that is over); clinic, department, site ("" where there is
    but one), doctor and title ("" in a general clinic), substitute_for, stopped (nobody chose yet what shall become of
    it), moved (the hospital gave it another time), kind, fee (fen), pay (paying/rules.told), number, building, floor,
    zone, room; person (masked), child; cancel_day, cancel_time, can_cancel; discreet, veiled.
    """
    clinic, doctor = catalogue.clinic.get(row.clinic), catalogue.doctor.get(row.sitting or "")
    department = catalogue.department.get(clinic.department) if clinic else None
    instead = catalogue.doctor.get(row.doctor or "") if row.substitute else None
    now = context.clock.local(context.now)
    start, booked = context.clock.local(row.start_at), context.clock.local(row.booked_at or context.now)
    moved = row.moved_at is not None
    until = cancel_until(start, booked.date(), clinic_rules(catalogue, row.clinic, context).cancelling, moved=moved)
    facts = {
        "day": row.date.isoformat(),
        "half": row.half,
        "start": row.start_wall,
        "end": row.end_wall,
        "by": f"{start - BE_EARLY:%H:%M}" if now < start - BE_EARLY else "",
        "clinic": clinic.name if clinic else "",
        "department": department.name if department else "",
        "site": catalogue.site_name(row.site),
        "doctor": doctor.name if doctor else "",
        "title": doctor.title if doctor else "",
        "substitute_for": instead.name if instead else "",
        "stopped": row.stopped_at is not None,
        "moved": moved,
        "kind": row.kind,
        "fee": row.fee,
        "pay": told(row, paying(catalogue, row.clinic, context), terms_of(context), context.now),
        "number": row.number,
        "building": row.building,
        "floor": row.floor,
        "zone": row.zone,
        "room": row.room,
        "person": mask_name(person.name) if person else "",
        "child": person is not None and years(person.birth_date, row.date) < 14,
        "cancel_day": until.date().isoformat(),
        "cancel_time": f"{until:%H:%M}",
        "can_cancel": now < until,
        "discreet": veil.is_discreet(clinic, department, context.settings.discreet.clinics),
    }
    return veil.drawn(facts, open=open or veil.may_see(context.actor))


def page(context: Context, path: str = "") -> str:
    """The address of a page of ours, for whoever reads a message of this account."""
    account = f"?account={context.contact.account}" if context.contact else ""
    return f"{context.settings.base_url}/h5/booking/{path}{account}"


def held_facts(row: Any) -> dict[str, Any]:
    """Until when a hold lasts, as text that JSON keeps, and how many minutes it was given."""
    return {"hold_until": row.hold_until.isoformat(), "minutes": minutes_held(row)}


def minutes_held(row: Any) -> int:
    """How many minutes a hold was given when it was made."""
    return round((row.hold_until - row.created_at).total_seconds() / 60)
