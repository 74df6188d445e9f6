"""The table of what contacts turned off (notices_preference); what is not there is on."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, UniqueConstraint, select, update

from bot.db.schema import Moment, code, key, table, whole
from bot.db.transaction import Transaction

preference = table(
    "notices_preference",
    key(),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("kind_group", code(32), nullable=False),
    Column("on", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("contact_id", "kind_group"),
)

async def is_on(tx: Transaction, contact_id: int, group: str) -> bool:
    wanted = select(preference.c.on).where(preference.c.contact_id == contact_id, preference.c.kind_group == group)
    found = await tx.scalar(wanted)
    return True if found is None else bool(found)


async def turned_off(tx: Transaction, contact_id: int) -> set[str]:
    off = select(preference.c.kind_group).where(preference.c.contact_id == contact_id, preference.c.on.is_(False))
    return {row.kind_group for row in await tx.all(off)}


async def prefer(tx: Transaction, contact_id: int, group: str, on: bool) -> None:
    if await tx.insert_once(preference, contact_id=contact_id, kind_group=group, on=on, changed_at=tx.now):
        return
    mine = update(preference).where(preference.c.contact_id == contact_id, preference.c.kind_group == group)
    await tx.update(mine.values(on=on, changed_at=tx.now))
