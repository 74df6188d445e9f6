"""One question, compiled once: in a rush every turn asks it (bot/db/prepared.py)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.db.prepared import Prepared
from bot.db.transaction import Transaction
from flows.booking.store import appointment

_HOLDS = select(appointment.c.id).where(
    appointment.c.contact_id == bindparam("contact", type_=appointment.c.contact_id.type),
    appointment.c.state == "held",
    appointment.c.segment_id == bindparam("segment", type_=appointment.c.segment_id.type),
)
_prepared: dict[str, Prepared] = {}


async def holds_in(tx: Transaction, contact_id: int, segment_id: int) -> bool:
    """Whether a contact holds a slot of a segment."""
    dialect = tx.link.dialect
    prepared = _prepared.get(dialect.name)
    if prepared is None:
        prepared = _prepared[dialect.name] = Prepared(_HOLDS, dialect)
    (rows,) = await tx.link.script([(prepared, prepared.args({"contact": contact_id, "segment": segment_id}))])
    return bool(rows)
