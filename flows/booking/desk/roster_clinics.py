"""/desk/booking/roster/clinics: which clinics can be booked, how far ahead, and when a day opens (放号)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from aiohttp import web

from bot.context import Context
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.errors import Conflict, NotFound
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import back, context_of, is_part, reading, render
from bot.web.keys import DATABASE
from flows.booking.desk.office_parts import send, wants_export
from flows.booking.desk.roster_parts import HOME, reach
from flows.booking.neighbours import ClinicRule, Neighbours
from flows.booking.roster.clinics import LONGEST, BadHorizon, Setting, decide, setting
from flows.booking.roster.fields import plain
from flows.booking.roster.reach import CLINICS, SEE, Reach

routes = web.RouteTableDef()
PATH = HOME + "clinics"
CHANGED = Problem("clinic_changed")
LIST = Listing(
    "roster_clinics",
    (Column("name"), Column("department"), Column("state"), Column("horizon", "number"), Column("opens"),
     Column("own"), Column("code", hidden=True)),
    filters=("q", "department", "state"), key="code",
)


@routes.get(PATH)
@needs(SEE)
async def listed(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    async with reading(request) as context:
        own = await reach(request, context)
        found = [_setting(context, own, code) for code in own.clinics if own.clinic(code)]
        opened = next((each for each in found if each.code == asked.open), None)
        editable = opened is not None and await _may(request, context, opened.code)
    word = asked.filters["q"].casefold()
    departments = sorted({each.department for each in found})
    rows = [row for row in map(_row, found) if word in f"{row['name']} {row['code']}".casefold()
            and asked.filters["state"] in ("", row["state"]) and asked.filters["department"] in ("", row["department"])]
    if which := wants_export(request):
        chosen = LIST.shown(asked, rows).rows if which == "page" else rows
        return await send(request, LIST, asked, chosen, {"state": "clinic_state", "own": "clinic_own"})
    if not asked.sort:
        cut = rows[(asked.page - 1) * asked.size :][: asked.size]
        table = LIST.page(asked, cut, len(rows))
    else:
        table = LIST.shown(asked, rows)
    return render(request, "booking/desk/roster_clinics.html.j2", list=table, departments=departments, beside=opened,
                  editable=editable, problem=None, longest=LONGEST,
                  values=_values(opened.own, {}) if opened else {})


@routes.get(PATH + "/{clinic}")
@needs(SEE)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await about(request, context)


@routes.post(PATH + "/{clinic}")
@needs(CLINICS)
async def change(request: web.Request) -> web.StreamResponse:
    """Where somebody changed it meanwhile, the form comes back with what was typed."""
    clinic, sent = request.match_info["clinic"], await forms.values(request)
    days, opens = sent.get("horizon", "").strip(), sent.get("opens", "").strip()

    async def work(tx: Transaction) -> None:
        context = context_of(request, tx)
        own = await reach(request, context, CLINICS)
        if not own.clinic(clinic):
            raise NotFound("clinic")
        if days and not (days.isascii() and days.isdigit() and len(days) < 4):
            raise BadHorizon
        try:
            at = time.fromisoformat(opens[:5]) if opens else None
        except ValueError:
            raise BadHorizon from None
        await decide(context, clinic, sent.get("mark", ""), closed="open" not in sent,
                     horizon_days=int(days) if days else None, open_time=at)

    try:
        await request.app[DATABASE].run(work)
    except (BadHorizon, Conflict) as no:
        wrong = isinstance(no, BadHorizon)
        problem = Problem("roster_horizon", {"most": LONGEST}) if wrong else CHANGED
        async with reading(request) as context:
            return await about(request, context, problem, sent, status=422 if wrong else 409)
    async with reading(request) as context:
        Neighbours(context).forget()
    return back(request, PATH, open=clinic)


def _setting(context: Context, own: Reach, code: str) -> Setting:
    return replace(setting(context, own.catalogue, code), name=own.names.get(code, code))


def _row(found: Setting) -> dict[str, object]:
    state = "offline" if not found.online else "closed" if found.own.closed else "open"
    decided = found.own.horizon_days is not None or found.own.open_time is not None
    return {"code": found.code, "name": found.name, "department": found.department, "state": state,
            "horizon": found.now.horizon_days, "opens": f"{found.now.open_time:%H:%M}",
            "own": "own" if decided else "hospital"}


async def _may(request: web.Request, context: Context, clinic: str) -> bool:
    return request[STAFF].may(CLINICS) and (await reach(request, context, CLINICS)).clinic(clinic)


def _values(own: ClinicRule, sent: Mapping[str, str]) -> dict[str, str]:
    """What stands in the fields: as it was decided, and over it what was typed."""
    words = {None: "", True: "yes", False: "no"}
    return {
        "open": "" if own.closed else "on", "horizon": plain(own.horizon_days), "opens": plain(own.open_time),
        "same_day": words[own.same_day], "until": plain(own.same_day_until), "before": plain(own.same_day_before),
        "no_shows": words[own.no_shows], **({"open": ""} if "horizon" in sent else {}), **sent,
    }


async def about(
    request: web.Request, context: Context, problem: Problem | None = None, sent: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """One clinic beside the list; with a problem, what was typed stays in its form. Raises NotFound."""
    if problem is not None:
        Neighbours(context).forget()
    own, code = await reach(request, context), request.match_info["clinic"]
    if not own.clinic(code):
        raise NotFound("clinic")
    part = "booking/desk/roster_clinic.html.j2" if is_part(request) else "booking/desk/roster_clinic_page.html.j2"
    found = _setting(context, own, code)
    return render(request, part, status=status, beside=found, problem=problem, values=_values(found.own, sent or {}),
                  editable=await _may(request, context, code), longest=LONGEST)
