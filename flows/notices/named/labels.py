"""How staff call a notice, or a call that stands in for one: by what it was about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.access.work import Name
from bot.context import Context
from bot.db.transaction import Transaction
from flows.notices.named import store

Rows = Callable[[Transaction, Sequence[str]], Awaitable[Sequence[Any]]]


async def _titles(rows: Rows, context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    words = context.wording.words["pushes"]
    return {row.public_id: words[row.kind] for row in await rows(context.tx, ids) if row.kind in words}


NAMES: dict[str, Name] = {
    "push": partial(_titles, store.kinds_of),
    "call": partial(_titles, store.kinds_of_calls),
}
