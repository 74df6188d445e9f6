"""Reads of what a contact has: what it booked itself, and what its persons have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, or_, select

from bot.db.transaction import Transaction
from flows.booking.store import appointment, appointments, segment, session


async def holds(tx: Transaction, contact_id: int, now: datetime) -> Sequence[Row[Any]]:
    """Holds of a contact that still run, the one that ends first first."""
    where = (appointment.c.contact_id == contact_id, appointment.c.state == "held", appointment.c.hold_until > now)
    return await tx.all(appointments().where(*where).order_by(appointment.c.hold_until, appointment.c.id))


async def coming(tx: Transaction, contact_id: int, persons: Sequence[int], now: datetime) -> Sequence[Row[Any]]:
    """Booked and not over, the next first: of these persons, whoever booked it, and what the contact itself booked."""
    whose = or_(appointment.c.contact_id == contact_id, appointment.c.person_id.in_(persons))
    where = (whose, appointment.c.state == "booked", segment.c.end_at > now)
    return await tx.all(appointments().where(*where).order_by(segment.c.start_at, appointment.c.id))


async def became(tx: Transaction, changed: Any) -> str:
    """Public id of the appointment that `changed` was changed into, "" where there is none."""
    mine = (appointment.c.person_id == changed.person_id, appointment.c.replaces == changed.id)
    return await tx.scalar(select(appointment.c.public_id).where(*mine).limit(1)) or ""


async def past(
    tx: Transaction, contact_id: int, persons: Sequence[int], now: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Booked and over, the latest first."""
    whose = or_(appointment.c.contact_id == contact_id, appointment.c.person_id.in_(persons))
    where = (whose, appointment.c.state == "booked", segment.c.end_at <= now)
    return await tx.all(appointments().where(*where).order_by(segment.c.start_at.desc()).limit(limit))


async def cancelled(tx: Transaction, contact_id: int, persons: Sequence[int], limit: int) -> Sequence[Row[Any]]:
    """Cancelled by whom ever, changed, and refused by the hospital; the latest first."""
    whose = or_(appointment.c.contact_id == contact_id, appointment.c.person_id.in_(persons))
    where = (whose, appointment.c.state.in_(("cancelled", "changed", "refused")))
    return await tx.all(appointments().where(*where).order_by(appointment.c.ended_at.desc()).limit(limit))


async def last_seen(tx: Transaction, contact_id: int, persons: Sequence[int], now: datetime) -> Row[Any] | None:
    """Sitting doctor and clinic of the latest visit to a doctor; before any visit, of the latest booking."""
    whose = or_(appointment.c.contact_id == contact_id, appointment.c.person_id.in_(persons))
    begun = case((segment.c.start_at <= now, 0), else_=1)
    where = (whose, appointment.c.state == "booked", session.c.sitting.is_not(None))
    return await tx.one(appointments().where(*where).order_by(begun, segment.c.start_at.desc()).limit(1))
