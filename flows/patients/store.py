"""The tables of persons and of their links (prefix patients_) and the only SQL on persons. Links: links/store.py.

`active` is 1, or NULL once ended: unique keys let NULLs repeat, so only active rows exclude each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Row, SmallInteger, UniqueConstraint, select, update

from bot import keys
from bot.db.contacts import contact
from bot.db.lookup import Lookup, Question, asked, most
from bot.db.schema import Moment, Sealed, code, hashed, key, new_public_id, public_id, table, whole
from bot.db.transaction import Transaction
from flows.patients.people import Person
from flows.patients.rules import name_key

person = table(
    "patients_person",
    key(),
    public_id(),
    Column("active", SmallInteger),
    Column("name", Sealed("patients_person.name"), nullable=False),
    Column("name_hash", hashed(), nullable=False),
    Column("document_type", code(20)),
    Column("document", Sealed("patients_person.document")),
    Column("document_hash", hashed()),
    Column("sex", code(8), nullable=False),
    Column("birth_date", Date, nullable=False),
    Column("mobile", Sealed("patients_person.mobile")),
    Column("mobile_hash", hashed()),
    Column("guardian_id", whole(), ForeignKey("patients_person.id")),
    Column("patient_no", code(40)),
    Column("record_state", code(8), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("document_type", "document_hash", "active"),
    # A child without a document is known by guardian, name and birthday (twins have different names).
    UniqueConstraint("guardian_id", "name_hash", "birth_date", "active", name="uq_patients_person_child"),
    Index("ix_patients_person_mobile", "mobile_hash"),
    Index("ix_patients_person_name", "name_hash"),
    Index("ix_patients_person_document", "document_hash"),
    Index("ix_patients_person_patient_no", "patient_no"),
    Index("ix_patients_person_record_state", "record_state", "changed_at"),
)

link = table(
    "patients_link",
    key(),
    Column("contact_id", whole(), ForeignKey(contact.c.id), nullable=False),
    Column("person_id", whole(), ForeignKey("patients_person.id"), nullable=False),
    Column("active", SmallInteger),
    Column("relation", code(8), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("reach", code(8), nullable=False),
    Column("proof", code(8), nullable=False),
    Column("proved_at", Moment, nullable=False),
    # The phone that this contact proved for it: where to write to this contact, and all of a phone they may see.
    Column("mobile", Sealed("patients_link.mobile"), nullable=False),
    Column("mobile_hash", hashed(), nullable=False),
    Column("consent", code(20), nullable=False),
    Column("until", Date),
    Column("made_by", code(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", code(64)),
    Column("ended_why", code(16)),
    UniqueConstraint("contact_id", "person_id", "active"),
    Index("ix_patients_link_person", "person_id", "active"),
    Index("ix_patients_link_until", "until"),
)

_SEEN = (
    link.c.relation, link.c.reach, link.c.proof, link.c.is_default, link.c.until,
    link.c.mobile.label("proved_mobile"),
)
_SAME = ("id", "public_id", "name", "sex", "birth_date", "document_type", "guardian_id", "patient_no", "record_state")


def hash_of(value: str, about: str) -> bytes:
    """`about` is "document", "mobile" or "name"; the caller has brought the value into its stored form."""
    return keys.ring().hash(value, about)


_persons_of = Lookup(lambda: _linked().order_by(link.c.is_default.desc(), link.c.id))


async def persons_of(tx: Transaction, contact_id: int) -> list[Person]:
    """The default first, then in the order in which they came."""
    return [_person(row) for row in await _persons_of.rows(tx, contact_id=contact_id)]


def of_person(contact_id: int | None, person_id: int | str, *, lock: bool = False) -> Question:
    """An active person by key or public id; with a contact only one that it looks after."""
    one = (_anybody if contact_id is None else _mine)[lock, isinstance(person_id, int)]
    return one.about(of=person_id) if contact_id is None else one.about(of=person_id, contact_id=contact_id)


async def person_of(tx: Transaction, contact_id: int, person_id: int | str, *, lock: bool = False) -> Person | None:
    """A person that this contact looks after, by key or public id."""
    row = await of_person(contact_id, person_id, lock=lock).first(tx)
    return _person(row) if row else None


async def any_person(tx: Transaction, person_id: int | str, *, lock: bool = False) -> Person | None:
    """Any active person: for jobs and staff."""
    row = await of_person(None, person_id, lock=lock).first(tx)
    return _person(row) if row else None


async def row_of(tx: Transaction, person_id: int, *, lock: bool = False) -> Row[Any] | None:
    """The whole row, in the clear."""
    row: Row[Any] | None = await _anybody[lock, True].first(tx, of=person_id)
    return row


async def by_document(tx: Transaction, document_type: str, document: str) -> Row[Any] | None:
    """The active person with this document, locked."""
    same = (person.c.document_type == document_type, person.c.document_hash == hash_of(document, "document"))
    return await tx.one(select(person).where(*same, person.c.active == 1).with_for_update())


async def add_person(tx: Transaction, *, name: str, document: str | None, mobile: str, **values: Any) -> bool:
    """False: somebody else made the same person at the same moment, who can be found now."""
    return await tx.insert_once(
        person,
        public_id=new_public_id(),
        active=1,
        name=name,
        name_hash=hash_of(name_key(name), "name"),
        document=document,
        document_hash=hash_of(document, "document") if document else None,
        mobile=mobile,
        mobile_hash=hash_of(mobile, "mobile"),
        record_state="none",
        created_at=tx.now,
        changed_at=tx.now,
        **values,
    )


async def change_person(tx: Transaction, person_id: int, **values: Any) -> None:
    await tx.update(update(person).where(person.c.id == person_id).values(changed_at=tx.now, **values))


async def set_mobile(tx: Transaction, person_id: int, mobile: str) -> None:
    await change_person(tx, person_id, mobile=mobile, mobile_hash=hash_of(mobile, "mobile"))


async def set_document(tx: Transaction, person_id: int, kind: str, number: str) -> None:
    await change_person(tx, person_id, document_type=kind, document=number, document_hash=hash_of(number, "document"))


async def set_record(
    tx: Transaction, person_id: int, state: str, patient_no: str | None, *, was: Sequence[str]
) -> bool:
    """Guarded: only where the state is still one of `was`; of two jobs the first decides."""
    guarded = update(person).where(person.c.id == person_id, person.c.active == 1, person.c.record_state.in_(was))
    return await tx.update(guarded.values(record_state=state, patient_no=patient_no, changed_at=tx.now)) == 1


async def unanswered(tx: Transaction, before: datetime, limit: int) -> list[int]:
    """Persons whose record was asked for and is not there since `before`."""
    return [row.id for row in await _unanswered.rows(tx, since=before, most=limit)]


_unanswered = Lookup(lambda: select(person.c.id).where(
    person.c.record_state == "asked", person.c.changed_at < asked(person.c.changed_at, "since"), person.c.active == 1
).limit(most()))


def _linked() -> Any:
    joined = select(person, *_SEEN).join(link, link.c.person_id == person.c.id)
    return joined.where(link.c.contact_id == asked(link.c.contact_id), link.c.active == 1, person.c.active == 1)


def _one(many: Callable[[], Any]) -> dict[tuple[bool, bool], Lookup]:
    """One of many, locked or not, by key or public id."""
    return {(lock, by_key): Lookup(partial(_named, many, person.c.id if by_key else person.c.public_id, lock))
            for lock in (False, True) for by_key in (False, True)}


def _named(many: Callable[[], Any], name: Any, lock: bool) -> Any:
    one = many().where(name == asked(name, "of"))
    # Only the person: the link is read as it stands and nobody need wait for it.
    return one.with_for_update(of=person) if lock else one


_mine, _anybody = _one(_linked), _one(lambda: select(person).where(person.c.active == 1))


def _person(row: Row[Any]) -> Person:
    seen = row._mapping
    return Person(
        **{name: seen[name] for name in _SAME},
        document_tail=(row.document or "")[-4:],
        # A contact sees the phone that they proved, never the one that somebody else did.
        mobile_tail=(seen.get("proved_mobile") or row.mobile or "")[-4:],
        **{name: seen.get(name, "") for name in ("relation", "reach", "proof")},
        is_default=bool(seen.get("is_default", False)),
        until=seen.get("until"),
    )
