"""/desk/booking/roster/clinics/{clinic}/fees: what a clinic's sessions cost by kind, from a day on; previewed first."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.forms import day_of
from flows.booking.desk.roster_parts import HOME, BadForm, fen, reach
from flows.booking.fees import store
from flows.booking.fees.rules import Fee
from flows.booking.fees.setting import BadFee, FeeNeeded, FeeSetting
from flows.booking.roster.patterns.rules import DEAREST, KINDS
from flows.booking.roster.reach import CLINICS, SEE, Reach

routes = web.RouteTableDef()
PATH = HOME + "clinics/{clinic}/fees"


@routes.get(PATH)
@needs(SEE)
async def shown(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(PATH + "/preview")
@needs(CLINICS)
async def preview(request: web.Request) -> web.StreamResponse:
    """Which sessions it would reach; `again` is the way back from there. Nothing is kept yet."""
    sent = await forms.values(request)
    async with reading(request) as context:
        own = await _reach(request, context, CLINICS)
        try:
            wanted = _wanted(request, sent)
            found = await FeeSetting(context).preview(wanted)
        except BadFee as bad:
            return await _page(request, context, sent, _problem(bad), status=422)
        if "again" in sent:
            return await _page(request, context, sent)
    name = own.names[wanted.clinic]
    return render(request, "booking/desk/clinic_fees_preview.html.j2", clinic=wanted.clinic, name=name, wanted=wanted,
                  found=found, typed=sent.get("fee", ""))


@routes.post(PATH)
@needs(CLINICS)
@in_tx
async def save(request: web.Request, context: Context) -> web.StreamResponse:
    sent = await forms.values(request)
    await _reach(request, context, CLINICS)
    try:
        await FeeSetting(context).put(_wanted(request, sent))
    except BadFee as bad:
        return await _page(request, context, sent, _problem(bad), status=422)
    return see(request, f"{HOME}clinics/{request.match_info['clinic']}/fees?done=kept")


@routes.post(PATH + "/{fee}/drop")
@needs(CLINICS)
@in_tx
async def drop(request: web.Request, context: Context) -> web.StreamResponse:
    """One that has not begun."""
    own = await _reach(request, context, CLINICS)
    clinic = request.match_info["clinic"]
    try:
        await FeeSetting(context).drop(clinic, request.match_info["fee"])
    except FeeNeeded:
        return await _page(request, context, None, Problem("fee_needed"), status=409)
    return see(request, f"{HOME}clinics/{own.catalogue.clinic[clinic].code}/fees?done=dropped")


async def _page(
    request: web.Request, context: Context, sent: Mapping[str, str] | None = None, problem: Problem | None = None,
    status: int = 200,
) -> web.Response:
    own, clinic = await _reach(request, context, SEE), request.match_info["clinic"]
    today = context.clock.local(context.now).date()
    may = request[STAFF].may(CLINICS) and (await reach(request, context, CLINICS)).clinic(clinic)
    fees = await store.read(context.tx, clinic)
    return render(
        request, "booking/desk/clinic_fees.html.j2", status=status, problem=problem, editable=may, clinic=clinic,
        name=own.names[clinic], now=fees.now(clinic, today), coming=fees.coming(clinic, today), kinds=KINDS,
        sent=sent or {}, today=today.isoformat(), dearest=DEAREST // 100, done=request.query.get("done", ""),
    )


def _wanted(request: web.Request, sent: Mapping[str, str]) -> Fee:
    """Raises BadFee."""
    first = day_of(sent.get("first", ""))
    try:
        fee = fen(sent.get("fee", ""))
    except BadForm:
        raise BadFee(field="fee") from None
    if first is None:
        raise BadFee(field="first")
    return Fee(request.match_info["clinic"], sent.get("kind", ""), first, fee)


def _problem(bad: BadFee) -> Problem:
    return Problem("fee_rule", {**bad.facts, "most": DEAREST // 100})


async def _reach(request: web.Request, context: Context, right: str) -> Reach:
    """Raises NotFound for a clinic that does not lie within, all of it."""
    own = await reach(request, context, right)
    if request.match_info["clinic"] not in own.catalogue.clinic or not own.clinic(request.match_info["clinic"]):
        raise NotFound("clinic")
    return own
