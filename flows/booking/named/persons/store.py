"""The persons of appointments, waits, wishes, and of what hangs on them; and where these two lie. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.db.transaction import Transaction
from flows.booking.moves.store import move
from flows.booking.opening.store import draw
from flows.booking.opening.wishes.store import wish
from flows.booking.standing.store import appeal, lock, no_show
from flows.booking.stops.store import choice
from flows.booking.store import appointment, session
from flows.booking.waiting.store import entry

OWN: dict[str, Any] = {
    "appointment": appointment, "waiting": entry, "wish": wish, "no_show": no_show, "lock": lock, "appeal": appeal,
}
"""Things that name their person."""
BESIDE: dict[str, Any] = {"choice": choice, "move": move}
"""Things whose person is that of their appointment."""
KINDS = (*OWN, *BESIDE)
_DAY = (session.c.date, session.c.half, session.c.clinic, session.c.sitting)


async def persons(tx: Transaction, kind: str, ids: Sequence[str]) -> dict[str, int]:
    """Public id -> the person's key."""
    if kind in BESIDE:
        own = BESIDE[kind].c
        found = select(own.public_id, appointment.c.person_id)
        found = found.join(appointment, appointment.c.id == own.appointment_id).where(own.public_id.in_(ids))
    else:
        own = OWN[kind].c
        found = select(own.public_id, own.person_id).where(own.public_id.in_(ids))
    return {row.public_id: row.person_id for row in await tx.all(found)}


async def half_days(tx: Transaction, kind: str, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """(id, date, half, clinic, sitting) of waits and wishes: the half day that is waited or wished for."""
    if kind == "waiting":
        found = select(entry.c.public_id.label("id"), *_DAY).join(session, session.c.id == entry.c.session_id)
        return await tx.all(found.where(entry.c.public_id.in_(ids)))
    found = select(wish.c.public_id.label("id"), *_DAY).select_from(wish).join(draw, draw.c.id == wish.c.draw_id)
    found = found.join(session, session.c.id == draw.c.session_id)
    return await tx.all(found.where(wish.c.public_id.in_(ids)))
