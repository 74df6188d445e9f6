"""What a person has, whoever booked it: reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from bot.db.contacts import contact
from bot.db.transaction import Transaction
from flows.booking.store import appointment, segment, session
from flows.booking.waiting.store import OFFERED, WAITING, entry

LOOKED = 200
"""So many past and ended appointments are looked through for those within somebody's reach."""
_PLACE = (session.c.clinic, session.c.sitting)
_A = appointment.c


def _ids(*where: Any) -> Any:
    found = select(_A.id, _A.public_id, _A.state, _A.stopped_at, *_PLACE).select_from(appointment)
    found = found.join(segment, segment.c.id == _A.segment_id).join(session, session.c.id == segment.c.session_id)
    return found.where(*where)


async def live(tx: Transaction, person_id: int) -> Sequence[Row[Any]]:
    """Holds that still run and booked appointments that are not over, in time."""
    mine = _ids(_A.person_id == person_id, _A.state.in_(("held", "booked")), segment.c.end_at > tx.now)
    rows = await tx.all(mine.add_columns(_A.hold_until).order_by(segment.c.start_at, _A.id))
    return [row for row in rows if row.state == "booked" or row.hold_until > tx.now]


async def over(tx: Transaction, person_id: int) -> Sequence[Row[Any]]:
    """Visits that are past and appointments that ended, the latest first."""
    past = (_A.state == "booked") & (segment.c.end_at <= tx.now)
    ended = _A.state.in_(("cancelled", "changed", "refused"))
    mine = _ids(_A.person_id == person_id, past | ended)
    return await tx.all(mine.order_by(segment.c.start_at.desc(), _A.id.desc()).limit(LOOKED))


async def waits(tx: Transaction, person_id: int) -> Sequence[Row[Any]]:
    """(public_id, …) of the sessions that the person waits for, by day."""
    found = select(entry.c.public_id, entry.c.state, entry.c.id, *_PLACE).join(
        session, session.c.id == entry.c.session_id)
    mine = found.where(entry.c.person_id == person_id, entry.c.state.in_((WAITING, OFFERED)))
    return await tx.all(mine.order_by(session.c.date, session.c.half, entry.c.id))


async def followed(tx: Transaction, contacts: Sequence[int]) -> list[int]:
    """Those of these contacts that can be reached on their account, in the order given."""
    there = select(contact.c.id).where(contact.c.id.in_(contacts), contact.c.followed.is_(True))
    known = {row.id for row in await tx.all(there)}
    return [each for each in contacts if each in known]
