"""/desk/booking/standing/no-shows and /blacklist: who did not come, who is locked for it; striking out and lifting."""

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
from bot.web.desk.lists import Column, Listing, moments
from bot.web.desk.pages import back, in_tx, reading, render
from flows.booking.desk.standing_parts import (
    LIFT,
    SEE,
    STANDING,
    STRIKE,
    Desk,
    beside,
    reason_of,
    wants_export,
)
from flows.booking.standing.missing import store
from flows.booking.standing.missing.writing import NoShows

routes = web.RouteTableDef()
NO_SHOWS, LOCKS = f"{STANDING}no-shows", f"{STANDING}blacklist"
LIST = Listing(
    "no_shows",
    (Column("date"), Column("time"), Column("clinic"), Column("doctor"), Column("person"), Column("state"),
     Column("locked"), Column("written", "moment"), Column("reason", hidden=True)),
    filters=("since", "until", "clinic", "state", "person"), sort="written", down=True, sortable=False,
)
BLACKLIST = Listing(
    "locks",
    (Column("person"), Column("state"), Column("count", "number"), Column("since", "moment"),
     Column("until", "moment"), Column("ended", "moment"), Column("reason", hidden=True)),
    filters=("state", "person"), sort="since", down=True, sortable=False,
)


@routes.get(NO_SHOWS)
@needs(SEE)
async def no_shows(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        desk = await Desk.of(request, context, SEE)
        since, until = moments(context.clock, asked)
        found, count = await store.no_shows(
            context.tx, desk.clinics, state=asked.filters["state"], clinic=asked.filters["clinic"],
            person=await desk.person(asked), since=since, until=until, limit=limit, offset=offset,
        )
        people = await desk.people(row.person_id for row in found)
        rows = [_no_show(desk, row, people) for row in found]
        opened = await _no_show_facts(context, desk, asked.open)
    if which:
        words = context.wording.words["no_show"]
        return await export.send(request, LIST, asked, [row | {"state": words[row["state"]]} for row in rows])
    return render(
        request, "booking/desk/no_shows.html.j2", list=LIST.page(asked, rows, count), clinics=desk.choices,
        states=(store.COUNTED, store.STRUCK), what="no_show", beside=opened, problem=None,
    )


@routes.get(NO_SHOWS + "/{id}")
@needs(SEE)
async def no_show(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _no_show_facts(context, await Desk.of(request, context, SEE), request.match_info["id"])
    if facts is None:
        raise NotFound("no_show")
    return beside(request, "no_show", facts)


@routes.post(NO_SHOWS + "/{id}/strike")
@needs(STRIKE)
@in_tx
async def strike(request: web.Request, context: Context) -> web.StreamResponse:
    desk, why = await Desk.of(request, context, STRIKE), reason_of(await forms.values(request))
    public = request.match_info["id"]
    facts = await _no_show_facts(context, desk, public)
    if facts is None:
        raise NotFound("no_show")
    if not why:
        return beside(request, "no_show", facts, problem=Problem("reason_needed"), status=422)
    done = await NoShows(context).strike(public, why)
    if done.struck_at == context.now:
        audit.write(context.tx, request[STAFF].actor, "booking.no_show_struck", f"no_show:{public}", {"why": why})
    return back(request, NO_SHOWS, open=public)


@routes.get(LOCKS)
@needs(SEE)
async def blacklist(request: web.Request) -> web.StreamResponse:
    asked, which = BLACKLIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        desk = await Desk.of(request, context, SEE)
        found, count = await store.locks(
            context.tx, desk.clinics, state=asked.filters["state"], person=await desk.person(asked), limit=limit,
            offset=offset,
        )
        people = await desk.people(row.person_id for row in found)
        rows = [_lock(row, people) for row in found]
        opened = await _lock_facts(context, desk, asked.open)
    if which:
        words = context.wording.words["lock"]
        return await export.send(request, BLACKLIST, asked, [row | {"state": words[row["state"]]} for row in rows])
    return render(
        request, "booking/desk/blacklist.html.j2", list=BLACKLIST.page(asked, rows, count),
        states=(store.LOCKED, store.OVER, store.LIFTED), what="lock", beside=opened, problem=None,
    )


@routes.get(LOCKS + "/{id}")
@needs(SEE)
async def lock(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _lock_facts(context, await Desk.of(request, context, SEE), request.match_info["id"])
    if facts is None:
        raise NotFound("lock")
    return beside(request, "lock", facts)


@routes.post(LOCKS + "/{id}/lift")
@needs(LIFT)
@in_tx
async def lift(request: web.Request, context: Context) -> web.StreamResponse:
    desk, why = await Desk.of(request, context, LIFT), reason_of(await forms.values(request))
    public = request.match_info["id"]
    facts = await _lock_facts(context, desk, public)
    if facts is None:
        raise NotFound("lock")
    if not why:
        return beside(request, "lock", facts, problem=Problem("reason_needed"), status=422)
    done = await NoShows(context).lift(public, why)
    if done.ended_at == context.now:
        audit.write(context.tx, request[STAFF].actor, "booking.lock_lifted", f"lock:{public}", {"why": why})
    return back(request, LOCKS, open=public)


async def _no_show_facts(context: Context, desk: Desk, public: str) -> dict[str, Any] | None:
    row = await store.no_show_by(context.tx, public) if public else None
    if row is None or (desk.clinics is not None and row.clinic not in desk.clinics):
        return None
    return _no_show(desk, row, await desk.people([row.person_id])) | {
        "half": row.half, "appointment": row.appointment, "struck": row.struck_at,
        "excused": await store.excuse_of(context.tx, row.session_id) or "",
    }


async def _lock_facts(context: Context, desk: Desk, public: str) -> dict[str, Any] | None:
    row = await store.lock_by(context.tx, public) if public else None
    led = await store.led_to(context.tx, row.id) if row else []
    if row is None or (desk.clinics is not None and not {each.clinic for each in led} & set(desk.clinics)):
        return None
    people = await desk.people([row.person_id])
    return _lock(row, people) | {"led": [_no_show(desk, each, people) for each in led]}


def _no_show(desk: Desk, row: Any, people: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.public_id, "date": row.date.isoformat(), "time": f"{row.start_wall}–{row.end_wall}",
        "clinic": desk.names.clinic(row.clinic), "doctor": desk.names.doctor(row.sitting),
        "person": people.get(row.person_id, ""), "state": row.state, "locked": "✓" if row.lock_id else "",
        "written": row.written_at, "reason": row.reason or "",
    }


def _lock(row: Any, people: dict[int, str]) -> dict[str, Any]:
    return {
        "id": row.public_id, "person": people.get(row.person_id, ""), "state": row.state, "count": row.count,
        "since": row.since, "until": row.until, "ended": row.ended_at, "reason": row.reason or "",
    }
