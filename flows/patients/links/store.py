"""The only SQL that makes, changes and ends links, and asks who looks after a person. Persons are read together with
them in ../store.py, where the table stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, select, update

from bot.db.lookup import Lookup, asked
from bot.db.transaction import Transaction
from flows.patients.people import History
from flows.patients.rules import WINDOW
from flows.patients.store import hash_of, link, persons_of


async def add(tx: Transaction, contact_id: int, person_id: int, *, mobile: str, **values: Any) -> bool:
    """False: this contact looks after the person already."""
    return await tx.insert_once(
        link,
        contact_id=contact_id,
        person_id=person_id,
        active=1,
        mobile=mobile,
        mobile_hash=hash_of(mobile, "mobile"),
        proved_at=tx.now,
        created_at=tx.now,
        **values,
    )


async def change(tx: Transaction, contact_id: int, person_id: int, **values: Any) -> bool:
    mine = update(link).where(link.c.contact_id == contact_id, link.c.person_id == person_id, link.c.active == 1)
    return await tx.update(mine.values(**values)) == 1


async def prove(tx: Transaction, contact_id: int, person_id: int, mobile: str) -> None:
    """The contact proved another phone for this person."""
    proof = {"mobile": mobile, "mobile_hash": hash_of(mobile, "mobile"), "proved_at": tx.now}
    await change(tx, contact_id, person_id, **proof)


async def widen(tx: Transaction, person_id: int, mobile: str | None = None) -> int:
    """Full reach for who looks after this person; with `mobile` only for those who proved that phone.
    Who helps by a hand-over keeps the reach that was consented to."""
    links = update(link).where(link.c.person_id == person_id, link.c.active == 1, link.c.reach != "all")
    links = links.where(link.c.proof != "consent")
    if mobile is not None:
        links = links.where(link.c.mobile_hash == hash_of(mobile, "mobile"))
    return await tx.update(links.values(reach="all", proof="record"))


async def end(tx: Transaction, contact_id: int, person_id: int, *, who: str, why: str) -> bool:
    """Guarded: True for the one call that ended it."""
    return await change(
        tx, contact_id, person_id, active=None, is_default=False, ended_at=tx.now, ended_by=who, ended_why=why
    )


async def set_default(tx: Transaction, contact_id: int, person_id: int) -> bool:
    mine = update(link).where(link.c.contact_id == contact_id, link.c.active == 1)
    await tx.update(mine.where(link.c.is_default, link.c.person_id != person_id).values(is_default=False))
    return await tx.update(mine.where(link.c.person_id == person_id).values(is_default=True)) == 1


async def keep_default(tx: Transaction, contact_id: int) -> None:
    """Somebody is the default person as long as the contact looks after anybody."""
    rest = await persons_of(tx, contact_id)
    if rest and not rest[0].is_default:
        await set_default(tx, contact_id, rest[0].id)


def _contacts(*by: Column[Any]) -> Lookup:
    mine = [column == asked(column) for column in (link.c.person_id, *by)]
    return Lookup(lambda: select(link.c.contact_id).where(*mine, link.c.active == 1).order_by(link.c.id))


_contacts_by = {
    (): _contacts(), ("reach",): _contacts(link.c.reach), ("relation",): _contacts(link.c.relation),
    ("reach", "relation"): _contacts(link.c.reach, link.c.relation),
}


async def contacts_of(
    tx: Transaction, person_id: int, *, reach: str | None = None, relation: str | None = None
) -> list[int]:
    """Keys of the contacts that look after this person, the first to do so first."""
    by = {name: value for name, value in (("reach", reach), ("relation", relation)) if value}
    return [row.contact_id for row in await _contacts_by[tuple(by)].rows(tx, person_id=person_id, **by)]


async def mobile_of(tx: Transaction, contact_id: int, person_id: int) -> str | None:
    """The phone that this contact proved for the person."""
    mine = select(link.c.mobile).where(link.c.contact_id == contact_id, link.c.person_id == person_id)
    found: str | None = await tx.scalar(mine.where(link.c.active == 1))
    return found


async def held_by_phone(tx: Transaction, person_id: int, mobile: str) -> bool:
    """Whether somebody with full reach proved this phone for this person."""
    full = (link.c.person_id == person_id, link.c.active == 1, link.c.reach == "all")
    found = select(link.c.id).where(*full, link.c.mobile_hash == hash_of(mobile, "mobile"))
    return bool(await tx.scalar(found.limit(1)))


async def proved_by(tx: Transaction, contact_id: int, mobile: str, since: datetime) -> bool:
    """Whether this contact has proved this phone for a person it looks after, not before `since`."""
    same = (link.c.contact_id == contact_id, link.c.active == 1, link.c.mobile_hash == hash_of(mobile, "mobile"))
    return bool(await tx.scalar(select(link.c.id).where(*same, link.c.proved_at > since).limit(1)))


async def history(tx: Transaction, contact_id: int, now: datetime) -> History:
    """What counts against the limits on touts."""
    recent = select(link.c.active, link.c.created_at, link.c.ended_at, link.c.ended_by, link.c.ended_why)
    rows = await tx.all(recent.where(link.c.contact_id == contact_id))
    return History(
        active=sum(row.active == 1 for row in rows),
        added=[row.created_at for row in rows if row.created_at > now - WINDOW],
        removed=[row.ended_at for row in rows if row.ended_why == "removed" and row.ended_at > now - WINDOW],
    )
