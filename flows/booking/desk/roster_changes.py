"""/desk/booking/roster/changes: who changed what of the rosters, the latest first."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.access.people import store as people
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import reading, render
from bot.web.keys import WORDING
from flows.booking.desk.office_parts import most, wants_export
from flows.booking.desk.roster_parts import HOME, Choice, reach
from flows.booking.roster.patterns import store
from flows.booking.roster.reach import SEE, Reach

routes = web.RouteTableDef()
LIST = Listing(
    "roster_changes",
    (Column("at", "moment"), Column("who"), Column("act"), Column("clinic"), Column("doctor"), Column("day"),
     Column("facts"), Column("about", hidden=True)),
    filters=("clinic", "doctor", "act"), sort="at", down=True, sortable=False,
)
ACTS = ("published", "pattern_add", "pattern_change", "pattern_end", "session_changed", "session_gone", "closed",
        "opened", "clinic", "rules", "fee", "session_refused")


@routes.get(HOME + "changes")
@needs(SEE)
async def changes(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    async with reading(request) as context:
        own = await reach(request, context)
        clinics, doctor = _inside(own, asked.filters["clinic"], asked.filters["doctor"])
        size, offset = (most(request), 0) if which == "all" else (asked.size, (asked.page - 1) * asked.size)
        found, count = await store.changes(context.tx, clinics, doctor=doctor, act=asked.filters["act"], limit=size,
                                           offset=offset)
        staff = {f"staff:{row.public_id}": row.name for row in await people.everybody(context.tx)}
    rows = [_row(request, each, own, staff) for each in found]
    if which:
        return await export.send(request, LIST, asked, rows)
    return render(request, "booking/desk/roster_changes.html.j2", list=LIST.page(asked, rows, count), acts=ACTS,
                  clinics=[Choice(code, own.names[code]) for code in own.clinics])


def _inside(own: Reach, clinic: str, doctor: str) -> tuple[list[str] | None, str]:
    """Clinics (None: all) and doctor that the list is about. Of a clinic in which only one's own sessions lie within
    reach, only what is about these."""
    whole = None if own.range.everything else [each for each in own.clinics if own.clinic(each)]
    if whole is None:
        return ([clinic] if clinic else None), doctor
    if clinic and clinic in whole:
        return [clinic], doctor
    if own.mine and (clinic or not whole):
        return [each for each in own.clinics if clinic in ("", each)], own.mine
    return ([] if clinic else whole), doctor


def _row(request: web.Request, each: Any, own: Reach, staff: dict[str, str]) -> dict[str, Any]:
    wording = request.app[WORDING]
    doctor = own.catalogue.doctor.get(each.doctor or "")
    return {
        "id": each.id, "at": each.at, "who": "" if each.actor.startswith("job:") else staff.get(each.actor, each.actor),
        "act": wording.words["roster_acts"].get(each.act, each.act), "clinic": own.names.get(each.clinic, each.clinic),
        "doctor": doctor.name if doctor else each.doctor or "", "day": each.day.isoformat() if each.day else "",
        "about": each.about, "facts": wording.render("booking/desk/roster_told", act=each.act, facts=each.facts),
    }
