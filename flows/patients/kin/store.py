"""Children that are known by their guardian, and those who have grown up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from bot.db.transaction import Transaction
from flows.patients.people import History
from flows.patients.rules import WINDOW, name_key
from flows.patients.store import hash_of, link, person


async def history(tx: Transaction, guardian_id: int, now: datetime) -> History:
    """What counts against the limits on touts, for a guardian instead of a contact: children without a document."""
    mine = (person.c.guardian_id == guardian_id, person.c.active == 1, person.c.document_hash.is_(None))
    rows = await tx.all(select(person.c.created_at).where(*mine))
    return History(active=len(rows), added=[row.created_at for row in rows if row.created_at > now - WINDOW])


async def child_of(tx: Transaction, guardian_id: int, name: str, birth: date) -> Row[Any] | None:
    """The active person known by this guardian, name and birthday, locked."""
    same = (person.c.guardian_id == guardian_id, person.c.name_hash == hash_of(name_key(name), "name"))
    where = (*same, person.c.birth_date == birth, person.c.active == 1)
    return await tx.one(select(person).where(*where).with_for_update())


async def grown(tx: Transaction, today: date, limit: int) -> Sequence[Row[Any]]:
    """(contact_id, person_id) of links that end today or should have ended before."""
    due = select(link.c.contact_id, link.c.person_id).where(link.c.until <= today, link.c.active == 1)
    return await tx.all(due.order_by(link.c.id).limit(limit))
