"""The pages that find somebody: by clinic, by expert, by date, by words."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web.limits import limited
from bot.web.pages import contact_page, reading, render
from flows.booking.board import Board, Entry, absent
from flows.booking.exams.cards import cards
from flows.booking.looking import MOST, look
from flows.booking.offers import Wanted
from flows.booking.pages.parts import HOME, day_of, kind_of, page_of
from flows.booking.service import BookingService

ROWS = 20
"""Rows that a list begins with; more come when asked for."""

SOON = 3
"""Days with a slot left that are looked through for a time of which no day was said."""

routes = web.RouteTableDef()


@routes.get(HOME)
@contact_page
async def by_clinic(request: web.Request) -> web.StreamResponse:
    """Departments and their clinics, by site; holds that wait for the last word, and the doctor of last time."""
    async with reading(request) as context:
        service = BookingService(context)
        catalogue = await service.neighbours.catalogue()
        groups: dict[str, list[Any]] = {}
        for department in await service.offers.departments():
            listed = [(each, catalogue.bookable(each.code)) for each in catalogue.clinics_of(department.code)]
            groups.setdefault(catalogue.site_name(department.site), []).append((department, listed))
        last = await service.last_doctor()
        terms = await Board(context).terms_of([last.doctor]) if last else {}
        return render(
            request, "booking/h5/find.html.j2", tab="clinics", groups=groups, holds=await holds_of(service),
            released="released" in request.query,
            last=absent(last.doctor, catalogue, terms.get(last.doctor, ())) if last else None,
            seen=last is not None and last.seen,
        )


@routes.get(f"{HOME}experts")
@contact_page
async def by_expert(request: web.Request) -> web.StreamResponse:
    """Doctors with sessions, who is free next first."""
    async with reading(request) as context:
        board, department, kind = Board(context), request.query.get("department", ""), kind_of(request)
        entries = await board.experts(department=department, general=bool(kind), kind=kind)
        facts = _page_of(request, entries) | {"on_day": None}
        if _part(request):
            return render(request, "booking/h5/rows.html.j2", **facts)
        catalogue = await BookingService(context).neighbours.catalogue()
        known = catalogue.department.get(department)
        return render(
            request, "booking/h5/experts.html.j2", tab="experts", department=known, days=None, catalogue=catalogue,
            departments=await board.departments(), kind=kind, kinds=await board.kinds("", department), **facts,
        )


@routes.get(f"{HOME}dates")
@contact_page
async def by_date(request: web.Request) -> web.StreamResponse:
    """The days with what is left on each, and who can be booked on the chosen one."""
    async with reading(request) as context:
        board, department, kind = Board(context), request.query.get("department", ""), kind_of(request)
        days = await board.calendar(Wanted(), department)
        free = next((each.day for each in days if each.state == "free"), days[0].day)
        day = day_of(request) or free
        state = next((each.state for each in days if each.day == day), "later" if day > days[-1].day else "over")
        entries = await board.experts(department=department, day=day, general=True, kind=kind)
        facts = _page_of(request, entries) | {"on_day": day}
        if _part(request):
            return render(request, "booking/h5/rows.html.j2", **facts)
        catalogue = await board.neighbours.catalogue()
        return render(
            request, "booking/h5/experts.html.j2", tab="dates", department=catalogue.department.get(department),
            departments=await board.departments(), days=days, catalogue=catalogue, state=state,
            ahead=None if entries else await board.nearest(Wanted(), department, day), kind=kind,
            kinds=await board.kinds("", department), **facts,
        )


@routes.get(f"{HOME}search")
@contact_page
@limited("searches")
async def search(request: web.Request) -> web.StreamResponse:
    """What the words may mean; to htmx the results alone, and nothing while nothing is typed."""
    text = request.query.get("q", "").strip()[:60]
    async with reading(request) as context:
        facts = await _results(context, text)
    if "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers:
        return render(request, "booking/h5/results.html.j2", **facts) if text else web.Response(text="")
    return render(request, "booking/h5/search.html.j2", tab="", **facts)


async def _results(context: Context, text: str) -> dict[str, Any]:
    service, board = BookingService(context), Board(context)
    catalogue = await service.neighbours.catalogue()
    found = look(text, catalogue, service.now.date())
    over = found.day is not None and found.day < service.now.date()
    day = None if over else found.day
    timed = bool(found.half or found.since)
    narrow: dict[str, Any] = {"day": day, "half": found.half, "since": found.since, "kind": found.kind}
    codes = found.doctors
    if found.last and (last := await service.last_doctor()):
        codes = (last.doctor,)
    doctors = await board.experts(codes=codes, **narrow) if codes else []
    doctors.sort(key=lambda each: (found.close.get(each.code, 0), each.state == "none"))
    if not codes:
        for code in found.clinics[:3]:
            doctors += (await board.experts(clinic=code, **narrow))[:7]
    if found.kind and not (timed or codes or found.clinics or found.no_day or over):
        doctors = (await board.experts(general=True, **narrow))[:MOST]
    if timed and not (codes or found.clinics or found.no_day or over):
        free = [each.day for each in await board.calendar(Wanted()) if each.state == "free"]
        for day in [found.day] if found.day else free[:SOON]:
            if doctors := (await board.experts(general=True, **narrow | {"day": day}))[:MOST]:
                break
    left = None
    if day and not (codes or found.clinics or timed or found.kind):
        left = next((each for each in await board.calendar(Wanted()) if each.day == day), None)
    return {
        "said": text,
        "kind": found.kind,
        "sounds": found.sounds,
        "unknown": found.unknown,
        "entries": doctors,
        "clinics": [catalogue.clinic[code] for code in found.clinics],
        "sites": {each.code: catalogue.site_name(each.site) for each in catalogue.clinics},
        "on_day": day,
        "half": found.half,
        "since": f"{found.since:%H:%M}" if found.since else "",
        "day_over": over,
        "no_day": found.no_day,
        "day_left": left,
        "cut": max(len(codes), len(found.clinics), len(doctors)) >= MOST,
        "more": "",
    }


async def holds_of(service: BookingService) -> list[dict[str, Any]]:
    """What is kept for this contact and waits for the last word; `offer`: because it waited for it; `count`: so many
    are kept together."""
    offers = await service.waiting.offers()
    return [
        await service.facts(own[0])
        | {"public_id": own[0].public_id, "hold_until": own[0].hold_until.isoformat(), "offer": own[0].id in offers,
           "count": len(own)}
        for own in (await cards(service.tx, await service.holds())).values()
    ]


def _page_of(request: web.Request, entries: list[Entry]) -> dict[str, Any]:
    """The rows of one page of a list, and the address of the next."""
    page = page_of(request)
    query = {name: value for name, value in request.query.items() if name in ("department", "day", "kind")}
    more = request.rel_url.with_query({**query, "page": str(page + 1)}) if len(entries) > page * ROWS else ""
    return {"entries": entries[(page - 1) * ROWS : page * ROWS], "more": str(more), "total": len(entries)}


def _part(request: web.Request) -> bool:
    """Whether htmx asks for the next rows of a list alone."""
    return "HX-Request" in request.headers and "page" in request.query
