"""What the hospital is told of our appointments, and what becomes of them when it refuses. Used by jobs/booking.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import logs
from bot.context import Context
from flows.booking import chronicle, pushes, store
from flows.booking.exams import store as exams
from flows.booking.exceptions.returning import taken_away
from flows.booking.glance import glance
from flows.booking.pool import store as pool
from flows.booking.roster.book import store as book
from flows.booking.service import BookingService

log = logs.get(__name__)

GIVEN_AWAY = "number_taken"
"""The hospital's code for: somebody else has this very number. Such a slot must not be sold again."""
NOT_THERE = ("no_segment", "number_out_of_segment")
"""Its codes for a place that it does not know."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment as the hospital's ledger wants it. `position` counts the session's segments from 1."""

    public_id: str
    state: str
    session: str
    """The hospital's code. "" where it is not to be told now: it does not have a session of ours, or not as it is now,
    or the session is stopped. It is told as soon as it has it (roster/book/telling.py)."""
    known: bool
    """The hospital may have heard of the appointment: it has the session, in whatever form."""
    disputed: bool
    """It refused the last change of a session of ours, so that it may not know this place."""
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
    session, known, disputed = row.session_code, True, False
    if row.source == "desk":
        session, known, disputed = await _of_ours(context, row)
    return Entry(
        public_id=row.public_id,
        state=row.state,
        session=session,
        known=known,
        disputed=disputed,
        position=row.position,
        number=row.number,
        registration=row.registration,
        record_number=person.patient_no if person else None,
        record_state=person.record_state if person else "gone",
        order=await exams.order_of(context.tx, row.id),
    )


async def _of_ours(context: Context, row: Any) -> tuple[str, bool, bool]:
    # Locked: whoever notes right now that the hospital has the session finds this appointment, or is found here.
    told = await book.of(context.tx, row.session_id, lock=True)
    if told is None or told.code is None:
        return "", False, False
    stopped = row.segment_state == "stopped" and row.substitute is None
    waits = told.state == book.WAITING or stopped
    return "" if waits else told.code, True, told.state == book.REFUSED


async def registered(context: Context, appointment_id: int, code: str) -> None:
    """The hospital has it, under this code."""
    await store.set_registration(context.tx, appointment_id, code)
    log.info("appointment_registered", appointment=appointment_id)


async def refused(context: Context, appointment_id: int, code: str) -> None:
    """The hospital will not have it: the slot goes back and the patient is told, with what to do instead. An
    appointment that was cancelled meanwhile has given its slot back already."""
    row: Any = await store.appointment_by(context.tx, appointment_id)
    service = BookingService(context)
    order = await service.fees.lock(row) if row is not None else None
    if row is None or not await pool.end(
        context.tx, row.id, "booked", "refused", context.actor, refusal=code[:64]
    ):
        return
    await taken_away(context.tx, row.id)
    await service.fees.over(order, "refused")
    if code == GIVEN_AWAY:
        await pool.keep_taken(context.tx, row.slot_id)
    else:
        await pool.give(context.tx, row.segment_id, row.slot_id, pool.TAKEN)
        glance(context.ports).forget()
    row = await store.appointment_by(context.tx, row.id)
    await pushes.refused(context, row, await service.facts(row))
    chronicle.not_registered(context, row, code)
    log.warning("appointment_refused", appointment=row.public_id, session=row.session_code, code=code)
