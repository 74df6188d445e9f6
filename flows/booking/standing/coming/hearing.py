"""What the hospital tells of who came, and the words to those whose turn is near or whose time has begun."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot import logs
from bot.context import Context
from flows.booking import store as appointments
from flows.booking import visit
from flows.booking.neighbours import Neighbours
from flows.booking.pool import store as pool
from flows.booking.standing import pushes, rules
from flows.booking.standing.coming import store
from flows.booking.standing.coming.arrivals import HOSPITAL
from integrations.his.port import Attendance

log = logs.get(__name__)


async def unheard(context: Context, told: Sequence[Attendance]) -> list[Attendance]:
    """Those of what was told that say something new."""
    known = await store.unknown_of(context.tx, [each.appointment for each in told])
    came = await store.attended_of(context.tx, [appointment for appointment, _ in known.values()])
    return [
        each for each in told
        if each.appointment in known and (each.seen_at is not None or known[each.appointment][0] not in came)
    ]


async def hear(context: Context, told: Attendance) -> None:
    """The hospital's own record of somebody who came counts as their check-in."""
    row = await appointments.appointment_of_public(context.tx, told.appointment)
    if row is None or await pool.lock(context.tx, row.id) != "booked":
        return
    late = told.arrived_at > row.start_at
    if await store.arrive(context.tx, row.id, HOSPITAL, context.actor, late=late, at=told.arrived_at):
        await pushes.came(context, row)
        log.info("checked_in", appointment=row.public_id, session=row.session_code, way=HOSPITAL, late=late)
    if told.seen_at is not None:
        await store.taken_in(context.tx, row.id, told.seen_at)


async def here(context: Context, public: str) -> None:
    """The patient is here, and nothing more is known than that."""
    row = await appointments.appointment_of_public(context.tx, public)
    if row is not None and await pool.lock(context.tx, row.id) == "booked":
        await store.arrive(context.tx, row.id, HOSPITAL, context.actor, late=False)


async def heard(context: Context, day: date, read_at: datetime) -> None:
    """The hospital told all of a day, at this moment."""
    await store.told(context.tx, day, read_at)


async def tell_near(context: Context, appointment_id: int) -> None:
    """Say that their turn is near, once."""
    row = await appointments.appointment_by(context.tx, appointment_id)
    current = await store.current_of(context.tx, row.session_id) if row else None
    most = context.settings.standing.near_numbers
    if row is None or row.state != "booked" or not rules.near(row.number, current, most):
        return
    here = await store.attended(context.tx, row.id)
    facts = await _facts(context, row) | {"here": here is not None}
    await pushes.near(context, row, facts, row.number - (current or 0) - 1, await _whom(context, row))


async def tell_missed(context: Context, appointment_id: int) -> None:
    """Say that their time has begun and what to do, once."""
    row = await appointments.appointment_by(context.tx, appointment_id)
    if row is None or row.state != "booked" or await store.attended(context.tx, row.id):
        return
    last = await store.last_end(context.tx, row.session_id) or row.end_at
    await pushes.missed(context, row, await _facts(context, row), last, await _whom(context, row))


async def _facts(context: Context, row: Any) -> dict[str, Any]:
    neighbours = Neighbours(context)
    person = await neighbours.anybody(row.person_id)
    return visit.facts_of(row, person, await neighbours.catalogue(), context)


async def _whom(context: Context, row: Any) -> list[int]:
    return sorted({row.contact_id, *await Neighbours(context).own_contacts(row.person_id)})
