"""What happens at the embedded hospital today, for whoever plays it by hand: who is entered, comes, and is taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.db.transaction import Transaction
from bot.masking import mask_name
from integrations.his import attendance, people, sessions, store

SHOWN = 12
What = Literal["came", "seen", "before"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A registration of today. `state`: booked, came, seen; `before`: whether somebody with an earlier number of the
    same session, who is entered as well, has not been taken in yet."""

    appointment: str
    name: str
    clinic: str
    number: int
    time: str
    state: str
    before: bool


async def of_day(tx: Transaction, day: date) -> list[Visit]:
    """The latest that were entered, the last first."""
    rows = await _rows(tx, day)
    found = []
    for row in sorted(rows, key=lambda each: int(each.id), reverse=True)[:SHOWN]:
        session, patient, clinic = [
            await tx.one(table.select().where(column == value)) for table, column, value in (
                (store.session, store.session.c.id, row.session_id),
                (store.patient, store.patient.c.id, row.patient_id),
                (store.clinic, store.clinic.c.code, row.clinic),
            )
        ]
        if session is None or patient is None or clinic is None:
            continue
        part = next((each for each in sessions.shape(session).segments if each.holds(row.number)), None)
        state = "seen" if row.seen_at else "came" if row.arrived_at else "booked"
        found.append(Visit(
            row.appointment, mask_name(people.shape(patient).name), clinic.name, row.number,
            f"{part.start:%H:%M}" if part else "", state, _before(rows, row) is not None,
        ))
    return found


async def happen(tx: Transaction, day: date, appointment: str, what: What) -> bool:
    """The patient comes, or is taken in, or whoever is entered last before them is; False: there is nobody such."""
    rows = await _rows(tx, day)
    row = next((each for each in rows if each.appointment == appointment), None)
    if row is not None and what == "before":
        row = _before(rows, row)
    return row is not None and await attendance.note(tx, row.appointment, tx.now, seen=what != "came")


def _before(rows: list[Any], row: Any) -> Any | None:
    earlier = [each for each in rows if each.session_id == row.session_id and each.number < row.number]
    last = max(earlier, key=lambda each: int(each.number), default=None)
    return last if last is not None and last.seen_at is None else None


async def _rows(tx: Transaction, day: date) -> list[Any]:
    entered, session = store.registration, store.session
    joined = entered.join(session, session.c.id == entered.c.session_id)
    fields = (entered.c.id, entered.c.session_id, entered.c.patient_id, entered.c.appointment, entered.c.number,
              entered.c.arrived_at, entered.c.seen_at, session.c.clinic)
    mine = entered.select().with_only_columns(*fields).select_from(joined)
    return list(await tx.all(mine.where(session.c.day == day, entered.c.active == 1)))
