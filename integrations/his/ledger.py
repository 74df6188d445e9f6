"""The embedded hospital's ledger: who has which number in which segment. Unique keys decide, never a look before."""

from __future__ import annotations

from typing import Any

from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from integrations.his import orders, people, sessions, store, told
from integrations.his.conduct import refused
from integrations.his.port import Registration

FIRST_CODE = 60_000_000
"""Registration codes are R and this plus the integer key."""


async def register(
    tx: Transaction, clock: HospitalClock, *, appointment: str, record_number: str, session: str, segment: int,
    number: int, order: str = "",
) -> Registration:
    """Enter a slot, or find it entered for the same appointment. Refusals: see `HospitalPort.register`."""
    patient = await people.exists(tx, record_number)
    if not patient:
        raise refused("no_patient")
    row = await sessions.by_code(tx, session)
    if row is None:
        raise refused("no_session")
    table = store.registration
    mine = await tx.one(table.select().where(table.c.appointment == appointment, table.c.active == 1))
    if mine is not None:
        return _same(mine, row.id, patient, segment, number, session, record_number)
    _check_open(tx, clock, row, segment, number)
    if order:
        await orders.check(tx, order, patient)
    entered = await tx.insert_once(
        table, session_id=row.id, segment=segment, number=number, patient_id=patient, appointment=appointment,
        active=1, created_at=tx.now, examination_order=order or None,
    )
    mine = await tx.one(table.select().where(table.c.appointment == appointment, table.c.active == 1))
    if mine is None:
        raise refused("order_booked" if order and await orders.entered(tx, order) else "number_taken")
    if not entered:
        return _same(mine, row.id, patient, segment, number, session, record_number)
    return _shape(mine, session, record_number)


async def cancel(tx: Transaction, code: str) -> Registration:
    """Give a slot back; one that was given back before is answered alike."""
    table = store.registration
    row = await tx.one(table.select().where(table.c.id == registration_id(code)))
    if row is None:
        raise refused("no_registration")
    if row.active:
        open_row = table.update().where(table.c.id == row.id, table.c.active == 1)
        await tx.update(open_row.values(active=None, cancelled_at=tx.now))
    session = await tx.one(store.session.select().where(store.session.c.id == row.session_id))
    if session is None:
        raise refused("no_session")
    return _shape(row, session.code, people.record_number(row.patient_id), state="cancelled")


def _check_open(tx: Transaction, clock: HospitalClock, row: Any, position: int, number: int) -> None:
    session = sessions.shape(row)
    if session.state == "stopped" or told.stopped(row, position):
        raise refused("session_stopped")
    segment = next((each for each in session.segments if each.position == position), None)
    if segment is None:
        raise refused("no_segment")
    if not told.holds(row, segment, number):
        raise refused("number_out_of_segment")
    if tx.now >= clock.moment(session.date, segment.end):
        raise refused("session_over")


def _same(
    mine: Any, session_id: int, patient: int, segment: int, number: int, session: str, record_number: str
) -> Registration:
    if (mine.session_id, mine.patient_id, mine.segment, mine.number) != (session_id, patient, segment, number):
        raise refused("appointment_elsewhere")
    return _shape(mine, session, record_number)


def registration_id(code: str) -> int:
    """The key behind a registration's code; 0, which none has, where it is none of ours."""
    digits = code[1:] if code.startswith("R") else ""
    return max(int(digits) - FIRST_CODE, 0) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def _shape(row: Any, session: str, record_number: str, state: Any = "active") -> Registration:
    return Registration(
        code=f"R{FIRST_CODE + row.id}",
        number=row.number,
        session=session,
        segment=row.segment,
        record_number=record_number,
        appointment=row.appointment,
        state=state,
    )
