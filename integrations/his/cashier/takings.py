"""What the embedded cashier took and gave back on a day, by time, a page at a time: a day may have a million lines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_

from bot.db.transaction import Transaction
from integrations.his.cashier import store, till
from integrations.his.charges import Taking

PAGE = 1000
Ask = Callable[[Callable[[Transaction], Awaitable[Sequence[Any]]]], Awaitable[Sequence[Any]]]


async def takings(ask: Ask, since: datetime, until: datetime) -> AsyncIterator[Taking]:
    """:param ask: puts one question to the hospital"""
    came, went = _rows(ask, _paid, since, until), _rows(ask, _given, since, until)
    paid: Any = await anext(came, None)
    given: Any = await anext(went, None)
    while paid is not None or given is not None:
        if given is None or (paid is not None and paid.at <= given.at):
            for part in json.loads(paid.paid):
                yield Taking(_code(paid.id), part["number"], part["amount"], paid.at)
            paid = await anext(came, None)
        else:
            for part in _parts(given):
                yield Taking(_code(given.settlement_id), part["number"], part["amount"], given.at, part["refund"])
            given = await anext(went, None)


async def _rows(
    ask: Ask, page: Callable[[datetime, int, datetime], Select[Any]], since: datetime, until: datetime
) -> AsyncIterator[Any]:
    at, last = since, 0
    while True:
        rows = await ask(_one(page(at, last, until)))
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        at, last = rows[-1].at, rows[-1].id


def _one(wanted: Select[Any]) -> Callable[[Transaction], Awaitable[Sequence[Any]]]:
    return lambda tx: tx.all(wanted)


def _paid(at: datetime, last: int, until: datetime) -> Select[Any]:
    paid = store.settlement.c
    mine = store.settlement.select().with_only_columns(paid.id, paid.paid, paid.at)
    mine = mine.where(paid.at >= at, paid.at < until, or_(paid.at > at, and_(paid.at == at, paid.id > last)))
    return mine.order_by(paid.at, paid.id).limit(PAGE)


def _given(at: datetime, last: int, until: datetime) -> Select[Any]:
    paid, given = store.settlement.c, store.permission.c
    fields = (given.id, given.amount, given.refund, given.parts, given.refunded_at.label("at"), given.settlement_id,
              paid.paid)
    joined = store.permission.join(store.settlement, paid.id == given.settlement_id)
    mine = store.permission.select().with_only_columns(*fields).select_from(joined)
    later = or_(given.refunded_at > at, and_(given.refunded_at == at, given.id > last))
    mine = mine.where(given.refunded_at >= at, given.refunded_at < until, later)
    return mine.order_by(given.refunded_at, given.id).limit(PAGE)


def _parts(row: Any) -> list[dict[str, Any]]:
    if row.parts:
        return list(json.loads(row.parts))
    return [{"number": json.loads(row.paid)[0]["number"], "amount": row.amount, "refund": row.refund}]


def _code(settlement_id: int) -> str:
    return f"S{till.FIRST_SETTLEMENT + settlement_id}"
