"""What the hospital is told of our appointments, and what becomes of them when it refuses. Used by jobs/booking.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import logs
from bot.context import Context
from flows.booking import chronicle, pushes, store
from flows.booking.exams import store as exams
from flows.booking.glance import glance
from flows.booking.pool import store as pool
from flows.booking.service import BookingService

log = logs.get(__name__)

GIVEN_AWAY = "number_taken"
"""The hospital's code for: somebody else has this very number. Such a slot must not be sold again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment as the hospital's ledger wants it. `position` counts the session's segments from 1."""

    public_id: str
    state: str
    session: str
    ours: bool
    """The session was made in the console: it does not stand in the hospital's book, so neither do its appointments."""
    position: int
    number: int
    registration: str | None
    record_number: str | None
    record_state: str
    """none, asked, known, refused; "gone" where the person is closed."""
    order: str = ""
    """The order that an examination is for."""


async def entry(context: Context, appointment_id: int) -> Entry | None:
    row = await store.appointment_by(context.tx, appointment_id)
    if row is None:
        return None
    person = await BookingService(context).neighbours.anybody(row.person_id)
    return Entry(
        public_id=row.public_id,
        state=row.state,
        session=row.session_code,
        ours=row.source == "desk",
        position=row.position,
        number=row.number,
        registration=row.registration,
        record_number=person.patient_no if person else None,
        record_state=person.record_state if person else "gone",
        order=await exams.order_of(context.tx, row.id),
    )


async def registered(context: Context, appointment_id: int, code: str) -> None:
    """The hospital has it, under this code."""
    await store.set_registration(context.tx, appointment_id, code)
    log.info("appointment_registered", appointment=appointment_id)


async def refused(context: Context, appointment_id: int, code: str) -> None:
    """The hospital will not have it: the slot goes back and the patient is told, with what to do instead. An
    appointment that was cancelled meanwhile has given its slot back already."""
    row: Any = await store.appointment_by(context.tx, appointment_id)
    if row is None or not await pool.end(
        context.tx, row.id, "booked", "refused", context.actor, refusal=code[:64]
    ):
        return
    if code == GIVEN_AWAY:
        await pool.keep_taken(context.tx, row.slot_id)
    else:
        await pool.give(context.tx, row.segment_id, row.slot_id, pool.TAKEN)
        glance(context.ports).forget()
    await pushes.refused(context, row, await BookingService(context).facts(row))
    chronicle.not_registered(context, row, code)
    log.warning("appointment_refused", appointment=row.public_id, session=row.session_code, code=code)
