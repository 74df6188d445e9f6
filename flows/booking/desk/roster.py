"""/desk/booking/roster/: the week and the month, one session beside them, closing and opening it, copying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, is_part, reading, render, see
from bot.web.forms import day_of
from flows.booking.desk.roster_book import book_of, refused
from flows.booking.desk.roster_parts import HOME, drafted, places, reach, reaches
from flows.booking.roster.copies import copy
from flows.booking.roster.grid import View, grid
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.reach import EDIT, PUBLISH, SEE, Reach
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import GONE
from flows.booking.roster.sessions.publishing import Publishing
from flows.booking.seats.rules import NOBODY, seat
from flows.booking.seats.store import stands

routes = web.RouteTableDef()
FARTHEST = timedelta(days=800)


@routes.get(HOME)
@needs(SEE)
async def shown(request: web.Request) -> web.StreamResponse:
    sent = request.query
    view: View = "month" if sent.get("view") == "month" else "week"
    async with reading(request) as context:
        own = await reaches(request, context)
        where = places(own["see"], sent)
        today = context.clock.local(context.now).date()
        day = day_of(sent.get("day", "")) or await store.next_day(context.tx, today, where["shown"]) or today
        table = await grid(context, own["see"], view, day, where["shown"])
        drafts = {clinic: len(edits) for clinic, edits in (await drafted(context, own["see"])).items()}
        opened = await _session(context, own, sent["open"]) if sent.get("open") else None
        untaken = await refused(context, own["see"], today)
    return render(
        request, "booking/desk/roster.html.j2", grid=table, day=day, today=today, reach=own, beside=opened,
        drafts=drafts, ahead="day" not in sent and not table.first <= today <= table.last, untaken=untaken, **where,
    )


@routes.get(HOME + "session/{code}")
@needs(SEE)
async def session(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        opened = await _session(context, await reaches(request, context), request.match_info["code"])
    if opened is None:
        raise NotFound("session")
    template = "booking/desk/roster_session.html.j2" if is_part(request) else "booking/desk/roster_session_page.html.j2"
    return render(request, template, beside=opened)


@routes.post(HOME + "session/{code}/{act:close|open}")
@needs(PUBLISH)
@in_tx
async def act(request: web.Request, context: Context) -> web.StreamResponse:
    code, publishing = request.match_info["code"], Publishing(context)
    known = await publishing.own(code)
    (await reach(request, context, PUBLISH)).need(known.clinic, known.doctor)
    await (publishing.close(code) if request.match_info["act"] == "close" else publishing.open(code))
    return see(request, f"{HOME}?clinic={known.clinic}&day={known.day}&open={code}")


@routes.post(HOME + "copy")
@needs(EDIT)
@in_tx
async def take_copy(request: web.Request, context: Context) -> web.StreamResponse:
    """Into drafts; nothing changes until they are published."""
    sent = await forms.values(request)
    own = await reach(request, context, EDIT)
    unit: View = "month" if sent.get("unit") == "month" else "week"
    where = places(own, sent)
    day = day_of(sent.get("day", "")) or context.clock.local(context.now).date()
    done = await copy(context, own, unit, day, where["shown"])
    return see(request, f"{HOME}drafts?made={done.made}&there={done.there}&left={done.left}")


async def _session(context: Context, own: dict[str, Reach], code: str) -> dict[str, Any] | None:
    """What stands beside the grid about one session; None where it is not, or not within reach."""
    today = context.clock.local(context.now).date()
    reached = own["see"]
    rows = await store.sittings(context.tx, today - FARTHEST, today + FARTHEST, reached.clinics, code=code)
    if not rows or not reached.covers(rows[0].clinic, rows[0].sitting):
        return None
    row, catalogue = rows[0], reached.catalogue
    doctor = catalogue.doctor.get(row.sitting or "")
    parts = await store.parts(context.tx, [row.id])
    visits = await store.visits(context.tx, [row.id])
    ours, coming = row.source == store.DESK, row.date >= today
    publish, edit = own.get("publish"), own.get("edit")
    may_publish = publish is not None and publish.covers(row.clinic, row.sitting)
    made, _ = await patterns.changes(context.tx, [row.clinic], about=row.code, limit=5)
    sits = seat(row, (await stands(context.tx, [row.id])).get(row.id, NOBODY))
    return {
        "sits": sits, "names": {each.code: each.name for each in catalogue.doctors},
        "row": row, "clinic": reached.names.get(row.clinic, row.clinic), "doctor": doctor.name if doctor else "",
        "parts": parts, "booked": sum(each.state == "booked" for each in visits),
        "held": sum(each.state == "held" for each in visits), "ours": ours,
        "book": await book_of(context, row.id) if ours and coming else None, "tellable": may_publish,
        "waiting": await store.waiting(context.tx, [row.id]),
        "closable": may_publish and ours and coming and row.state == "open",
        "openable": may_publish and ours and coming and row.state == "closed" and row.digest != GONE,
        "editable": edit is not None and edit.covers(row.clinic, row.sitting) and ours and coming, "changes": made,
    }

