"""The embedded hospital's examination orders. One is open until it was carried out, and while no appointment is entered
for it; cancelling the appointment opens it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.db.transaction import Transaction
from integrations.his import people, store
from integrations.his.conduct import refused
from integrations.his.examinations import ExaminationBook, ExaminationOrder
from integrations.his.seed import examinations as seed

FIRST_CODE = 700_000
"""Order codes are E and this plus the integer key."""


async def examinations(tx: Transaction) -> ExaminationBook:
    """The book that the seed wrote: this hospital never changes it."""
    return seed.book()


async def open_of(tx: Transaction, record_number: str) -> list[ExaminationOrder]:
    order, entry = store.order.c, store.registration.c
    mine = store.order.select().where(order.patient_id == people.patient_id(record_number), order.done_at.is_(None))
    rows = await tx.all(mine.order_by(order.ordered_on, order.id))
    codes = store.registration.select().with_only_columns(entry.examination_order)
    codes = codes.where(entry.examination_order.in_([row.code for row in rows]), entry.active == 1)
    booked = {row.examination_order for row in await tx.all(codes)}
    rows = [row for row in rows if row.code not in booked]
    return [ExaminationOrder(row.code, row.examination, row.doctor, row.ordered_on) for row in rows]


async def check(tx: Transaction, code: str, patient: int) -> None:
    """Refuses an order that is nobody's, somebody else's, done, or booked already."""
    order = store.order.c
    row = await tx.one(store.order.select().where(order.code == code, order.patient_id == patient))
    if row is None or row.done_at is not None:
        raise refused("no_order")
    if await entered(tx, code):
        raise refused("order_booked")


async def entered(tx: Transaction, code: str) -> bool:
    """Whether an appointment is entered for it."""
    entry = store.registration.c
    mine = store.registration.select().with_only_columns(entry.id)
    return await tx.one(mine.where(entry.examination_order == code, entry.active == 1)) is not None


async def write(tx: Transaction, rows: Iterable[tuple[int, str, str, date]]) -> None:
    """(patient's key, examination, doctor's name, day) each."""
    own = store.order.c.id
    last = await tx.scalar(store.order.select().with_only_columns(own).order_by(own.desc()).limit(1)) or 0
    await tx.insert_many(store.order, [
        {"code": f"E{FIRST_CODE + last + n}", "patient_id": patient, "examination": item, "doctor": doctor,
         "ordered_on": day}
        for n, (patient, item, doctor, day) in enumerate(rows, 1)
    ])
