"""What an appointment for an examination is for (booking_exam), and the hospital's book of examinations as it was told.

booking_session of kind `examination` is the half day of a device; its appointments are booking_appointment, each with
one row here. The book is told whole and changes whole, so that it is kept whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Row, or_, select, update

from bot.db.lookup import Lookup
from bot.db.schema import Moment, Sealed, code, key, long_text, table, whole
from bot.db.transaction import Transaction
from flows.booking.rules import EXAMINATION
from flows.booking.store import PLACE, appointment, segment, session

exam = table(
    "booking_exam",
    key(),
    Column("appointment_id", whole(), ForeignKey("booking_appointment.id"), nullable=False, unique=True),
    Column("item", code(32), nullable=False),
    Column("name", Sealed("booking_exam.name"), nullable=False),  # as it was called when it was booked
    Column("fee", Integer, nullable=False),  # fen, as it was told when it was booked
    Column("order_code", code(32)),  # the hospital's order; NULL in a package
    Column("package", code(32)),
    Column("bundle", code(80), nullable=False),  # held together, confirmed together
    Index("ix_booking_exam_order_code", "order_code"),
    Index("ix_booking_exam_bundle", "bundle"),
)

book = table(
    "booking_exam_book",
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row
    Column("digest", code(64), nullable=False),
    Column("body", long_text(), nullable=False),  # JSON, as book.py writes and reads it
    Column("told_at", Moment, nullable=False),
)

_EXAM = [exam.c.item, exam.c.name.label("exam_name"), exam.c.fee.label("exam_fee"), exam.c.order_code, exam.c.package,
         exam.c.bundle]
_ROW = 1


async def digest(tx: Transaction) -> str:
    """Of the book as we have it; "" where it was never told."""
    row = await _digest.first(tx)
    return "" if row is None else str(row.digest)


_digest = Lookup(lambda: select(book.c.digest).where(book.c.id == _ROW))


async def body(tx: Transaction) -> str:
    return str(await tx.scalar(select(book.c.body).where(book.c.id == _ROW)) or "")


async def keep_book(tx: Transaction, digest_of: str, text: str) -> None:
    values = {"digest": digest_of, "body": text, "told_at": tx.now}
    if not await tx.insert_once(book, id=_ROW, **values):
        await tx.update(update(book).where(book.c.id == _ROW).values(values))


async def add(tx: Transaction, **values: Any) -> None:
    """What an appointment is for; once."""
    await tx.insert_once(exam, **values)


async def carry(tx: Transaction, old_id: int, new_id: int, name: str) -> None:
    """The appointment in the place of an old one is for the same, as a bundle of this name; nothing happens where the
    old one is no examination."""
    if (known := await of(tx, old_id)) is not None:
        await add(tx, appointment_id=new_id, item=known.item, name=known.exam_name, fee=known.exam_fee,
                  order_code=known.order_code, package=known.package, bundle=name)


async def of(tx: Transaction, appointment_id: int) -> Row[Any] | None:
    """item, exam_name, exam_fee, order_code, package, bundle of an appointment; None where it is no examination."""
    return await tx.one(select(*_EXAM).where(exam.c.appointment_id == appointment_id))


async def of_several(tx: Transaction, ids: Collection[int]) -> dict[int, Row[Any]]:
    """The same of several, by the key of the appointment."""
    if not ids:
        return {}
    mine = select(exam.c.appointment_id, *_EXAM).where(exam.c.appointment_id.in_(ids))
    return {row.appointment_id: row for row in await tx.all(mine)}


async def order_of(tx: Transaction, appointment_id: int) -> str:
    """The order that an appointment is for, "" where there is none."""
    return str(await tx.scalar(select(exam.c.order_code).where(exam.c.appointment_id == appointment_id)) or "")


async def bundle(tx: Transaction, name: str) -> list[int]:
    """Keys of the appointments that were held together, in the order in which they are locked."""
    rows = await tx.all(select(exam.c.appointment_id).where(exam.c.bundle == name).order_by(exam.c.appointment_id))
    return [row.appointment_id for row in rows]


async def active_of(tx: Transaction, person_id: int, now: datetime, since: date) -> Sequence[Row[Any]]:
    """Examinations of a person from `since` on that are booked or held: those that are over still keep others away.

    As store.active_of reads appointments, with what each is for.
    """
    a = appointment.c
    active = or_(a.state == "booked", (a.state == "held") & (a.hold_until > now))
    fields = [c for c in a if c.name != "segment_id"]
    joined = select(*fields, *PLACE, *_EXAM).select_from(appointment)
    joined = joined.join(exam, exam.c.appointment_id == a.id).join(segment, segment.c.id == a.segment_id)
    joined = joined.join(session, session.c.id == segment.c.session_id)
    return await tx.all(joined.where(a.person_id == person_id, active, session.c.date >= since).order_by(a.id))


async def times(tx: Transaction, clinics: Collection[str], first: datetime, last: date) -> Sequence[Row[Any]]:
    """Open segments of devices with a slot that is everybody's, that begin from `first` on and no later than the day
    `last`; in time. `free` beside what PLACE reads."""
    where = [
        session.c.kind == EXAMINATION, session.c.clinic.in_(sorted(clinics)), session.c.state == "open",
        session.c.date <= last, segment.c.state == "open", segment.c.free > 0, segment.c.start_at >= first,
    ]
    joined = select(*PLACE, segment.c.free).select_from(segment.join(session, session.c.id == segment.c.session_id))
    return await tx.all(joined.where(*where).order_by(segment.c.start_at, segment.c.id))


async def standing_beside(tx: Transaction, appointment_id: int) -> int | None:
    """Another one that was held together with it and still stands."""
    own = select(exam.c.bundle).where(exam.c.appointment_id == appointment_id).scalar_subquery()
    mine = select(appointment.c.id).join(exam, exam.c.appointment_id == appointment.c.id)
    mine = mine.where(exam.c.bundle == own, appointment.c.id != appointment_id)
    mine = mine.where(appointment.c.state.in_(("held", "booked"))).order_by(appointment.c.id)
    return await tx.scalar(mine.limit(1))


async def lock_segments(tx: Transaction, ids: Collection[int]) -> dict[int, int]:
    """Several at once are locked in the order of their keys, so that two bundles never wait for each other; gives
    segment id -> free."""
    mine = select(segment.c.id, segment.c.free).where(segment.c.id.in_(sorted(ids))).order_by(segment.c.id)
    return {row.id: row.free for row in await tx.all(mine.with_for_update())}
