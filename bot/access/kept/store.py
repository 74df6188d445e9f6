"""The table of kept filters: each belongs to one member of staff, and to the list that it was kept from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, UniqueConstraint, delete, func, select, update

from bot.db.schema import Moment, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

MOST = 60
"""So many of one member; whoever has more does not find them again."""
LONGEST_NAME, LONGEST_ADDRESS = 20, 500

kept = table(
    "access_filter",
    key(),
    public_id(),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False),
    Column("list", code(32), nullable=False),
    Column("name", code(LONGEST_NAME), nullable=False),
    Column("address", String(LONGEST_ADDRESS), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("staff_id", "list", "name", name="uq_access_filter_staff_id_list_name"),
)


async def of(tx: Transaction, staff_id: int) -> Sequence[Row[Any]]:
    """All of one member, by list and name."""
    c = kept.c
    found = select(c.public_id, c.list, c.name, c.address).where(c.staff_id == staff_id)
    return await tx.all(found.order_by(c.list, c.name, c.id))


async def keep(tx: Transaction, staff_id: int, list_: str, name: str, address: str) -> bool:
    """Keep an address by this name, in the place of the one that had it; False where there are too many already."""
    c = kept.c
    same = update(kept).where(c.staff_id == staff_id, c.list == list_, c.name == name)
    if await tx.update(same.values(address=address, made_at=tx.now)):
        return True
    if await tx.scalar(select(func.count()).where(c.staff_id == staff_id)) >= MOST:
        return False
    await tx.insert_once(
        kept, public_id=new_public_id(), staff_id=staff_id, list=list_, name=name, address=address, made_at=tx.now
    )
    return True


async def drop(tx: Transaction, staff_id: int, public: str) -> bool:
    """Forget one; False where this member has none such."""
    return bool(await tx.update(delete(kept).where(kept.c.staff_id == staff_id, kept.c.public_id == public)))
