"""Children that are known by their guardian."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.db.transaction import Transaction
from flows.patients.people import History
from flows.patients.rules import WINDOW
from flows.patients.store import person


async def history(tx: Transaction, guardian_id: int, now: datetime) -> History:
    """What counts against the limits on touts, for a guardian instead of a contact: children without a document."""
    mine = (person.c.guardian_id == guardian_id, person.c.active == 1, person.c.document_hash.is_(None))
    rows = await tx.all(select(person.c.created_at).where(*mine))
    return History(active=len(rows), added=[row.created_at for row in rows if row.created_at > now - WINDOW])
