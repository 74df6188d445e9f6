"""The table of exceptions and the only SQL on it.

An exception is `open` until it is `used`, `withdrawn` by staff, or its last day is over. It is for one person, one rule
(the template of its refusal) and one clinic, and there for one doctor or for all (`doctor` NULL). What used it is
noted: a hold that comes to nothing, a waiting list that is left, a wish that is not drawn, or an appointment that the
hospital takes away, gives it back, and what takes the place of one of these takes over what that used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, ForeignKey, Index, Row, and_, case, null, or_, select, update

from bot.db.schema import Moment, Sealed, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

OPEN, USED, WITHDRAWN = "open", "used", "withdrawn"

exception = table(
    "booking_exception",
    key(),
    public_id(),
    Column("appeal_id", whole(), ForeignKey("booking_appeal.id"), nullable=False, unique=True),
    Column("person_id", whole(), nullable=False),
    Column("rule", code(40), nullable=False),
    Column("clinic", code(32), nullable=False),
    Column("doctor", code(32)),
    Column("last_day", Date, nullable=False),  # on which it may be used
    Column("state", code(12), nullable=False),  # open, used, withdrawn
    Column("appointment_id", whole()),  # what used it: an appointment,
    Column("waiting_id", whole()),  # an entry of the waiting list (beside the appointment: while it is offered a slot),
    Column("wish_id", whole()),  # or a wish
    Column("made_at", Moment, nullable=False),
    Column("made_by", code(64), nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Column("reason", Sealed("booking_exception.reason")),  # why it was withdrawn
    Index("ix_booking_exception_person", "person_id", "state"),
    Index("ix_booking_exception_appointment", "appointment_id"),
    Index("ix_booking_exception_waiting", "waiting_id"),
    Index("ix_booking_exception_wish", "wish_id"),
)

_FREE = {"state": OPEN, "appointment_id": None, "waiting_id": None, "wish_id": None, "ended_at": None}


async def add(
    tx: Transaction, *, appeal_id: int, person_id: int, rule: str, clinic: str, doctor: str | None, last_day: date,
    who: str,
) -> str:
    """Its public id; "" where the appeal has led to one."""
    public = new_public_id()
    made = await tx.insert_once(
        exception, public_id=public, appeal_id=appeal_id, person_id=person_id, rule=rule, clinic=clinic, doctor=doctor,
        last_day=last_day, state=OPEN, made_at=tx.now, made_by=who,
    )
    return public if made else ""


async def open_of(
    tx: Transaction, person_id: int, clinic: str, doctor: str | None, today: date, instead: Collection[int] = ()
) -> dict[str, int]:
    """Rule -> key, of those that may be used for a doctor (None: the general clinic) today, or that the appointments
    `instead` of which this is used; the one that ends first."""
    own = exception.c
    where = (own.person_id == person_id, own.clinic == clinic, or_(own.doctor.is_(None), own.doctor == doctor),
             or_(and_(own.state == OPEN, own.last_day >= today), *_of(instead)))
    rows = await tx.all(select(own.id, own.rule).where(*where).order_by(own.last_day.desc(), own.id.desc()))
    return {row.rule: row.id for row in rows}


async def use(
    tx: Transaction, keys: Collection[int], appointment_id: int | None, instead: Collection[int] = (), *,
    waiting_id: int | None = None, wish_id: int | None = None,
) -> int:
    """They were needed for this. Gives how many could be."""
    mine = update(exception).where(exception.c.id.in_(keys), or_(exception.c.state == OPEN, *_of(instead)))
    by = {"appointment_id": appointment_id, "waiting_id": waiting_id, "wish_id": wish_id}
    return await tx.update(mine.values(state=USED, ended_at=tx.now, **by))


async def take_over(tx: Transaction, old: int, new: int) -> None:
    """The appointment `new` is there in the place of `old`."""
    await tx.update(update(exception).where(*_of((old,))).values(appointment_id=new))


async def give_back(tx: Transaction, appointment_id: int) -> None:
    """What used them came to nothing; where it was a slot offered to whoever waits, that is the list's again."""
    mine = update(exception).where(exception.c.appointment_id == appointment_id, exception.c.state == USED)
    free = exception.c.waiting_id.is_(None)
    await tx.update(mine.values(
        state=case((free, OPEN), else_=USED), ended_at=case((free, null()), else_=exception.c.ended_at),
        appointment_id=None,
    ))


async def of_waiting(tx: Transaction, waiting: Collection[int]) -> bool:
    """Whether one of these entries of the waiting list used one."""
    return await tx.one(select(exception.c.id).where(exception.c.waiting_id.in_(waiting)).limit(1)) is not None


async def offered(tx: Transaction, waiting: Collection[int], waiting_id: int, appointment_id: int) -> None:
    """One of these entries, which one exception may serve, is offered a slot."""
    mine = update(exception).where(exception.c.waiting_id.in_(waiting))
    await tx.update(mine.values(waiting_id=waiting_id, appointment_id=appointment_id))


async def waited(tx: Transaction, waiting_id: int, *, booked: bool, other: int | None = None) -> None:
    """An entry of the waiting list ended: what it used is the appointment's (`booked`), serves the `other` entry that
    still waits, or is given back."""
    values = {"waiting_id": None} if booked else {"waiting_id": other} if other else _FREE
    await tx.update(update(exception).where(exception.c.waiting_id == waiting_id).values(values))


async def wished(tx: Transaction, wish_id: int, appointment_id: int | None) -> None:
    """A wish ended: what it used is the appointment's, or is given back."""
    if await tx.one(select(exception.c.id).where(exception.c.wish_id == wish_id).limit(1)) is None:
        return
    values = {"appointment_id": appointment_id, "wish_id": None} if appointment_id else _FREE
    await tx.update(update(exception).where(exception.c.wish_id == wish_id).values(values))


async def withdraw(tx: Transaction, key_of: int, who: str, reason: str) -> bool:
    """False: it was used or withdrawn before."""
    mine = update(exception).where(exception.c.id == key_of, exception.c.state == OPEN)
    return await tx.update(mine.values(state=WITHDRAWN, ended_at=tx.now, ended_by=who, reason=reason)) == 1


async def of_appeals(tx: Transaction, appeals: Collection[int]) -> dict[int, Row[Any]]:
    """By the key of the appeal."""
    rows: Sequence[Row[Any]] = await tx.all(select(exception).where(exception.c.appeal_id.in_(appeals)))
    return {row.appeal_id: row for row in rows}


def _of(appointments: Collection[int]) -> list[ColumnElement[bool]]:
    """Used by one of these appointments; nothing where there are none."""
    return [and_(exception.c.state == USED, exception.c.appointment_id.in_(appointments))] if appointments else []
