"""Codes that were sent, and counts a day by number and by contact. A code itself is never kept, only its keyed hash."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Row, delete, select, update

from bot.db.schema import Moment, code, hashed, key, table, whole
from bot.db.transaction import Transaction
from flows.patients.people import Tally

sent_code = table(
    "patients_code",
    key(),
    Column("contact_id", whole(), ForeignKey("contact.id"), nullable=False),
    Column("mobile_hash", hashed(), nullable=False),
    Column("purpose", code(12), nullable=False),
    Column("code_hash", hashed(), nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),  # the right code was given
    Column("spent_at", Moment),  # what it was given for was done
    Index("ix_patients_code_contact_mobile", "contact_id", "mobile_hash", "purpose"),
    Index("ix_patients_code_sent", "sent_at"),
)

tally = table(
    "patients_tally",
    Column("kind", code(8), primary_key=True),
    Column("subject", hashed(), primary_key=True),
    Column("day", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("last_at", Moment),
)


async def lock_tally(tx: Transaction, kind: str, subject: bytes, today: date) -> Tally:
    """Today's count under its lock until the transaction ends: who counts decides one after the other."""
    row = await tx.lock_or_make(tally, {"kind": kind, "subject": subject}, day=today, number=0, last_at=None)
    return Tally(row.last_at, row.number if row.day == today else 0)


async def count(tx: Transaction, kind: str, subject: bytes, today: date, so_far: int) -> None:
    """One more on the locked tally."""
    mine = update(tally).where(tally.c.kind == kind, tally.c.subject == subject)
    await tx.update(mine.values(day=today, number=so_far + 1, last_at=tx.now))


async def add(
    tx: Transaction, contact_id: int, mobile: bytes, purpose: str, digits: bytes, tries: int, expires: datetime
) -> int:
    """The newest code is the only one: those sent before it for the same end are worthless from now on."""
    older = update(sent_code).where(*_same(contact_id, mobile, purpose), sent_code.c.used_at.is_(None))
    await tx.update(older.values(tries_left=0))
    return await tx.insert(
        sent_code,
        contact_id=contact_id,
        mobile_hash=mobile,
        purpose=purpose,
        code_hash=digits,
        tries_left=tries,
        sent_at=tx.now,
        expires_at=expires,
    )


async def newest(tx: Transaction, contact_id: int, mobile: bytes, purpose: str) -> Row[Any] | None:
    """The code that counts, locked: answers that come at once are judged one after the other."""
    found = select(sent_code).where(*_same(contact_id, mobile, purpose))
    return await tx.one(found.order_by(sent_code.c.id.desc()).limit(1).with_for_update())


async def sent_at(tx: Transaction, contact_id: int, mobile: bytes, purpose: str) -> datetime | None:
    """When the code that counts was sent, where it still waits for its answer."""
    open_ = (sent_code.c.used_at.is_(None), sent_code.c.tries_left > 0, sent_code.c.expires_at > tx.now)
    found = select(sent_code.c.sent_at).where(*_same(contact_id, mobile, purpose), *open_)
    return await tx.scalar(found.order_by(sent_code.c.id.desc()).limit(1))


async def take_try(tx: Transaction, code_id: int) -> bool:
    """Guarded: each answer costs a try and none is free."""
    mine = update(sent_code).where(sent_code.c.id == code_id, sent_code.c.tries_left > 0)
    return await tx.update(mine.values(tries_left=sent_code.c.tries_left - 1)) == 1


async def mark_used(tx: Transaction, code_id: int) -> None:
    await tx.update(update(sent_code).where(sent_code.c.id == code_id).values(used_at=tx.now, tries_left=0))


async def spend(tx: Transaction, contact_id: int, mobile: bytes, purpose: str, since: datetime) -> bool:
    """Guarded: one right code, given after `since`, serves for one thing."""
    ready = (sent_code.c.used_at > since, sent_code.c.spent_at.is_(None))
    mine = update(sent_code).where(*_same(contact_id, mobile, purpose), *ready)
    return await tx.update(mine.values(spent_at=tx.now)) > 0


async def ready(tx: Transaction, contact_id: int, mobile: bytes, purpose: str, since: datetime) -> bool:
    """Whether `spend` would succeed."""
    unspent = (sent_code.c.used_at > since, sent_code.c.spent_at.is_(None))
    found = select(sent_code.c.id).where(*_same(contact_id, mobile, purpose), *unspent)
    return bool(await tx.scalar(found.limit(1)))


async def purge(tx: Transaction, before: datetime, day: date) -> int:
    """Forget codes sent before `before` and counts of days before `day`."""
    gone = await tx.update(delete(sent_code).where(sent_code.c.sent_at < before))
    return gone + await tx.update(delete(tally).where(tally.c.day < day))


def _same(contact_id: int, mobile: bytes, purpose: str) -> tuple[Any, ...]:
    return (
        sent_code.c.contact_id == contact_id,
        sent_code.c.mobile_hash == mobile,
        sent_code.c.purpose == purpose,
    )
