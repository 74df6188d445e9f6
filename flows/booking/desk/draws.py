"""/desk/booking/draws: which sessions are drawn instead of raced for, and the draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from flows.booking.desk.office_parts import HOME, most, wants_export
from flows.booking.neighbours import choices
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.announcing import Announcing
from flows.booking.opening.records import Listed, Records
from flows.booking.roster.reach import Reach, reach_of

routes = web.RouteTableDef()
FAIR = "booking.fair"
PAGE = f"{HOME}draws"
USUAL = 90
LIST = Listing(
    "draws",
    (Column("day"), Column("half"), Column("clinic"), Column("doctor"), Column("opens", "moment"), Column("state"),
     Column("wishes", "number"), Column("won", "number")),
    sort="opens", down=True, sortable=False,
)
STATES = (draws.COMING, draws.DRAWN, draws.DONE, draws.VOID)


@routes.get(PAGE)
@needs(FAIR)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    async with reading(request) as context:
        if not which:
            return await _page(request, context)
        reach = await reach_of(context, request[STAFF], FAIR)
        page, size = (asked.page, asked.size) if which == "page" else (1, most(request))
        rows = await _draws(context, reach, page, size)
    return await export.send(request, LIST, asked, rows)


@routes.post(PAGE)
@needs(FAIR)
@in_tx
async def add(request: web.Request, context: Context) -> web.StreamResponse:
    """Sessions of a doctor, or of a whole clinic, are drawn from now on; those whose day is open already are not."""
    sent = await forms.values(request)
    reach = await reach_of(context, request[STAFF], FAIR)
    clinic, doctor, seconds = sent.get("clinic", ""), sent.get("doctor", ""), sent.get("seconds", "")
    reach.need(clinic)
    known = reach.catalogue.doctor.get(doctor)
    if doctor and (known is None or clinic not in known.clinics):
        return await _page(request, context, sent, "doctor", status=422)
    own = context.settings.booking
    long = forms.whole(seconds)
    if long is None or not own.draw_seconds_least <= long <= own.draw_seconds_most:
        return await _page(request, context, sent, "seconds", status=422)
    await draws.set_fair(context.tx, clinic, doctor, long, context.actor)
    told = {"doctor": doctor, "seconds": long}
    audit.write(context.tx, context.actor, "booking.fair_set", f"clinic:{clinic}", told)
    await Announcing(context).renew()
    return see(request, f"{PAGE}?done=set")


@routes.post(f"{PAGE}/{{fair}}/drop")
@needs(FAIR)
@in_tx
async def drop(request: web.Request, context: Context) -> web.StreamResponse:
    """What is announced and not open yet is withdrawn; what gathers already is drawn."""
    reach = await reach_of(context, request[STAFF], FAIR)
    mine = {row.public_id for row in await draws.fairs(context.tx) if reach.clinic(row.clinic)}
    if request.match_info["fair"] not in mine:
        raise NotFound("fair")
    row = await draws.drop_fair(context.tx, request.match_info["fair"])
    if row is not None:
        told = {"doctor": row.doctor}
        audit.write(context.tx, context.actor, "booking.fair_dropped", f"clinic:{row.clinic}", told)
        await Announcing(context).renew()
    return see(request, f"{PAGE}?done=dropped")


def _clinics(reach: Reach) -> list[str] | None:
    return None if reach.range.everything else [each for each in reach.names if reach.clinic(each)]


async def _draws(context: Context, reach: Reach, page: int, size: int) -> list[dict[str, Any]]:
    """A page of the draws within reach, the latest first."""
    found = await Records(context).listed(STATES, page, most=size, clinics=_clinics(reach))
    return [_row(each, reach, context.wording.words) for each in found]


def _row(each: Listed, reach: Reach, words: Mapping[str, Any]) -> dict[str, Any]:
    """A draw in words; `id` leads to its public record, "" where there is none."""
    return {
        "id": each.row.public_id if each.row.state != draws.VOID else "", "day": each.about["day"],
        "half": words["half"][each.about["half"]],
        "clinic": reach.names.get(each.row.clinic, each.about["clinic"]),
        "doctor": each.about["doctor"] or words["office"]["general"], "opens": each.row.opens_at,
        "state": words["draw_state"][each.row.state], "wishes": each.row.wishes, "won": each.row.won,
    }


async def _page(
    request: web.Request, context: Context, sent: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> web.Response:
    reach, asked = await reach_of(context, request[STAFF], FAIR), LIST.asked(request)
    rows = await _draws(context, reach, asked.page, asked.size)
    count = await Records(context).count(STATES, _clinics(reach))
    clinics = choices(reach.catalogue, (each.code for each in reach.catalogue.clinics if reach.clinic(each.code)))
    codes = {each.code for each in clinics}
    return render(
        request, "booking/desk/draws.html.j2", clinics=clinics, catalogue=reach.catalogue,
        doctors=[each for each in reach.catalogue.doctors if codes & set(each.clinics)],
        fairs=[row for row in await draws.fairs(context.tx) if reach.clinic(row.clinic)],
        list=LIST.page(asked, rows, count), sent=sent or {}, wrong=problem,
        done=request.query.get("done", ""), usual=USUAL, booking=context.settings.booking,
        weights=opening.WEIGHTS, status=status,
    )
