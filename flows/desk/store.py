"""Requests for a human, until staff have taken them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Row, func, select, update

from bot.db.schema import Moment, Sealed, code, key, public_id, table, whole
from bot.db.transaction import Transaction

OPEN, DONE = "open", "done"

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


async def ask(tx: Transaction, once: str, contact_id: int, about: str, mobile: str | None) -> bool:
    """Put a request down; False when this very one is there already."""
    return await tx.insert_once(
        request, once=once, contact_id=contact_id, about=about, mobile=mobile, state=OPEN, asked_at=tx.now
    )


async def open_requests(tx: Transaction, *, limit: int = 200) -> Sequence[Row[Any]]:
    """(public_id, about, mobile, asked_at) of the requests that nobody took up, the oldest first."""
    fields = (request.c.public_id, request.c.about, request.c.mobile, request.c.asked_at)
    return await tx.all(select(*fields).where(request.c.state == OPEN).order_by(request.c.asked_at).limit(limit))


async def listed(tx: Transaction, state: str, *, limit: int, offset: int) -> tuple[Sequence[Row[Any]], int]:
    """(rows, count): the open ones from the oldest on, those that are done from the newest."""
    found = select(request).where(request.c.state == state)
    order = request.c.asked_at if state == OPEN else request.c.asked_at.desc()
    count = int(await tx.scalar(select(func.count()).select_from(request).where(request.c.state == state)))
    return await tx.all(found.order_by(order, request.c.id).limit(limit).offset(offset)), count


async def count_open(tx: Transaction) -> int:
    return int(await tx.scalar(select(func.count()).select_from(request).where(request.c.state == OPEN)))


async def one(tx: Transaction, public_id: str) -> Row[Any] | None:
    return await tx.one(select(request).where(request.c.public_id == public_id))


async def by_once(tx: Transaction, once: str) -> Row[Any] | None:
    """What was put down under this name."""
    return await tx.one(select(request).where(request.c.once == once))


async def close(tx: Transaction, public_id: str, who: str, now: datetime) -> bool:
    """Taken up and done; False when it was not open."""
    statement = update(request).where(request.c.public_id == public_id, request.c.state == OPEN)
    return await tx.update(statement.values(state=DONE, done_at=now, done_by=who)) == 1
