"""Where requests for a human belong: where the matter lay that was talked of before (bot.access.where)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.access.where import Place, Where
from bot.context import Context
from flows.desk import store


async def _requests(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    return {public: {place} for public, place in (await store.places_of(context.tx, ids)).items()}


WHERE: dict[str, Where] = {"request": _requests}
