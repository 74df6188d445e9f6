"""What is owed at the embedded hospital: bills as they were written, and the fees of registrations, which follow from
the registration and its session: their codes are F and the number of the registration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from integrations.his import people
from integrations.his import store as hospital
from integrations.his.cashier import store
from integrations.his.charges import Bill, BillKind, Item
from integrations.his.ledger import FIRST_CODE, registration_id
from integrations.his.seed import charges as seed
from integrations.his.sessions import shape


@dataclass(frozen=True, slots=True)
class Found:
    """A bill, and what the cashier must know of it besides."""

    bill: Bill
    void: bool
    served: bool
    """The patient was seen, or has what was paid for: it is not given back any more."""


async def of_patient(tx: Transaction, record_number: str) -> list[Bill]:
    """Written bills that nobody paid yet."""
    bill, paid = store.bill.c, store.settlement.c
    settled = store.settlement.select().with_only_columns(paid.bill).where(paid.bill == bill.code).exists()
    mine = store.bill.select().where(bill.patient_id == people.patient_id(record_number), bill.void_at.is_(None))
    rows = await tx.all(mine.where(~settled).order_by(bill.made_at, bill.id))
    return [(await _written(tx, row)).bill for row in rows]


async def of_code(tx: Transaction, clock: HospitalClock, code: str) -> Found | None:
    if code.startswith("F"):
        return await _fee(tx, clock, f"R{code[1:]}")
    row = await tx.one(store.bill.select().where(store.bill.c.code == code))
    return None if row is None else await _written(tx, row)


async def fee_of(tx: Transaction, clock: HospitalClock, registration: str) -> Found | None:
    return await _fee(tx, clock, registration)


async def _written(tx: Transaction, row: Any) -> Found:
    items = tuple(Item(**each) for each in json.loads(row.items))
    bill = await _shape(tx, row.code, row.kind, row.patient_id, row.clinic, row.doctor, row.made_at, items)
    return Found(bill, row.void_at is not None, row.dispensed_at is not None)


async def _fee(tx: Transaction, clock: HospitalClock, registration: str) -> Found | None:
    entered = hospital.registration
    row = await tx.one(entered.select().where(entered.c.id == registration_id(registration)))
    if row is None:
        return None
    found = await tx.one(hospital.session.select().where(hospital.session.c.id == row.session_id))
    session = None if found is None else shape(found)
    items = () if session is None else seed.fees(session.registration_fee, session.consultation_fee)
    if session is None or not items:
        return None
    code, name = f"F{FIRST_CODE + row.id}", await _doctor(tx, session.substitute or session.doctor)
    ends = next((each.end for each in session.segments if each.position == row.segment), None)
    until = clock.moment(session.date, ends) if ends is not None else None
    bill = await _shape(
        tx, code, "registration", row.patient_id, session.clinic, name, row.created_at, items, until
    )
    return Found(bill, row.active is None, row.seen_at is not None)


async def _shape(
    tx: Transaction, code: str, kind: BillKind, patient: int, clinic: str, doctor: str | None, made_at: datetime,
    items: tuple[Item, ...], until: datetime | None = None,
) -> Bill:
    place: Any = await tx.one(hospital.clinic.select().where(hospital.clinic.c.code == clinic))
    return Bill(
        code=code, kind=kind, record_number=people.record_number(patient), site=place.site,
        department=place.department, clinic=clinic, doctor=doctor, made_at=made_at,
        amount=sum(item.amount for item in items), items=items, until=until,
    )


async def _doctor(tx: Transaction, code: str | None) -> str | None:
    if code is None:
        return None
    row = await tx.one(hospital.doctor.select().where(hospital.doctor.c.code == code))
    return None if row is None else str(row.name)
