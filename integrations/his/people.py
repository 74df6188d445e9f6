"""The embedded hospital's patient index: found by keyed hashes, kept sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import keys
from bot.db.transaction import Transaction
from bot.documents import Kind as DocumentKind
from integrations.his import store
from integrations.his.conduct import refused
from integrations.his.port import NewPatient, PatientRecord

FIRST_RECORD = 10_000_000
"""Record numbers are this plus the integer key: eight digits for a long time to come."""


def record_number(patient_id: int) -> str:
    return str(FIRST_RECORD + patient_id)


def patient_id(record: str) -> int:
    """The key behind a record number; 0, which nobody has, where it is none of ours."""
    number = int(record) if record.isascii() and record.isdigit() and len(record) < 16 else 0
    return max(number - FIRST_RECORD, 0)


async def find(tx: Transaction, document_type: DocumentKind, document_number: str) -> PatientRecord | None:
    table = store.patient
    row = await tx.one(table.select().where(table.c.identity == document_hash(document_type, document_number)))
    return None if row is None else shape(row)


async def exists(tx: Transaction, record: str) -> int:
    """The key of the patient with this record number, or 0."""
    table = store.patient
    row = await tx.one(table.select().with_only_columns(table.c.id).where(table.c.id == patient_id(record)))
    return 0 if row is None else int(row.id)


async def create(tx: Transaction, patient: NewPatient) -> str:
    """The new record's number, or that of the same person's old one."""
    values = row_of(patient, tx.now)
    await tx.insert_once(store.patient, **values)
    table = store.patient
    row = await tx.one(table.select().where(table.c.identity == values["identity"]))
    if row is None:
        raise LookupError("a patient that was just written is gone")
    if row.name != values["name"]:
        raise refused("document_of_another")
    return record_number(row.id)


def row_of(patient: NewPatient, now: datetime) -> dict[str, Any]:
    """The columns of his_patient. Refused with `document_missing` where nothing says who it is."""
    name = patient.name.strip()
    if patient.document_type and patient.document_number:
        identity = document_hash(patient.document_type, patient.document_number)
    elif patient.guardian_document_type and patient.guardian_document_number:
        # Twins share guardian and birthday: the name tells them apart.
        child = f"{_normal(patient.guardian_document_number)}:{name}:{patient.birth_date:%Y%m%d}"
        identity = document_hash(f"guardian:{patient.guardian_document_type}", child)
    else:
        raise refused("document_missing")
    phone = patient.phone.strip() if patient.phone else None
    return {
        "name": name,
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "document_type": patient.document_type,
        "document_number": _normal(patient.document_number) if patient.document_number else None,
        "identity": identity,
        "phone": phone,
        "phone_hash": keys.ring().hash(phone, "his_patient.phone") if phone else None,
        "guardian_document_type": patient.guardian_document_type,
        "guardian_document_number": patient.guardian_document_number,
        "created_at": now,
    }


def document_hash(document_type: str, document_number: str) -> bytes:
    return keys.ring().hash(f"{document_type}:{_normal(document_number)}", "his_patient.identity")


def shape(row: Any) -> PatientRecord:
    """A row of his_patient as the port's record."""
    return PatientRecord(
        record_number=record_number(row.id),
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        document_type=row.document_type,
        document_number=row.document_number,
        phone=row.phone,
    )


def _normal(document_number: str) -> str:
    """As printed, but without spaces and with capital letters: 11010119900101123x and …X are one document."""
    return "".join(document_number.split()).upper()
