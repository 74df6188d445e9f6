"""What the embedded insurer keeps of visits and settlements. It refuses before it writes; unique keys and locked rows
decide, never a look before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.db.transaction import Transaction
from bot.errors import OutsideRefused
from integrations.his.charges import Item
from integrations.insurance import people, store
from integrations.insurance.port import Detail, Done, Reversal, Settlement, Split, Totals, Visit
from integrations.insurance.rules import split_of

SYSTEM = "insurance"
FIRST_VISIT, FIRST_CLAIM = 4_000_000, 6_000_000


def no(code: str) -> OutsideRefused:
    return OutsideRefused(code, system=SYSTEM)


async def register(tx: Transaction, visit: Visit) -> Done:
    values = {"person_id": people.key_of(visit.insured), "clinic": visit.clinic, "at": tx.now}
    if not await tx.insert_once(store.visit, number=visit.number, **values):
        raise no("visit_reused")
    row: Any = await tx.one(store.visit.select().where(store.visit.c.number == visit.number))
    return Done(visit=f"M{FIRST_VISIT + row.id}")


async def unregister(tx: Transaction, visit: str) -> Done:
    row = await _unsettled(tx, visit)
    await _change(tx, row.id, gone_at=tx.now)
    return Done()


async def charge(tx: Transaction, visit: str, items: Sequence[Item]) -> Done:
    row = await _unsettled(tx, visit)
    if row.items is not None:
        raise no("charged_already")
    await _change(tx, row.id, items=json.dumps([asdict(item) for item in items], ensure_ascii=False))
    return Done()


async def uncharge(tx: Transaction, visit: str) -> Done:
    row = await _unsettled(tx, visit)
    await _change(tx, row.id, items=None)
    return Done()


async def price(tx: Transaction, visit: str) -> Split:
    row = await _unsettled(tx, visit)
    return (await _priced(tx, row))[0]


async def settle(tx: Transaction, message: str, visit: str, split: Split) -> Done:
    row = await _unsettled(tx, visit)
    found, bore = await _priced(tx, row)
    if found != split:
        raise no("split_differs")
    taken = await people.take(tx, row.person_id, personal=split.personal, bore=bore)
    if not taken or not await tx.insert_once(
        store.claim, visit_id=row.id, active=1, message=message, fund=split.fund, personal=split.personal,
        own=split.own, bore=bore, at=tx.now,
    ):
        raise no("split_differs")
    claim: Any = await tx.one(store.claim.select().where(store.claim.c.message == message))
    return Done(settlement=Settlement(_code(claim.id), split, claim.at))


async def reverse(tx: Transaction, message: str, settlement: str) -> Done:
    table, claim_id = store.claim, _key(settlement, "J", FIRST_CLAIM)
    row = await tx.one(table.select().where(table.c.id == claim_id).with_for_update())
    if row is None or row.reversed_at is not None:
        raise no("no_settlement")
    visit: Any = await tx.one(store.visit.select().where(store.visit.c.id == row.visit_id))
    await people.take(tx, visit.person_id, personal=-row.personal, bore=-row.bore)
    mine = table.update().where(table.c.id == claim_id)
    await tx.update(mine.values(active=None, reversal=message, reversed_at=tx.now))
    return Done(reversal=Reversal(f"C{FIRST_CLAIM + claim_id}", tx.now))


async def details(tx: Transaction, since: datetime, until: datetime, after: int, limit: int) -> list[Detail]:
    """Of settlements from number `after` on; reversals are asked for by `undone`."""
    table = store.claim
    mine = table.select().where(table.c.at >= since, table.c.at < until, table.c.id > after)
    return [_detail(row) for row in await tx.all(mine.order_by(table.c.id).limit(limit))]


async def undone(tx: Transaction, since: datetime, until: datetime, after: int, limit: int) -> list[Detail]:
    table = store.claim
    mine = table.select().where(table.c.reversed_at >= since, table.c.reversed_at < until, table.c.id > after)
    rows = await tx.all(mine.order_by(table.c.id).limit(limit))
    return [_detail(row, row.reversal, row.reversed_at) for row in rows]


async def totals(tx: Transaction, since: datetime, until: datetime) -> Totals:
    table = store.claim
    taken = await tx.all(table.select().where(table.c.at >= since, table.c.at < until))
    back = await tx.all(table.select().where(table.c.reversed_at >= since, table.c.reversed_at < until))
    covered, gone = (sum(row.fund + row.personal for row in rows) for rows in (taken, back))
    return Totals(len(taken) + len(back), covered, gone)


def number_of(settlement: str) -> int:
    return _key(settlement, "J", FIRST_CLAIM)


def _detail(row: Any, reversal: str = "", at: datetime | None = None) -> Detail:
    return Detail(row.message, _code(row.id), Split(row.fund, row.personal, row.own), at or row.at, reversal)


async def _priced(tx: Transaction, visit: Any) -> tuple[Split, int]:
    if visit.items is None:
        raise no("not_charged")
    items = [Item(**each) for each in json.loads(visit.items)]
    return split_of(await people.member(tx, visit.person_id, tx.now.year), items)


async def _unsettled(tx: Transaction, visit: str) -> Any:
    """The visit, locked, of which nothing is settled."""
    table = store.visit
    row = await tx.one(table.select().where(table.c.id == _key(visit, "M", FIRST_VISIT)).with_for_update())
    if row is None or row.gone_at is not None:
        raise no("no_visit")
    claim = store.claim
    if await tx.one(claim.select().where(claim.c.visit_id == row.id, claim.c.active == 1)) is not None:
        raise no("visit_settled")
    return row


async def _change(tx: Transaction, visit_id: int, **values: Any) -> None:
    await tx.update(store.visit.update().where(store.visit.c.id == visit_id).values(**values))


def _code(claim_id: int) -> str:
    return f"J{FIRST_CLAIM + claim_id}"


def _key(code: str, letter: str, first: int) -> int:
    """The integer key behind a code; 0, which nothing has, where it is none of ours."""
    digits = code[1:] if code.startswith(letter) else ""
    return max(int(digits) - first, 0) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
