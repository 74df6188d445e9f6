"""The embedded hospital's book of card money. Balances and unique keys decide, never a look before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.db.transaction import Transaction
from integrations.his import people
from integrations.his.cards import store
from integrations.his.cards.port import CardCharge, CardLine, CardReturn
from integrations.his.conduct import refused

FIRST_CODE = 80_000_000
"""Codes of charges and returns are C or D and this plus the integer key."""


async def balance(tx: Transaction, patient: int) -> int | None:
    row = await tx.one(store.card.select().where(store.card.c.patient_id == patient))
    return None if row is None else int(row.balance)


async def top_up(tx: Transaction, patient: int, amount: int) -> None:
    table = store.card
    if not await tx.insert_once(table, patient_id=patient, balance=amount):
        mine = table.update().where(table.c.patient_id == patient)
        await tx.update(mine.values(balance=table.c.balance + amount))


async def charge(tx: Transaction, request_id: str, patient: int, amount: int) -> CardCharge:
    """Refusals: see `CardAccounts.charge`."""
    card = store.card
    if await tx.one(card.select().where(card.c.patient_id == patient).with_for_update()) is None:
        raise refused("no_card")
    made = await tx.insert_once(
        store.charge, request_id=request_id, patient_id=patient, amount=amount, returned=0, at=tx.now
    )
    row: Any = await _charge(tx, request_id)
    if not made:
        if (row.patient_id, row.amount) != (patient, amount):
            raise refused("request_id_reused")
        return _charge_shape(row)
    enough = card.update().where(card.c.patient_id == patient, card.c.balance >= amount)
    if amount < 1 or await tx.update(enough.values(balance=card.c.balance - amount)) != 1:
        raise refused("not_enough")
    return _charge_shape(row)


async def give_back(tx: Transaction, request_id: str, charge_id: str, amount: int) -> CardReturn:
    """Refusals: see `CardAccounts.give_back`."""
    of: Any = await tx.one(store.charge.select().where(store.charge.c.request_id == charge_id).with_for_update())
    if of is None:
        raise refused("no_charge")
    made = await tx.insert_once(store.back, request_id=request_id, charge_id=of.id, amount=amount, at=tx.now)
    row: Any = await tx.one(store.back.select().where(store.back.c.request_id == request_id))
    if not made:
        if (row.charge_id, row.amount) != (of.id, amount):
            raise refused("request_id_reused")
        return _return_shape(row)
    table = store.charge
    left = table.update().where(table.c.id == of.id, table.c.amount - table.c.returned >= amount)
    if amount < 1 or await tx.update(left.values(returned=table.c.returned + amount)) != 1:
        raise refused("more_than_charged")
    await top_up(tx, of.patient_id, amount)
    return _return_shape(row)


async def charge_of(tx: Transaction, request_id: str) -> CardCharge | None:
    row = await _charge(tx, request_id)
    return None if row is None else _charge_shape(row)


async def return_of(tx: Transaction, request_id: str) -> CardReturn | None:
    row = await tx.one(store.back.select().where(store.back.c.request_id == request_id))
    return None if row is None else _return_shape(row)


async def lines(tx: Transaction, since: datetime, until: datetime) -> list[CardLine]:
    table, back = store.charge.c, store.back
    found = [
        CardLine(_charge_shape(row))
        for row in await tx.all(store.charge.select().where(table.at >= since, table.at < until))
    ]
    for row in await tx.all(back.select().where(back.c.at >= since, back.c.at < until)):
        of = await tx.one(store.charge.select().where(table.id == row.charge_id))
        found.append(CardLine(_charge_shape(of), _return_shape(row)))
    return sorted(found, key=lambda line: line.back.at if line.back else line.charge.at)


async def _charge(tx: Transaction, request_id: str) -> Any:
    return await tx.one(store.charge.select().where(store.charge.c.request_id == request_id))


def _charge_shape(row: Any) -> CardCharge:
    record = people.record_number(row.patient_id)
    return CardCharge(row.request_id, f"C{FIRST_CODE + row.id}", record, row.amount, row.at)


def _return_shape(row: Any) -> CardReturn:
    return CardReturn(row.request_id, f"D{FIRST_CODE + row.id}", row.amount, row.at)
