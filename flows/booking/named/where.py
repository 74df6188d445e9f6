"""Where the things of booking lie, and with them the persons whose they are (bot.access.where)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.access.where import Place, Where
from bot.context import Context
from flows.booking.named.spots import store
from flows.booking.neighbours import Neighbours
from flows.patients.finding import store as persons


async def _things(kind: str, context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    return await _places(context, await store.of_things(context.tx, kind, ids))


async def _persons(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    """Wherever they have or had an appointment, wait or wish: a hold that came to nothing is none."""
    known = await persons.keys_of(context.tx, ids)
    found = await _places(context, await store.of_persons(context.tx, known.values()))
    return {public: found[key] for public, key in known.items() if key in found}


async def _places(context: Context, rows: Iterable[Any]) -> dict[Any, set[Place]]:
    catalogue = await Neighbours(context).catalogue()
    found: dict[Any, set[Place]] = {}
    for row in rows:
        clinic = catalogue.clinic.get(row.clinic)
        place = Place(clinic.department if clinic else "", row.clinic, row.sitting or "")
        found.setdefault(row.id, set()).add(place)
    return found


WHERE: dict[str, Where] = {**{kind: partial(_things, kind) for kind in store.KINDS}, "person": _persons}
