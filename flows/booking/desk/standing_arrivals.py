"""/desk/booking/arrivals: who is due on a day and who is here; checking in for somebody, and saying that what went
wrong was the hospital's doing."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import back, in_tx, reading, render
from bot.web.forms import day_of
from flows.booking import store as appointments
from flows.booking.desk.standing_parts import (
    ARRIVALS,
    CHECK_IN,
    EXCUSE,
    SEE_ARRIVALS,
    Desk,
    beside,
    reason_of,
    wants_export,
)
from flows.booking.refusals import BookingRefusal
from flows.booking.standing.coming import store
from flows.booking.standing.coming.arrivals import DESK, Arrivals
from flows.booking.standing.missing import store as missing
from flows.booking.standing.missing.writing import NoShows
from flows.booking.told import said

routes = web.RouteTableDef()
STATES = ("here", "late", "due", "missing")
LIST = Listing(
    "arrivals",
    (Column("time"), Column("clinic"), Column("doctor"), Column("number", "number"), Column("person"), Column("state"),
     Column("came", "moment"), Column("way"), Column("seen", "moment", hidden=True)),
    filters=("day", "clinic", "half", "state"), sortable=False,
)


@routes.get(ARRIVALS)
@needs(SEE_ARRIVALS)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        desk, day = await Desk.of(request, context, SEE_ARRIVALS), day_of(filters["day"]) or context.clock.today()
        found, count = await store.of_day(
            context.tx, day, desk.clinics, clinic=filters["clinic"], half=filters["half"], state=filters["state"],
            limit=limit, offset=offset,
        )
        people = await desk.people(row.person_id for row in found)
        rows = [_row(desk, row, people, context) for row in found]
        opened = await _facts(context, desk, asked.open) if asked.open else None
    if which:
        words = context.wording.words
        told = [row | {"state": words["arrival"][row["state"]], "way": words["arrival_way"].get(row["way"], "")}
                for row in rows]
        return await export.send(request, LIST, asked, told, day=day.isoformat())
    return render(
        request, "booking/desk/arrivals.html.j2", list=LIST.page(asked, rows, count), day=day, clinics=desk.choices,
        states=STATES, what="arrival", beside=opened, problem=None,
    )


@routes.get(ARRIVALS + "/{id}")
@needs(SEE_ARRIVALS)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        desk = await Desk.of(request, context, SEE_ARRIVALS)
        facts = await _facts(context, desk, request.match_info["id"])
    if facts is None:
        raise NotFound("appointment")
    return beside(request, "arrival", facts)


@routes.post(ARRIVALS + "/{id}/check-in")
@needs(CHECK_IN)
@in_tx
async def check_in(request: web.Request, context: Context) -> web.StreamResponse:
    """At the desk. `mark`: the patient is here whatever the clock says, and keeps the place."""
    desk, sent = await Desk.of(request, context, CHECK_IN), await forms.values(request)
    row = await _within(context, desk, request.match_info["id"])
    service = Arrivals(context)
    try:
        done = await (service.mark(row.id) if "mark" in sent else service.check_in(row.id, DESK))
    except BookingRefusal as no:
        facts = await _facts(context, desk, row.public_id) or {}
        return beside(request, "arrival", facts | {"refused": said(context, no)}, status=409)
    return back(request, ARRIVALS, day=row.date.isoformat(), open=done.row.public_id)


@routes.post(ARRIVALS + "/{id}/excuse")
@needs(EXCUSE)
@in_tx
async def excuse(request: web.Request, context: Context) -> web.StreamResponse:
    """The whole session: who does not come to it has not failed to come."""
    desk, why = await Desk.of(request, context, EXCUSE), reason_of(await forms.values(request))
    row = await _within(context, desk, request.match_info["id"])
    if not why:
        facts = await _facts(context, desk, row.public_id) or {}
        return beside(request, "arrival", facts, problem=Problem("reason_needed"), status=422)
    struck = await NoShows(context).excuse(row.session_id, why)
    if struck is not None:  # else somebody pressed it a moment ago
        audit.write(context.tx, request[STAFF].actor, "booking.session_excused", f"session:{row.session_code}",
                    {"why": why, "count": struck})
    return back(request, ARRIVALS, day=row.date.isoformat(), open=row.public_id)


async def _within(context: Context, desk: Desk, public: str) -> Any:
    """The appointment, if it lies within reach. Raises NotFound."""
    row = await appointments.appointment_of_public(context.tx, public)
    if row is None:
        raise NotFound("appointment")
    desk.check(row.clinic)
    return row


async def _facts(context: Context, desk: Desk, public: str) -> dict[str, Any] | None:
    try:
        row = await _within(context, desk, public)
    except NotFound:
        return None
    here = await store.attended(context.tx, row.id)
    people = await desk.people([row.person_id])
    return {
        "id": row.public_id, "person": people.get(row.person_id, ""), "date": row.date, "half": row.half,
        "time": f"{row.start_wall}–{row.end_wall}", "clinic": desk.names.clinic(row.clinic),
        "doctor": desk.names.doctor(row.sitting), "number": row.number, "state": row.state,
        "here": here.at if here else None, "way": here.way if here else "", "late": bool(here and here.late),
        "excused": await missing.excuse_of(context.tx, row.session_id) or "", "refused": "",
        "begun": row.start_at < context.now,
    }


def _row(desk: Desk, row: Any, people: dict[int, str], context: Context) -> dict[str, Any]:
    state = "late" if row.late else "here" if row.came_at else "missing" if row.start_at < context.now else "due"
    return {
        "id": row.public_id, "time": f"{row.start_wall}–{row.end_wall}", "clinic": desk.names.clinic(row.clinic),
        "doctor": desk.names.doctor(row.sitting), "number": row.number, "person": people.get(row.person_id, ""),
        "state": state, "came": row.came_at, "way": row.way or "", "seen": row.seen_at,
    }
