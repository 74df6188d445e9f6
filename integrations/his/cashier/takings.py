"""What the embedded cashier took and gave back on a day, by time, a page at a time: a day may have a million lines."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.db.transaction import Transaction
from integrations.his.cashier import till
from integrations.his.cashier.taken import store
from integrations.his.charges import Taking

PAGE = 1000
Page = Callable[..., Awaitable[Sequence[Any]]]
Ask = Callable[[Callable[[Transaction], Awaitable[Sequence[Any]]]], Awaitable[Sequence[Any]]]


async def takings(ask: Ask, since: datetime, until: datetime) -> AsyncIterator[Taking]:
    """:param ask: puts one question to the hospital"""
    came, went = _rows(ask, store.paid, since, until), _rows(ask, store.given, since, until)
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


async def _rows(ask: Ask, page: Page, since: datetime, until: datetime) -> AsyncIterator[Any]:
    at, last = since, 0
    while True:
        rows = await ask(partial(page, at=at, last=last, until=until, limit=PAGE))
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        at, last = rows[-1].at, rows[-1].id


def _parts(row: Any) -> list[dict[str, Any]]:
    if row.parts:
        return list(json.loads(row.parts))
    return [{"number": json.loads(row.paid)[0]["number"], "amount": row.amount, "refund": row.refund}]


def _code(settlement_id: int) -> str:
    return f"S{till.FIRST_SETTLEMENT + settlement_id}"
