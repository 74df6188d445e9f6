"""What the embedded cashier does when it is told that money came or goes: the unique key of a settlement's bill and
guarded sums decide, never a look before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from integrations.his.cashier import bills, store
from integrations.his.charges import ChargeOutcome, Invoice, Paid, Permission, Returned, Settlement
from integrations.his.conduct import refused
from integrations.his.seed import charges as seed

FIRST_SETTLEMENT, FIRST_PERMISSION = 8_000_000, 9_000_000
INVOICES = "https://fp.qwsrmyy.example/i/"


async def settle(tx: Transaction, clock: HospitalClock, bill: str, amount: int, paid: Sequence[Paid]) -> ChargeOutcome:
    found = await bills.of_code(tx, clock, bill)
    if found is None:
        raise refused("no_bill")
    if found.void:
        raise refused("bill_void")
    if found.bill.amount != amount or sum(part.amount for part in paid) != amount:
        raise refused("amount_differs")
    parts = json.dumps([asdict(part) for part in paid])
    if not await tx.insert_once(store.settlement, bill=bill, amount=amount, permitted=0, paid=parts, at=tx.now):
        raise refused("bill_paid")
    row: Any = await tx.one(store.settlement.select().where(store.settlement.c.bill == bill))
    return ChargeOutcome(settlement=_shape(row, found))


async def may_refund(tx: Transaction, clock: HospitalClock, settlement: str, amount: int) -> ChargeOutcome:
    row = await _settlement(tx, settlement)
    if row is None:
        raise refused("no_settlement")
    found = await bills.of_code(tx, clock, row.bill)
    if found is not None and found.served:
        raise refused("seen" if found.bill.kind == "registration" else "dispensed")
    table = store.settlement
    enough = table.update().where(table.c.id == row.id, table.c.permitted + amount <= table.c.amount)
    if amount <= 0 or not await tx.update(enough.values(permitted=table.c.permitted + amount)):
        raise refused("more_than_paid")
    number = await tx.insert(store.permission, settlement_id=row.id, amount=amount, at=tx.now)
    return ChargeOutcome(permission=Permission(f"P{FIRST_PERMISSION + number}", settlement, amount))


async def refunded(tx: Transaction, permission: str, refund: str, parts: Sequence[Returned]) -> ChargeOutcome:
    table, kept = store.permission, json.dumps([asdict(part) for part in parts]) if parts else None
    mine = table.update().where(table.c.id == _key(permission, "P", FIRST_PERMISSION), table.c.refunded_at.is_(None))
    if not await tx.update(mine.values(refund=refund, refunded_at=tx.now, parts=kept)):
        row = await tx.one(table.select().where(table.c.id == _key(permission, "P", FIRST_PERMISSION)))
        if row is None or row.refund != refund:
            raise refused("no_permission")
    return ChargeOutcome(told=True)


async def move_fee(tx: Transaction, clock: HospitalClock, settlement: str, registration: str) -> ChargeOutcome:
    row = await _settlement(tx, settlement)
    if row is None:
        raise refused("no_settlement")
    to = await bills.fee_of(tx, clock, registration)
    if to is None or to.void:
        raise refused("no_bill")
    if to.bill.code == row.bill:
        return ChargeOutcome(told=True)
    if to.bill.amount != row.amount:
        raise refused("amount_differs")
    held = await bills.of_code(tx, clock, row.bill)
    table = store.settlement
    if await tx.one(table.select().where(table.c.bill == to.bill.code)) is not None:
        raise refused("bill_paid")
    mine = table.update().where(table.c.id == row.id, table.c.bill == row.bill, table.c.permitted == 0)
    if (held is not None and held.served) or not await tx.update(mine.values(bill=to.bill.code)):
        raise refused("not_movable")
    return ChargeOutcome(told=True)


async def invoice(tx: Transaction, settlement: str) -> Invoice | None:
    """The electronic one; none for a deposit, which is billed when the patient leaves."""
    row = await _settlement(tx, settlement)
    if row is None:
        return None
    written = await tx.one(store.bill.select().where(store.bill.c.code == row.bill))
    if written is not None and written.kind == "deposit":
        return None
    return Invoice(f"{seed.words()['receipt']}{row.id:010d}", f"{INVOICES}{FIRST_SETTLEMENT + row.id}")


def _shape(row: Any, found: bills.Found) -> Settlement:
    windows = seed.words()["windows"]
    where = dict.fromkeys(windows[each.category] for each in found.bill.items if each.category in windows)
    return Settlement(
        f"S{FIRST_SETTLEMENT + row.id}", row.bill, row.amount, f"{row.at:%Y%m%d}{row.id:06d}", "；".join(where)
    )


async def _settlement(tx: Transaction, code: str) -> Any:
    table = store.settlement
    return await tx.one(table.select().where(table.c.id == _key(code, "S", FIRST_SETTLEMENT)))


def _key(code: str, letter: str, first: int) -> int:
    """The integer key behind a code; 0, which nothing has, where it is none of ours."""
    digits = code[1:] if code.startswith(letter) else ""
    return max(int(digits) - first, 0) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
