"""Finding a person by something one has in hand. Names and numbers are sealed, so only whole ones are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select, union

from bot.db.transaction import Transaction
from flows.patients import store
from flows.patients.people import Person
from flows.patients.rules import name_key, plain_mobile
from flows.patients.store import person

MOST = 20
SOME = 500
"""So many of one name are looked through for those within somebody's reach."""
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
    return await people(tx, await _found(tx, [*_name(text), *_numbers(text)], MOST))


async def named(tx: Transaction, text: str) -> dict[int, str]:
    """Key -> public id of the newest ``SOME`` active persons of this name, the newest first."""
    return await _found(tx, _name(text), SOME)


async def numbered(tx: Transaction, text: str) -> dict[int, str]:
    """The same of those with this document, phone or record number; at most ``MOST``."""
    return await _found(tx, _numbers(text), MOST)


async def people(tx: Transaction, ids: Iterable[int]) -> list[Person]:
    """These persons, in this order."""
    found = [await store.any_person(tx, each) for each in ids]
    return [each for each in found if each is not None]


def _name(text: str) -> list[ColumnElement[bool]]:
    return [person.c.name_hash == store.hash_of(name_key(text), "name")]


def _numbers(text: str) -> list[ColumnElement[bool]]:
    compact = "".join(text.split())
    return [
        person.c.document_hash == store.hash_of(compact.upper(), "document"),
        person.c.mobile_hash == store.hash_of(plain_mobile(compact), "mobile"),
        person.c.patient_no == compact[:40],
    ]


async def _found(tx: Transaction, ways: Sequence[ColumnElement[bool]], most: int) -> dict[int, str]:
    # Each by its own index: asked in one WHERE, the server may rather go through all persons from the newest back.
    fields = (person.c.id, person.c.public_id)
    active = select(*fields).where(person.c.active == 1).order_by(person.c.id.desc()).limit(most)
    own = [active.where(way).subquery() for way in ways]
    either = union(*(select(each.c.id, each.c.public_id) for each in own)).subquery()
    found = select(either.c.id, either.c.public_id).order_by(either.c.id.desc()).limit(most)
    return {row.id: row.public_id for row in await tx.all(found)}


async def briefs(tx: Transaction, ids: Iterable[int]) -> dict[int, Brief]:
    """Many persons at once, closed ones included, by their keys."""
    wanted = sorted(set(ids))
    found: dict[int, Brief] = {}
    p = person.c
    for at in range(0, len(wanted), STEP):
        some = select(p.id, p.public_id, p.name, p.sex, p.birth_date).where(p.id.in_(wanted[at : at + STEP]))
        found |= {row.id: Brief(row.public_id, row.name, row.sex, row.birth_date) for row in await tx.all(some)}
    return found


async def keys_of(tx: Transaction, publics: Iterable[str]) -> dict[str, int]:
    """Public id -> key of many persons at once, closed ones included."""
    wanted = sorted(set(publics))
    found: dict[str, int] = {}
    for at in range(0, len(wanted), STEP):
        some = select(person.c.id, person.c.public_id).where(person.c.public_id.in_(wanted[at : at + STEP]))
        found |= {row.public_id: row.id for row in await tx.all(some)}
    return found


async def key_of(tx: Transaction, public: str) -> int | None:
    """The key of a person, for looking up what was done for them."""
    return await tx.scalar(select(person.c.id).where(person.c.public_id == public))
