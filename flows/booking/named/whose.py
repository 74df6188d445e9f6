"""For the desk: the persons whom things of booking are about, and how waits and wishes are called there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.access.work import Name, Whose
from bot.context import Context
from flows.booking.named.persons import store
from flows.booking.neighbours import Neighbours


async def _persons(kind: str, context: Context, ids: Sequence[str]) -> Mapping[str, int]:
    return await store.persons(context.tx, kind, ids)


async def _half_days(kind: str, context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    catalogue = await Neighbours(context).catalogue()
    found = {}
    for row in await store.half_days(context.tx, kind, ids):
        doctor = catalogue.doctor.get(row.sitting or "")
        found[str(row.id)] = context.wording.render(
            "booking/desk/named", date=row.date, half=row.half, clinic=catalogue.clinic_name(row.clinic) or row.clinic,
            doctor=doctor.name if doctor else row.sitting or "", start="", number=0,
        )
    return found


WHOSE: dict[str, Whose] = {kind: partial(_persons, kind) for kind in store.KINDS}
HALF_DAYS: dict[str, Name] = {kind: partial(_half_days, kind) for kind in ("waiting", "wish")}
