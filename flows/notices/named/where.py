"""Where a notice lies, or a call that stands in for one: where the matter does that it is about (bot.access.where)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.access.where import Place, Where, Whereabouts
from bot.context import Context
from flows.notices.named import store
from flows.notices.named.labels import Rows


async def _matters(rows: Rows, context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    about = {row.public_id: row.about for row in await rows(context.tx, ids)}
    found = await context.ports[Whereabouts].of_things(context, about.values())
    return {public: found[matter] for public, matter in about.items() if matter in found}


WHERE: dict[str, Where] = {
    "push": partial(_matters, store.kinds_of),
    "call": partial(_matters, store.kinds_of_calls),
}
