"""/desk/booking/: sessions by day, week and month, with the use of their slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from bot.web.desk.guard import needs
from bot.web.desk.lists import Asked, Column, Listing
from bot.web.desk.pages import is_part, reading, render
from bot.web.forms import day_of
from flows.booking.desk.office_parts import HOME, VIEW, office, send, wants_export
from flows.booking.office import store
from flows.booking.office.figures import store as figured
from flows.booking.office.rules import Days, Use, days_of, step, total, view_of
from flows.booking.office.service import OfficeService, figures
from flows.booking.office.store import Wanted

routes = web.RouteTableDef()
LIST = Listing(
    "sessions",
    (Column("date", "moment"), Column("half", sortable=False), Column("time"), Column("clinic"), Column("doctor"),
     Column("kind"), Column("room"), Column("state"), Column("capacity", "number", total=True),
     Column("taken", "number", total=True), Column("held", "number", total=True),
     Column("cooling", "number", total=True), Column("free", "number", total=True), Column("rate", "number"),
     Column("site", hidden=True), Column("instead_of", hidden=True), Column("fee", "number", hidden=True),
     Column("place", hidden=True)),
    filters=("view", "day", "site", "clinic", "doctor"), sort="date",
)
WORDS = {"state": "session_state"}


@routes.get(HOME)
@needs(VIEW)
async def sessions(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    which = wants_export(request)
    async with reading(request) as context:
        service = await office(request, context)
        today = context.clock.today()
        view = view_of(asked.filters["view"])
        day = day_of(asked.filters["day"]) or today
        days = days_of(view, day)
        wanted = Wanted(days, service.scope, asked.filters["clinic"], asked.filters["doctor"], asked.filters["site"])
        months = await _month(service, wanted) if view == "month" and not which else []
        rows = [] if months else await service.sessions(wanted)
        near = await service.next_day(wanted, sessions=True) if not rows and not months else None
        beside = await _beside(service, asked)
    if which:
        chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await send(request, LIST, asked, chosen, WORDS)
    sums = total(Use(1, 0, row["capacity"], row["free"], row["held"], row["cooling"])
                 for row in rows if row["state"] == "open")
    shown = LIST.shown(asked, rows)
    totals = {**shown.totals, **({"rate": sums.rate} if sums.rate is not None else {})}
    shown = LIST.page(asked, shown.rows, len(rows), totals)
    return render(
        request, "booking/desk/sessions.html.j2", list=shown, view=view, day=day, days=days, today=today, beside=beside,
        before=step(view, day, -1), after=step(view, day, 1), weeks=months, table=_week(rows, days) if view == "week"
        else [], near=near, clinics=service.clinics, doctors=service.doctors, sites=service.sites,
    )


@routes.get(HOME + "session/{code}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        service = await office(request, context)
        row, parts, people = await service.session(request.match_info["code"])
    template = "booking/desk/session.html.j2" if is_part(request) else "booking/desk/session_page.html.j2"
    return render(request, template, beside={"row": row, "parts": parts, "people": people})


async def _beside(service: OfficeService, asked: Asked) -> dict[str, Any] | None:
    """The session that the address says is open, where there is one within reach."""
    if not asked.open or await store.one_session(service.tx, asked.open, service.scope) is None:
        return None
    row, parts, people = await service.session(asked.open)
    return {"row": row, "parts": parts, "people": people}


async def _month(service: OfficeService, wanted: Wanted) -> Sequence[Sequence[dict[str, Any] | None]]:
    """The weeks of a month, each seven days; None lies outside."""
    uses = (await figured.use(service.tx, wanted, "date")).uses()
    first = wanted.days.first
    cells: list[dict[str, Any] | None] = [None] * first.weekday()
    cells += [{"date": day, **figures(uses.get(str(day), Use()))} for day in wanted.days.all]
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]


def _week(rows: Sequence[Mapping[str, Any]], days: Days) -> Sequence[dict[str, Any]]:
    """A line for each doctor of each clinic, and in it the sessions of each day."""
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["clinic_code"], row["doctor_code"])
        line = lines.setdefault(key, {"clinic": row["clinic"], "doctor": row["of"], "clinic_code": key[0],
                                      "doctor_code": key[1], "days": _empty(days)})
        line["days"][row["date"]].append(row)
    return [lines[key] for key in sorted(lines)]


def _empty(days: Days) -> dict[date, list[Any]]:
    return {day: [] for day in days.all}
