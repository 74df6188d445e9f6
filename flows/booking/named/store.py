"""Where and when the things lie that an id names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import Row, Select, select

from bot.db.transaction import Transaction
from flows.booking.moves.store import move
from flows.booking.standing.store import appeal, lock, no_show
from flows.booking.stops.store import choice, stop
from flows.booking.store import appointment, segment, session

Kind = Literal["appointment", "session", "stop", "choice", "move", "no_show", "appeal"]
STEP = 500
"""Keys in one question."""
_DAY = (session.c.date, session.c.half, session.c.clinic, session.c.sitting)
_PLACE = (segment.c.start_wall.label("start"), appointment.c.number)


async def places(tx: Transaction, kind: Kind, ids: Sequence[str]) -> list[Row[Any]]:
    """(id, date, half, clinic, sitting, start, number) of those that are there; of a whole session start and number
    are "" and 0."""
    found: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        found += await tx.all(_of(kind, ids[at : at + STEP]))
    return found


async def spans(tx: Transaction, ids: Sequence[str]) -> list[Row[Any]]:
    """(id, since, until) of locks."""
    found: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        some = lock.c.public_id.in_(ids[at : at + STEP])
        found += await tx.all(select(lock.c.public_id.label("id"), lock.c.since, lock.c.until).where(some))
    return found


def _of(kind: Kind, ids: Sequence[str]) -> Select[Any]:
    if kind in ("session", "stop"):
        own: Any = session.c.code if kind == "session" else stop.c.public_id
        plain = select(own.label("id"), *_DAY).where(own.in_(ids))
        return plain if kind == "session" else plain.join(stop, stop.c.session_id == session.c.id)
    tables: dict[str, Any] = {"choice": choice, "move": move, "no_show": no_show, "appeal": appeal}
    key = tables.get(kind, appointment).c.public_id
    found = select(key.label("id"), *_DAY, *_PLACE).where(key.in_(ids))
    joined = found.join(segment, segment.c.session_id == session.c.id)
    joined = joined.join(appointment, appointment.c.segment_id == segment.c.id)
    return joined if kind == "appointment" else joined.join(
        tables[kind], tables[kind].c.appointment_id == appointment.c.id
    )
