"""The words of templates/booking/desk/named.j2 for many things at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.access.work import Name
from bot.context import Context
from flows.booking.named import store
from flows.booking.neighbours import Neighbours

KINDS: tuple[store.Kind, ...] = ("appointment", "session", "stop", "choice", "move", "no_show", "appeal")


async def _places(kind: store.Kind, context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    catalogue = await Neighbours(context).catalogue()
    found = {}
    for row in await store.places(context.tx, kind, ids):
        doctor = catalogue.doctor.get(row.sitting or "")
        found[str(row.id)] = context.wording.render(
            "booking/desk/named", date=row.date, half=row.half, clinic=catalogue.clinic_name(row.clinic) or row.clinic,
            doctor=doctor.name if doctor else row.sitting or "", start=getattr(row, "start", ""),
            number=getattr(row, "number", 0),
        )
    return found


async def _locks(context: Context, ids: Sequence[str]) -> Mapping[str, str]:
    day = context.clock.local
    return {
        row.id: context.wording.render("booking/desk/named_lock", since=day(row.since), until=day(row.until))
        for row in await store.spans(context.tx, ids)
    }


NAMES: dict[str, Name] = {**{kind: partial(_places, kind) for kind in KINDS}, "lock": _locks}
