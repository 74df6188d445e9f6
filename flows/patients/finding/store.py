"""Finding a person by something one has in hand. Names and numbers are sealed, so only whole ones are found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select, union

from bot.db.transaction import Transaction
from flows.patients import store
from flows.patients.people import Person
from flows.patients.rules import name_key, plain_mobile
from flows.patients.store import person

MOST = 20
STEP = 500


@dataclass(frozen=True, slots=True)
class Brief:
    """What a list shows of a person, once the name is masked."""

    public_id: str
    name: str = field(repr=False)
    sex: str
    birth_date: date


async def by_anything(tx: Transaction, text: str) -> list[Person]:
    """Active persons with this name, document, phone or record number; at most ``MOST``, the newest first."""
    compact = "".join(text.split())
    ways = [
        person.c.name_hash == store.hash_of(name_key(text), "name"),
        person.c.document_hash == store.hash_of(compact.upper(), "document"),
        person.c.mobile_hash == store.hash_of(plain_mobile(compact), "mobile"),
        person.c.patient_no == compact[:40],
    ]
    # Each by its own index: asked in one WHERE, the server may rather go through all persons from the newest back.
    active = select(person.c.id).where(person.c.active == 1).order_by(person.c.id.desc()).limit(MOST)
    own = [active.where(way) for way in ways]
    either = union(*(select(each.subquery().c.id) for each in own)).subquery()
    found = select(either.c.id).order_by(either.c.id.desc()).limit(MOST)
    people = [await store.any_person(tx, row.id) for row in await tx.all(found)]
    return [each for each in people if each is not None]


async def briefs(tx: Transaction, ids: Iterable[int]) -> dict[int, Brief]:
    """Many persons at once, closed ones included, by their keys."""
    wanted = sorted(set(ids))
    found: dict[int, Brief] = {}
    p = person.c
    for at in range(0, len(wanted), STEP):
        some = select(p.id, p.public_id, p.name, p.sex, p.birth_date).where(p.id.in_(wanted[at : at + STEP]))
        found |= {row.id: Brief(row.public_id, row.name, row.sex, row.birth_date) for row in await tx.all(some)}
    return found


async def key_of(tx: Transaction, public: str) -> int | None:
    """The key of a person, for looking up what was done for them."""
    return await tx.scalar(select(person.c.id).where(person.c.public_id == public))
