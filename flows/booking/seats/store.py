"""What the segments say of who sits in a session: conditions and columns for questions that read sessions."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from bot.db.transaction import Transaction
from flows.booking.store import segment, session


def sits(doctor: str) -> ColumnElement[bool]:
    """Sessions in which somebody sits by the roster, or as the substitute of a stop in any part of them."""
    part = segment.alias()
    stands = exists().where(part.c.session_id == session.c.id, part.c.substitute == doctor)
    return or_(session.c.sitting == doctor, stands)


def treats(doctor: str) -> ColumnElement[bool]:
    """Segments of somebody's own sessions, and those in which they stand in; of a question that joins both tables."""
    return or_(session.c.sitting == doctor, segment.c.substitute == doctor)


async def stands(tx: Transaction, sessions: Collection[int]) -> dict[int, dict[str, Any]]:
    """Session -> ``substitute``, ``since`` and ``starts``, of those that a stop gave a substitute; no others."""
    own = segment.c
    found = select(
        own.session_id, func.max(own.substitute).label("substitute"), func.min(own.start_wall).label("starts"),
        func.min(case((own.substitute.is_not(None), own.start_wall))).label("since"),
    ).where(own.session_id.in_(sessions)).group_by(own.session_id)
    rows = await tx.all(found.having(func.max(own.substitute).is_not(None))) if sessions else []
    return {row.session_id: {"substitute": row.substitute, "since": row.since, "starts": row.starts} for row in rows}
