"""Bills as the embedded hospital writes them down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from bot.db.transaction import Transaction
from integrations.his.cashier import store
from integrations.his.seed.charges import Charged

FIRST_BILL = 300_000
"""Codes of bills are B and this plus the integer key."""


async def write(tx: Transaction, charged: Iterable[Charged]) -> None:
    last = await tx.scalar(
        store.bill.select().with_only_columns(store.bill.c.id).order_by(store.bill.c.id.desc()).limit(1)
    ) or 0
    await tx.insert_many(store.bill, [
        {"code": f"B{FIRST_BILL + last + n}", "kind": each.kind, "patient_id": each.patient, "clinic": each.clinic,
         "doctor": each.doctor, "items": json.dumps([asdict(item) for item in each.items], ensure_ascii=False),
         "amount": sum(item.amount for item in each.items), "made_at": each.made_at}
        for n, each in enumerate(charged, 1)
    ])
