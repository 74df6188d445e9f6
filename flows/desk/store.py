"""Requests for a human, until staff have taken them up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, ForeignKey, Index, Row, func, or_, select, update

from bot.access.where import Place, Within
from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction

OPEN, DONE = "open", "done"
NOWHERE = Place()

request = table(
    "desk_request",
    key(),
    public_id(),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("once", code(64), nullable=False, unique=True),
    Column("about", Sealed("desk_request.about"), nullable=False),
    Column("mobile", Sealed("desk_request.mobile")),
    Column("amid", code(96)),  # the thing that was talked of when a human was asked for: appointment:…, clinic:…
    Column("department", code(32)),  # where that lies; NULL where nothing was talked of
    Column("clinic", code(32)),
    Column("doctor", code(32)),
    Column("state", code(8), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("done_by", code(64)),
    Index("ix_desk_request_state_asked", "state", "asked_at"),
)


async def ask(
    tx: Transaction, once: str, contact_id: int, about: str, mobile: str | None, *, amid: str = "",
    place: Place = NOWHERE,
) -> bool:
    """Put a request down; False when this very one is there already."""
    return await tx.insert_once(
        request, once=once, contact_id=contact_id, about=about, mobile=mobile, state=OPEN, asked_at=tx.now,
        amid=amid or None, department=place.department or None, clinic=place.clinic or None,
        doctor=place.doctor or None,
    )


async def open_requests(tx: Transaction, *, limit: int = 200) -> Sequence[Row[Any]]:
    """(public_id, about, mobile, asked_at) of the requests that nobody took up, the oldest first."""
    fields = (request.c.public_id, request.c.about, request.c.mobile, request.c.asked_at)
    return await tx.all(select(*fields).where(request.c.state == OPEN).order_by(request.c.asked_at).limit(limit))


async def listed(
    tx: Transaction, state: str, within: Within, *, limit: int, offset: int
) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count): the open ones from the oldest on, those that are done from the newest."""
    where = (request.c.state == state, *_within(within))
    order = request.c.asked_at if state == OPEN else request.c.asked_at.desc()
    count = int(await tx.scalar(select(func.count()).select_from(request).where(*where)))
    return await tx.all(select(request).where(*where).order_by(order, request.c.id).limit(limit).offset(offset)), count


async def count_open(tx: Transaction, within: Within) -> int:
    found = select(func.count()).select_from(request).where(request.c.state == OPEN, *_within(within))
    return int(await tx.scalar(found))


async def places_of(tx: Transaction, public_ids: Collection[str]) -> dict[str, Place]:
    """Where these requests belong; those that belong nowhere are left out."""
    fields = (request.c.public_id, request.c.department, request.c.clinic, request.c.doctor)
    rows = await tx.all(select(*fields).where(request.c.public_id.in_(public_ids)))
    found = {row.public_id: place(row) for row in rows}
    return {public: each for public, each in found.items() if each != NOWHERE}


def place(row: Any) -> Place:
    """Where a request belongs."""
    return Place(row.department or "", row.clinic or "", row.doctor or "")


def _within(within: Within) -> list[ColumnElement[bool]]:
    """As `Within.covers` has it, in the words of the database."""
    if within.everything:
        return []
    own = [request.c.doctor == within.doctor] if within.doctor else []
    places = within.places
    return [or_(request.c.department.in_(places.departments), request.c.clinic.in_(places.clinics), *own)]


async def one(tx: Transaction, public_id: str) -> Row[Any] | None:
    return await tx.one(select(request).where(request.c.public_id == public_id))


async def by_once(tx: Transaction, once: str) -> Row[Any] | None:
    """What was put down under this name."""
    return await tx.one(select(request).where(request.c.once == once))


async def close(tx: Transaction, public_id: str, who: str, now: datetime) -> bool:
    """Taken up and done; False when it was not open."""
    statement = update(request).where(request.c.public_id == public_id, request.c.state == OPEN)
    return await tx.update(statement.values(state=DONE, done_at=now, done_by=who)) == 1
