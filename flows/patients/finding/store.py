"""Finding a person by something one has in hand. Names and numbers are sealed, so only whole ones are found."""

from __future__ import annotations

from sqlalchemy import or_, select

from bot.db.transaction import Transaction
from flows.patients import store
from flows.patients.people import Person
from flows.patients.rules import name_key, plain_mobile
from flows.patients.store import person

MOST = 20


async def by_anything(tx: Transaction, text: str) -> list[Person]:
    """Active persons with this name, document, phone or record number; at most ``MOST``, the newest first."""
    compact = "".join(text.split())
    ways = [
        person.c.name_hash == store.hash_of(name_key(text), "name"),
        person.c.document_hash == store.hash_of(compact.upper(), "document"),
        person.c.mobile_hash == store.hash_of(plain_mobile(compact), "mobile"),
        person.c.patient_no == compact[:40],
    ]
    found = select(person.c.id).where(or_(*ways), person.c.active == 1).order_by(person.c.id.desc()).limit(MOST)
    people = [await store.any_person(tx, row.id) for row in await tx.all(found)]
    return [each for each in people if each is not None]
