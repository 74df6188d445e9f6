"""Clinic and sitting doctor of things by their ids; of a person those of all that they have or had. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select

from bot.db.transaction import Transaction
from flows.booking.moves.store import move
from flows.booking.opening.store import draw
from flows.booking.opening.wishes.store import wish
from flows.booking.standing.store import appeal, lock, no_show
from flows.booking.stops.store import choice, stop
from flows.booking.store import appointment, segment, session
from flows.booking.waiting.store import entry

STEP = 500
"""Keys in one question."""
NEVER = ("released", "expired")
"""Appointments that were held and never made."""
_SAT = func.coalesce(segment.c.substitute, session.c.sitting).label("sitting")


def _visits(key: Any) -> Select[Any]:
    """By way of the appointment."""
    found = select(key.label("id"), session.c.clinic, _SAT).select_from(appointment)
    found = found.join(segment, segment.c.id == appointment.c.segment_id)
    return found.join(session, session.c.id == segment.c.session_id)


def _days(key: Any) -> Select[Any]:
    """By way of the session."""
    return select(key.label("id"), session.c.clinic, session.c.sitting).select_from(session)


def _beside(table: Any) -> Select[Any]:
    return _visits(table.c.public_id).join(table, table.c.appointment_id == appointment.c.id)


_OF: dict[str, tuple[Any, Callable[[], Select[Any]]]] = {
    "appointment": (appointment.c.public_id, lambda: _visits(appointment.c.public_id)),
    "choice": (choice.c.public_id, lambda: _beside(choice)),
    "move": (move.c.public_id, lambda: _beside(move)),
    "no_show": (no_show.c.public_id, lambda: _beside(no_show)),
    "lock": (lock.c.public_id, lambda: _visits(lock.c.public_id).join(
        no_show, no_show.c.appointment_id == appointment.c.id).join(lock, lock.c.id == no_show.c.lock_id)),
    "session": (session.c.code, lambda: _days(session.c.code)),
    "stop": (stop.c.public_id, lambda: _days(stop.c.public_id).join(stop, stop.c.session_id == session.c.id)),
    "appeal": (appeal.c.public_id, lambda: _days(appeal.c.public_id).join(
        appeal, appeal.c.session_id == session.c.id)),
    "waiting": (entry.c.public_id, lambda: _days(entry.c.public_id).join(entry, entry.c.session_id == session.c.id)),
    "wish": (wish.c.public_id, lambda: _days(wish.c.public_id).join(draw, draw.c.session_id == session.c.id).join(
        wish, wish.c.draw_id == draw.c.id)),
}
KINDS = tuple(_OF)


async def of_things(tx: Transaction, kind: str, ids: Sequence[str]) -> list[Row[Any]]:
    """(id, clinic, sitting)."""
    key, found = _OF[kind]
    rows: list[Row[Any]] = []
    for at in range(0, len(ids), STEP):
        rows += await tx.all(found().where(key.in_(ids[at : at + STEP])).distinct())
    return rows


async def of_persons(tx: Transaction, persons: Collection[int]) -> list[Row[Any]]:
    """(id, clinic, sitting) of what these persons (by key) have or had: visits, waits, wishes."""
    wanted = sorted(persons)
    rows: list[Row[Any]] = []
    for at in range(0, len(wanted), STEP):
        some = wanted[at : at + STEP]
        made = _visits(appointment.c.person_id).where(appointment.c.state.not_in(NEVER))
        waits = _days(entry.c.person_id).join(entry, entry.c.session_id == session.c.id)
        wishes = _days(wish.c.person_id).join(draw, draw.c.session_id == session.c.id)
        wishes = wishes.join(wish, wish.c.draw_id == draw.c.id)
        for found, key in ((made, appointment), (waits, entry), (wishes, wish)):
            rows += await tx.all(found.where(key.c.person_id.in_(some)).distinct())
    return rows
