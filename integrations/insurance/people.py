"""Whom the embedded insurer knows, by a keyed hash of their document; their account and their deductible."""

from __future__ import annotations

from typing import Any

from bot import keys
from bot.db.transaction import Transaction
from integrations.insurance import store
from integrations.insurance.port import Insured
from integrations.insurance.rules import Member, member_of

FIRST = 5_000_000
VOUCHER = "3300"
"""What the numbers of its electronic vouchers begin with; the identity card stands behind it."""


async def find(tx: Transaction, document: str) -> Insured | None:
    """Who carries this identity card; None where they are not insured."""
    known = member_of(document)
    if known is None:
        return None
    digest = keys.ring().hash(document, "insurer_person.document")
    await tx.insert_once(
        store.person, document=digest, scheme=known.scheme, balance=known.balance, borne=known.borne, year=tx.now.year
    )
    row: Any = await tx.one(store.person.select().where(store.person.c.document == digest))
    return Insured(f"P{FIRST + row.id}", row.scheme, row.balance)


async def member(tx: Transaction, person_id: int, year: int) -> Member:
    """How somebody is insured now; locked, and with a new deductible each year."""
    table = store.person
    row: Any = await tx.one(table.select().where(table.c.id == person_id).with_for_update())
    if row.year < year:
        await tx.update(table.update().where(table.c.id == person_id).values(year=year, borne=0))
        return Member(row.scheme, row.balance, 0)
    return Member(row.scheme, row.balance, row.borne)


async def take(tx: Transaction, person_id: int, *, personal: int, bore: int) -> bool:
    """From their account, and towards their deductible; less than nothing gives it back."""
    table = store.person
    mine = table.update().where(table.c.id == person_id, table.c.balance >= personal)
    return await tx.update(mine.values(balance=table.c.balance - personal, borne=table.c.borne + bore)) == 1


def key_of(insured: str) -> int:
    digits = insured[1:] if insured.startswith("P") else ""
    return max(int(digits) - FIRST, 0) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def document_of(voucher: str) -> str:
    """The identity card behind an electronic voucher of this insurer; "" for what is none of its vouchers."""
    return voucher.removeprefix(VOUCHER) if voucher.startswith(VOUCHER) and len(voucher) == len(VOUCHER) + 18 else ""
