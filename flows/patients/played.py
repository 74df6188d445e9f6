"""Persons of the demonstration, written in bulk: contacts offstage (integrations/sandbox/offstage.py) and the people of
the embedded hospital whom they look after, sealed and hashed as everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.db.contacts import contact, create
from bot.db.schema import new_public_id
from bot.db.transaction import Transaction
from flows.patients import store
from flows.patients.people import Relation
from flows.patients.rules import CONSENT, held_until, name_key
from integrations.his.port import PatientRecord

MADE_BY = "job:demonstration"


@dataclass(frozen=True, slots=True)
class Family:
    """One contact: its address on the channel, the number it proved, since when, and whom it looks after, itself
    first."""

    external_id: str
    mobile: str
    since: datetime
    members: Sequence[tuple[PatientRecord, Relation]]


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the demonstration needs them."""

    person_id: int
    contact_id: int
    record_number: str
    sex: str
    birth_date: date


async def bring(tx: Transaction, account: str, families: Sequence[Family], today: date) -> None:
    """All of it in one go; a family whose contact is there already is passed over."""
    there = await _contacts(tx, account, [each.external_id for each in families])
    families = [each for each in families if each.external_id not in there]
    for each in families:
        await create(tx, account, "wechat", each.external_id)
    contacts = await _contacts(tx, account, [each.external_id for each in families])
    whole = [(family, record) for family in families for record, _ in family.members]
    await tx.insert_many(store.person, [_person(family, record) for family, record in whole])
    persons = await _persons(tx, [record.record_number for _, record in whole])
    await tx.insert_many(store.link, [
        _link(family, contacts[family.external_id], persons[record.record_number], relation, record, today)
        for family in families for record, relation in family.members
    ])


async def known(tx: Transaction, account: str, external_ids: Sequence[str]) -> list[Known]:
    """Those whom these contacts look after, in the order in which they came."""
    person, link = store.person, store.link
    fields = (person.c.id, link.c.contact_id, person.c.patient_no, person.c.sex, person.c.birth_date)
    contacts = await _contacts(tx, account, external_ids)
    rows: list[Any] = []
    ids = sorted(contacts.values())
    for at in range(0, len(ids), 400):
        joined = person.join(link, link.c.person_id == person.c.id)
        mine = person.select().with_only_columns(*fields).select_from(joined)
        mine = mine.where(link.c.contact_id.in_(ids[at : at + 400]), link.c.active == 1, person.c.active == 1)
        rows += await tx.all(mine.order_by(link.c.id))
    return [Known(row.id, row.contact_id, row.patient_no, row.sex, row.birth_date) for row in rows if row.patient_no]


async def _contacts(tx: Transaction, account: str, external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at in range(0, len(external_ids), 400):
        mine = contact.select().with_only_columns(contact.c.id, contact.c.external_id)
        some = contact.c.external_id.in_(external_ids[at : at + 400])
        found.update({row.external_id: row.id for row in await tx.all(mine.where(contact.c.account == account, some))})
    return found


async def _persons(tx: Transaction, numbers: Sequence[str]) -> dict[str, int]:
    person, found = store.person, dict[str, int]()
    for at in range(0, len(numbers), 400):
        mine = person.select().with_only_columns(person.c.id, person.c.patient_no)
        some = person.c.patient_no.in_(numbers[at : at + 400])
        found.update({row.patient_no: row.id for row in await tx.all(mine.where(some, person.c.active == 1))})
    return found


def _person(family: Family, record: PatientRecord) -> dict[str, Any]:
    document = record.document_number or ""
    return {
        "public_id": new_public_id(), "active": 1, "name": record.name,
        "name_hash": store.hash_of(name_key(record.name), "name"), "document_type": record.document_type,
        "document": document, "document_hash": store.hash_of(document, "document"), "sex": record.sex,
        "birth_date": record.birth_date, "mobile": family.mobile,
        "mobile_hash": store.hash_of(family.mobile, "mobile"), "guardian_id": None,
        "patient_no": record.record_number, "record_state": "known", "created_at": family.since,
        "changed_at": family.since,
    }


def _link(
    family: Family, contact_id: int, person_id: int, relation: Relation, record: PatientRecord, today: date
) -> dict[str, Any]:
    return {
        "contact_id": contact_id, "person_id": person_id, "active": 1, "relation": relation,
        "is_default": record is family.members[0][0], "reach": "all", "proof": "sms", "proved_at": family.since,
        "mobile": family.mobile, "mobile_hash": store.hash_of(family.mobile, "mobile"), "consent": CONSENT,
        "until": held_until(relation, record.birth_date, today), "made_by": MADE_BY, "created_at": family.since,
        "ended_at": None, "ended_by": None, "ended_why": None,
    }
