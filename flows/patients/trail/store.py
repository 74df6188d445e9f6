"""The two append-only tables: acts (who did what for whom, on what consent, with what reach) and looks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index

from bot.context import Context
from bot.db.schema import Moment, Sealed, code, key, table, whole

act = table(
    "patients_act",
    key(),
    Column("at", Moment, nullable=False),
    Column("act", code(24), nullable=False),
    Column("person_id", whole(), ForeignKey("patients_person.id"), nullable=False),
    Column("contact_id", whole(), ForeignKey("contact.id")),
    Column("actor", code(64), nullable=False),
    Column("relation", code(8), nullable=False),
    Column("reach", code(8), nullable=False),
    Column("consent", code(20), nullable=False),
    Column("request_id", code(40), nullable=False),
    Index("ix_patients_act_person", "person_id", "at"),
    Index("ix_patients_act_contact", "contact_id", "at"),
)

look = table(
    "patients_look",
    key(),
    Column("at", Moment, nullable=False),
    Column("person_id", whole(), ForeignKey("patients_person.id"), nullable=False),
    Column("actor", code(64), nullable=False),
    Column("why", Sealed("patients_look.why"), nullable=False),
    Column("request_id", code(40), nullable=False),
    Index("ix_patients_look_person", "person_id", "at"),
)


async def done(
    context: Context,
    what: str,
    person_id: int,
    *,
    relation: str = "",
    reach: str = "",
    consent: str = "",
    contact_id: int | None = None,
) -> None:
    """Write an act down; `contact_id` where it concerns another contact than the one who acts."""
    own = context.contact.id if context.contact else None
    await context.tx.insert(
        act,
        at=context.now,
        act=what,
        person_id=person_id,
        contact_id=contact_id or own,
        actor=context.actor,
        relation=relation,
        reach=reach,
        consent=consent,
        request_id=context.request_id,
    )


async def looked(context: Context, person_id: int, why: str) -> None:
    await context.tx.insert(
        look, at=context.now, person_id=person_id, actor=context.actor, why=why[:120], request_id=context.request_id
    )
