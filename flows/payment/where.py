"""Where orders and refunds lie: in the clinic that the money is for; and with them the persons whose they are
(bot.access.where)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.access.where import Place, Where
from bot.context import Context
from flows.directory.service import DirectoryService
from flows.patients.finding import store as persons
from flows.payment.covered import store as covers
from flows.payment.history import store as history


async def _orders(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    rows = await history.named_orders(context.tx, ids)
    return await _places(context, ((row.public_id, row.clinic) for row in rows))


async def _refunds(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    rows = await history.named_refunds(context.tx, ids)
    return await _places(context, ((row.public_id, row.clinic) for row in rows))


async def _covers(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    rows = await covers.named(context.tx, ids)
    return await _places(context, ((row.public_id, row.clinic) for row in rows))


async def _persons(context: Context, ids: Sequence[str]) -> Mapping[str, set[Place]]:
    known = await persons.keys_of(context.tx, ids)
    publics = {key: public for public, key in known.items()}
    rows = await history.clinics_of(context.tx, known.values())
    return await _places(context, ((publics[row.person_id], row.clinic) for row in rows))


async def _places(context: Context, pairs: Iterable[tuple[Any, str]]) -> dict[Any, set[Place]]:
    clinics = (await DirectoryService(context).catalogue()).clinic
    found: dict[Any, set[Place]] = {}
    for thing, code in pairs:
        if code in clinics:
            found.setdefault(thing, set()).add(Place(clinics[code].department, code))
    return found


WHERE: dict[str, Where] = {"order": _orders, "refund": _refunds, "cover": _covers, "person": _persons}
