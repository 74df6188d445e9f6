"""The tables of roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Row, String, UniqueConstraint, delete, func, select, update

from bot.access.people.store import staff
from bot.access.rights import ADMINISTRATOR, Reach
from bot.db.schema import Moment, code, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

role = table(
    "access_role",
    key(),
    public_id(),
    # Set for the roles that the program itself knows; NULLs repeat.
    Column("code", code(24), unique=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("note", String(200), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("created_at", Moment, nullable=False),
)
grant = table(
    "access_grant",
    key(),
    Column("role_id", whole(), ForeignKey("access_role.id"), nullable=False),
    Column("right", code(48), nullable=False),
    Column("reach", code(12), nullable=False),
    UniqueConstraint("role_id", "right"),
)
holder = table(
    "access_holder",
    key(),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False),
    Column("role_id", whole(), ForeignKey("access_role.id"), nullable=False),
    UniqueConstraint("staff_id", "role_id"),
)


async def all_roles(tx: Transaction) -> Sequence[Row[Any]]:
    return await tx.all(select(role).order_by(role.c.code.is_(None), role.c.id))


async def by_public_id(tx: Transaction, public: str, *, lock: bool = False) -> Row[Any] | None:
    found = select(role).where(role.c.public_id == public)
    return await tx.one(found.with_for_update() if lock else found)


async def by_code(tx: Transaction, known: str, *, lock: bool = False) -> Row[Any] | None:
    found = select(role).where(role.c.code == known)
    return await tx.one(found.with_for_update() if lock else found)


async def add(tx: Transaction, name: str, note: str, known: str | None = None) -> str:
    """The public id of the new role; "" where the name is taken."""
    public = new_public_id()
    made = await tx.insert_once(role, public_id=public, code=known, name=name, note=note, version=1, created_at=tx.now)
    return public if made else ""


async def change(tx: Transaction, role_id: int, *, version: int, name: str, note: str) -> bool:
    """Guarded by the version that the page showed."""
    same = update(role).where(role.c.id == role_id, role.c.version == version)
    return await tx.update(same.values(name=name, note=note, version=version + 1)) == 1


async def name_taken(tx: Transaction, name: str, but: int = 0) -> bool:
    return bool(await tx.scalar(select(role.c.id).where(role.c.name == name, role.c.id != but)))


async def remove(tx: Transaction, role_id: int) -> None:
    await tx.update(delete(grant).where(grant.c.role_id == role_id))
    await tx.update(delete(role).where(role.c.id == role_id))


async def grants(tx: Transaction) -> dict[int, dict[str, Reach]]:
    """Role -> right -> reach."""
    found: dict[int, dict[str, Reach]] = {}
    for row in await tx.all(select(grant.c.role_id, grant.c.right, grant.c.reach)):
        found.setdefault(row.role_id, {})[row.right] = row.reach
    return found


async def set_grants(tx: Transaction, role_id: int, given: Mapping[str, Reach]) -> None:
    await tx.update(delete(grant).where(grant.c.role_id == role_id))
    rows = [{"role_id": role_id, "right": right, "reach": reach} for right, reach in sorted(given.items())]
    await tx.insert_many(grant, rows)


async def held_by(tx: Transaction, staff_id: int) -> Sequence[Row[Any]]:
    """The roles of a member, one row for each right: code, right, reach (None for a role without any)."""
    mine = select(role.c.code, grant.c.right, grant.c.reach).join(holder, holder.c.role_id == role.c.id)
    mine = mine.outerjoin(grant, grant.c.role_id == role.c.id).where(holder.c.staff_id == staff_id)
    return await tx.all(mine)


async def holders(tx: Transaction) -> dict[int, list[Row[Any]]]:
    """Key of the member -> roles (id, public_id, name)."""
    pairs = select(holder.c.staff_id, role.c.id, role.c.public_id, role.c.name, role.c.code)
    found: dict[int, list[Row[Any]]] = {}
    for row in await tx.all(pairs.join(role, role.c.id == holder.c.role_id).order_by(role.c.id)):
        found.setdefault(row.staff_id, []).append(row)
    return found


async def set_held(tx: Transaction, staff_id: int, role_ids: Sequence[int]) -> None:
    await tx.update(delete(holder).where(holder.c.staff_id == staff_id))
    await tx.insert_many(holder, [{"staff_id": staff_id, "role_id": each} for each in sorted(set(role_ids))])


async def count_holders(tx: Transaction, role_id: int) -> int:
    return int(await tx.scalar(select(func.count()).select_from(holder).where(holder.c.role_id == role_id)))


async def administrators(tx: Transaction) -> int:
    """How many active members have the role that may do everything. Lock that role before: two who take it away from
    each other at once would lock everybody out."""
    mine = select(func.count()).select_from(holder).join(role, role.c.id == holder.c.role_id)
    mine = mine.join(staff, staff.c.id == holder.c.staff_id)
    return int(await tx.scalar(mine.where(role.c.code == ADMINISTRATOR, staff.c.state == "active")))
