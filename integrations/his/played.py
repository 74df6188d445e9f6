"""The embedded hospital's side of the demonstration: who is known in it, what was entered in its book, who came.

What is made up stands on both sides at once, so these functions join the transaction of whoever makes it up. A port for
the sandbox besides: what people do at the hospital themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Protocol

from bot.db.transaction import Transaction
from integrations.his import ledger, people, store
from integrations.his.cashier import written
from integrations.his.port import NewPatient, PatientRecord
from integrations.his.seed import charges

STEP = 400
BEGUN = "begun"


class PlayedHospital(Protocol):
    """A hospital whose windows and doctors the sandbox plays. Only an embedded one is, beside no real account."""

    async def came(self, appointment: str, *, seen: bool = False) -> bool:
        """The patient of an appointment (its public id) is here, or is taken in; False: it knows of none."""
        ...


@dataclass(frozen=True, slots=True)
class Entered:
    """A slot in the hospital's book. Both moments of coming are None for who did not, or has not yet."""

    appointment: str
    record_number: str
    session: str
    segment: int
    number: int
    at: datetime
    arrived_at: datetime | None = None
    seen_at: datetime | None = None


# --- how far it has come ---------------------------------------------------------------------------------------------


async def begun(tx: Transaction) -> date | None:
    """The day on which the demonstration began; None where there is none in this database."""
    row = await tx.one(store.played.select().where(store.played.c.part == BEGUN))
    return None if row is None else row.day


async def note(tx: Transaction, part: str, day: date, ahead: int = 0) -> bool:
    """Write down that this was made up; False where it was before (then only `ahead` follows)."""
    if await tx.insert_once(store.played, part=part, day=day, ahead=ahead):
        return True
    mine = store.played.update().where(store.played.c.part == part, store.played.c.day == day)
    await tx.update(mine.values(ahead=ahead))
    return False


async def noted(tx: Transaction, part: str) -> dict[date, int]:
    """Day -> how many days ahead it lay when it was filled last."""
    return {row.day: row.ahead for row in await tx.all(store.played.select().where(store.played.c.part == part))}


# --- its book --------------------------------------------------------------------------------------------------------


async def patients(tx: Transaction, limit: int) -> list[PatientRecord]:
    """The first of those whom the hospital knows."""
    rows = await tx.all(store.patient.select().order_by(store.patient.c.id).limit(limit))
    return [people.shape(row) for row in rows]


async def admit(tx: Transaction, patient: NewPatient) -> str:
    """The number of a record, made where there was none."""
    return await people.create(tx, patient)


async def charge(
    tx: Transaction, record_number: str, clinic: str, doctor: str, at: datetime, *, deposit: bool = False
) -> None:
    """What a doctor ordered for somebody, or what is paid before a stay, is owed from that moment on."""
    lot = Random(f"{clinic} {record_number}")
    patient = people.patient_id(record_number)
    if deposit:
        made = charges.Charged("deposit", patient, clinic, None, at, (charges.deposit(lot),))
    else:
        made = charges.Charged("outpatient", patient, clinic, doctor, at, charges.items(lot))
    await written.write(tx, [made])


async def enter(tx: Transaction, entries: Sequence[Entered]) -> dict[str, str]:
    """Appointment -> the hospital's code of its registration. Nothing is refused: who makes it up keeps the rules."""
    codes = {each.session for each in entries}
    sessions = await _keys(tx, codes)
    known = [each for each in entries if each.session in sessions]
    await tx.insert_many(store.registration, [
        {"session_id": sessions[each.session], "segment": each.segment, "number": each.number,
         "patient_id": people.patient_id(each.record_number), "appointment": each.appointment, "active": 1,
         "created_at": each.at, "cancelled_at": None, "arrived_at": each.arrived_at, "seen_at": each.seen_at,
         "examination_order": None}
        for each in known
    ])
    entered = store.registration.c
    found: dict[str, str] = {}
    for some in _steps([each.appointment for each in known]):
        mine = store.registration.select().with_only_columns(entered.id, entered.appointment)
        for row in await tx.all(mine.where(entered.appointment.in_(some), entered.active == 1)):
            found[row.appointment] = f"R{ledger.FIRST_CODE + row.id}"
    return found


async def came(tx: Transaction, appointment: str, at: datetime, seen_at: datetime | None) -> None:
    """The patient came at that moment; what was noted before stands."""
    entered = store.registration
    mine = (entered.c.appointment == appointment, entered.c.active == 1)
    await tx.update(entered.update().where(*mine, entered.c.arrived_at.is_(None)).values(arrived_at=at))
    if seen_at is not None:
        await tx.update(entered.update().where(*mine, entered.c.seen_at.is_(None)).values(seen_at=seen_at))


async def _keys(tx: Transaction, codes: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    session = store.session.c
    for some in _steps(sorted(codes)):
        mine = store.session.select().with_only_columns(session.id, session.code).where(session.code.in_(some))
        found.update({row.code: row.id for row in await tx.all(mine)})
    return found


def _steps(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + STEP] for at in range(0, len(values), STEP))
