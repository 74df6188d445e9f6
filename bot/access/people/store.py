"""The tables of staff. Passwords are argon2id hashes; the secret of the second factor is sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from bot import keys
from bot.access.rights import Places
from bot.db.lookup import Lookup
from bot.db.schema import Moment, Sealed, code, hashed, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction

staff = table(
    "access_staff",
    key(),
    public_id(),
    Column("login", code(40), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("number", code(40), nullable=False),
    Column("mobile", Sealed("access_staff.mobile")),
    Column("state", code(8), nullable=False),
    Column("password", code(200), nullable=False),
    Column("password_at", Moment, nullable=False),
    Column("password_once", Boolean, nullable=False),
    Column("factor", Sealed("access_staff.factor")),
    Column("factor_at", Moment),
    # The time step of the code that was used last: the same code opens nothing a second time.
    Column("factor_step", whole(), nullable=False, default=0),
    Column("signed_in_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    # The hospital's code of who came from its system; NULL for those whom an administrator made.
    Column("hospital_code", code(40), unique=True),
    # The code of the doctor who this is: their own sessions are theirs.
    Column("doctor", code(32), unique=True),
    # The places that the hospital told last: what an administrator added beside them stays.
    Column("told_places", code(1000), nullable=False, server_default=""),
    # When the hospital no longer told of them, which locked them; NULL where an administrator did, or nobody.
    Column("left_at", Moment),
)
place = table(
    "access_place",
    key(),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False),
    Column("kind", code(12), nullable=False),
    Column("code", code(40), nullable=False),
    UniqueConstraint("staff_id", "kind", "code"),
)
old_password = table(
    "access_old_password",
    key(),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False, index=True),
    Column("password", code(200), nullable=False),
)
recovery = table(
    "access_recovery",
    key(),
    Column("staff_id", whole(), ForeignKey("access_staff.id"), nullable=False),
    Column("code", hashed(), nullable=False),
    Column("used_at", Moment),
    UniqueConstraint("staff_id", "code"),
)


NONE = "!"
"""In the place of a password: of who was never invited. It is no hash, so nothing fits it."""


async def by_login(tx: Transaction, login: str) -> Row[Any] | None:
    return await tx.one(select(staff).where(staff.c.login == login))


async def by_id(tx: Transaction, staff_id: int, *, lock: bool = False) -> Row[Any] | None:
    found = select(staff).where(staff.c.id == staff_id)
    return await tx.one(found.with_for_update() if lock else found)


async def by_public_id(tx: Transaction, public: str, *, lock: bool = False) -> Row[Any] | None:
    found = select(staff).where(staff.c.public_id == public)
    return await tx.one(found.with_for_update() if lock else found)


async def everybody(tx: Transaction) -> Sequence[Row[Any]]:
    """All of them, without secrets. A hospital has some thousands at most: lists filter in memory."""
    return await _everybody.rows(tx)


_everybody = Lookup(lambda: select(
    *(column for column in staff.c if column.name not in ("password", "factor", "mobile"))
).order_by(staff.c.login))


async def logins(tx: Transaction) -> Sequence[Row[Any]]:
    """(id, login) of all of them."""
    return await tx.all(select(staff.c.id, staff.c.login))


async def count(tx: Transaction, ids: Collection[int], *, within: Places | None = None, owner: str = "") -> int:
    """How many of these there are who work at one of the places ``within`` (None: anywhere) or are the ``owner``."""
    mine = select(func.count()).select_from(staff).where(staff.c.id.in_(ids))
    if within is not None:
        whole = and_(place.c.kind == "department", place.c.code.in_(within.departments))
        single = and_(place.c.kind == "clinic", place.c.code.in_(within.clinics))
        works = select(place.c.id).where(place.c.staff_id == staff.c.id, or_(whole, single))
        mine = mine.where(or_(staff.c.public_id == owner, works.exists()))
    return int(await tx.scalar(mine))


async def by_doctor(tx: Transaction, doctor: str) -> Row[Any] | None:
    """Who is this doctor."""
    return await tx.one(select(staff).where(staff.c.doctor == doctor))


async def uninvited(tx: Transaction, staff_id: int) -> bool:
    """Whether they never had a password."""
    return await tx.scalar(select(staff.c.password).where(staff.c.id == staff_id)) == NONE


async def add(
    tx: Transaction, *, login: str, name: str, number: str, password: str, **told: Any
) -> Row[Any] | None:
    """The new row, whose password serves once; None: the name is taken."""
    made = await tx.insert_once(
        staff, public_id=new_public_id(), login=login, name=name, number=number, state="active", password=password,
        password_at=tx.now, password_once=True, factor_step=0, created_at=tx.now, version=1, **told,
    )
    return await by_login(tx, login) if made else None


async def change(tx: Transaction, staff_id: int, *, version: int | None = None, **values: Any) -> bool:
    """With ``version``, only if the row is still the one that the page showed."""
    same = update(staff).where(staff.c.id == staff_id)
    if version is not None:
        same = same.where(staff.c.version == version)
    return await tx.update(same.values(version=staff.c.version + 1, **values)) == 1


async def set_password(tx: Transaction, row: Row[Any], password: str, *, once: bool, keep: int) -> None:
    """Change it, remembering the last ``keep`` old ones."""
    await tx.insert(old_password, staff_id=row.id, password=row.password)
    old = select(old_password.c.id).where(old_password.c.staff_id == row.id).order_by(old_password.c.id.desc())
    forgotten = [each.id for each in await tx.all(old.offset(keep).limit(100))]
    if forgotten:
        await tx.update(delete(old_password).where(old_password.c.id.in_(forgotten)))
    await change(tx, row.id, password=password, password_at=tx.now, password_once=once)


async def old_passwords(tx: Transaction, staff_id: int) -> list[str]:
    found = select(old_password.c.password).where(old_password.c.staff_id == staff_id)
    return [row.password for row in await tx.all(found)]


async def spend_step(tx: Transaction, staff_id: int, step: int) -> bool:
    """Guarded: True for the one sign-in that uses the code of this time step; older ones are spent with it."""
    newer = update(staff).where(staff.c.id == staff_id, staff.c.factor_step < step)
    return await tx.update(newer.values(factor_step=step)) == 1


async def set_factor(tx: Transaction, staff_id: int, secret: str | None, at: datetime | None, step: int = 0) -> None:
    await change(tx, staff_id, factor=secret, factor_at=at, factor_step=step)


async def set_recovery(tx: Transaction, staff_id: int, codes: Iterable[str]) -> None:
    """Replace the recovery codes; only their keyed hashes are kept."""
    await tx.update(delete(recovery).where(recovery.c.staff_id == staff_id))
    await tx.insert_many(recovery, [{"staff_id": staff_id, "code": _recovery_hash(each)} for each in codes])


async def spend_recovery(tx: Transaction, staff_id: int, typed: str) -> bool:
    """Guarded: True once for each code."""
    same = (recovery.c.staff_id == staff_id, recovery.c.code == _recovery_hash(typed), recovery.c.used_at.is_(None))
    return await tx.update(update(recovery).where(*same).values(used_at=tx.now)) == 1


async def recovery_left(tx: Transaction, staff_id: int) -> int:
    mine = select(recovery.c.id).where(recovery.c.staff_id == staff_id, recovery.c.used_at.is_(None))
    return len(await tx.all(mine))


def _recovery_hash(typed: str) -> bytes:
    return keys.ring().hash("".join(typed.split()).replace("-", "").upper(), "access_recovery.code")


async def places_of(tx: Transaction, staff_id: int) -> Places:
    return (await all_places(tx, staff_id)).get(staff_id, Places())


async def all_places(tx: Transaction, staff_id: int | None = None) -> dict[int, Places]:
    """By key of the member."""
    found = select(place.c.staff_id, place.c.kind, place.c.code)
    if staff_id is not None:
        found = found.where(place.c.staff_id == staff_id)
    sets: dict[int, tuple[set[str], set[str]]] = {}
    for row in await tx.all(found):
        sets.setdefault(row.staff_id, (set(), set()))[row.kind == "clinic"].add(row.code)
    return {owner: Places(frozenset(pair[0]), frozenset(pair[1])) for owner, pair in sets.items()}


async def set_places(tx: Transaction, staff_id: int, places: Places) -> None:
    await tx.update(delete(place).where(place.c.staff_id == staff_id))
    rows = [{"staff_id": staff_id, "kind": "department", "code": each} for each in sorted(places.departments)]
    rows += [{"staff_id": staff_id, "kind": "clinic", "code": each} for each in sorted(places.clinics)]
    await tx.insert_many(place, rows)
