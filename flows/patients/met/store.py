"""Persons whom a member of staff found by a whole number, or registered: for some hours that member may open them,
wherever they belong."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import Column, ForeignKey, UniqueConstraint, delete, select, update

from bot.db.schema import Moment, code, key, table, whole
from bot.db.transaction import Transaction

KEPT = timedelta(hours=12)
"""A shift."""

met = table(
    "patients_met",
    key(),
    Column("person_id", whole(), ForeignKey("patients_person.id"), nullable=False),
    Column("actor", code(64), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("actor", "person_id"),
)


async def meet(tx: Transaction, actor: str, person_id: int) -> None:
    """From now on; again where they met before."""
    if not await tx.insert_once(met, person_id=person_id, actor=actor, at=tx.now):
        await tx.update(update(met).where(met.c.actor == actor, met.c.person_id == person_id).values(at=tx.now))


async def forget(tx: Transaction) -> int:
    """Meetings that are over. Gives how many."""
    return await tx.update(delete(met).where(met.c.at <= tx.now - KEPT))


async def known(tx: Transaction, actor: str, persons: Collection[int]) -> set[int]:
    """Those of these persons whom the actor met within the last hours."""
    mine = select(met.c.person_id).where(met.c.actor == actor, met.c.at > tx.now - KEPT, met.c.person_id.in_(persons))
    return {row.person_id for row in await tx.all(mine)}
