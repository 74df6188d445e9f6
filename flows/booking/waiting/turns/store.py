"""The only SQL on turns.

What the office excepted somebody from serves one visit. While one half of a day is offered to them by it, the other
half is not theirs to be offered: nobody could take the first one back from whoever says yes to both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from bot.db.transaction import Transaction
from flows.booking.exceptions.store import exception
from flows.booking.store import session
from flows.booking.waiting.store import OFFERED, WAITING, entry, of_channel, offer, with_sessions


async def first(tx: Transaction, session_id: int, channel: str = "") -> Row[Any] | None:
    """Whoever joined first of those who wait (on this channel, where one is named) and may be offered a slot now."""
    mine = with_sessions().where(entry.c.session_id == session_id, entry.c.state == WAITING, *of_channel(channel))
    mine = mine.where(~_beside().exists())
    return await tx.one(mine.order_by(entry.c.joined_at, entry.c.id).limit(1))


async def answered_by(tx: Transaction, session_id: int, channel: str = "") -> datetime | None:
    """Where all who wait were passed over for that: when the first of them has surely answered. None: nobody was."""
    until = _beside().limit(1).scalar_subquery().label("until")
    mine = select(until).select_from(entry).join(session, session.c.id == entry.c.session_id)
    mine = mine.where(entry.c.session_id == session_id, entry.c.state == WAITING, *of_channel(channel))
    return min((row.until for row in await tx.all(mine) if row.until is not None), default=None)


async def offered_beside(tx: Transaction, entry_id: int) -> bool:
    """Whether the other half is offered by what was excepted for both; asked under the lock of the person."""
    mine = select(entry.c.id).join(session, session.c.id == entry.c.session_id)
    return await tx.one(mine.where(entry.c.id == entry_id, _beside().exists())) is not None


def _beside() -> Select[Any]:
    """Until when an entry's person may take another one of the same doctor's day, that an exception serves."""
    other, its = entry.alias("other"), session.alias("its")
    found = select(offer.c.until).join(other, other.c.id == offer.c.waiting_id)
    found = found.join(its, its.c.id == other.c.session_id).join(exception, exception.c.waiting_id == other.c.id)
    whose = other.c.person_id == entry.c.person_id, other.c.id != entry.c.id, other.c.state == OFFERED
    when = its.c.date == session.c.date, its.c.clinic == session.c.clinic
    found = found.where(offer.c.state == "open", *whose, *when, its.c.sitting.is_not_distinct_from(session.c.sitting))
    return found.correlate(entry, session)
