"""/desk/booking/roster/clinics/{clinic}/rules: what a clinic, or a doctor there, decides for itself; with preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import Conflict, NotFound
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, reading, render, see
from flows.booking.desk.roster_parts import HOME, reach
from flows.booking.neighbours import Neighbours
from flows.booking.roster import deciding
from flows.booking.roster.contradicting import NobodyFits
from flows.booking.roster.fields import BadRule, fields_of
from flows.booking.roster.reach import CLINICS, SEE, Reach

routes = web.RouteTableDef()
PATH = HOME + "clinics/{clinic}/rules"
CHANGED = Problem("rules_changed")


@routes.get(PATH)
@needs(SEE)
async def shown(request: web.Request) -> web.StreamResponse:
    """Of the clinic, or with ?doctor= of one doctor there."""
    async with reading(request) as context:
        return await _page(request, context, request.query.get("doctor", ""))


@routes.post(PATH + "/preview")
@needs(CLINICS)
async def preview(request: web.Request) -> web.StreamResponse:
    """What would change, and whom it finds there; `again` is the way back from there. Nothing is kept yet."""
    sent = await forms.values(request)
    clinic, doctor = request.match_info["clinic"], sent.get("doctor", "")
    async with reading(request) as context:
        own = await _reach(request, context, CLINICS)
        try:
            before = deciding.own(own.catalogue, clinic, doctor)
            after = deciding.changed(before, sent, doctor)
            in_force = await deciding.in_force(context, clinic, doctor, after)
        except BadRule as bad:
            return await _page(request, context, doctor, sent, _problem(bad), status=422)
        if "again" in sent:
            return await _page(request, context, doctor, sent)
        if sent.get("mark", "") != deciding.mark_of(own.catalogue, clinic, doctor):
            return await _page(request, context, doctor, sent, CHANGED, status=409)
        found = deciding.changes(before, after)
        if not found:
            return await _page(request, context, doctor, sent, Problem("rules_same"), status=422)
        return render(
            request, "booking/desk/clinic_rules_preview.html.j2", **_named(own, clinic, doctor), changes=found,
            above=await deciding.above(context, clinic, doctor), mark=sent.get("mark", ""),
            values=deciding.typed(after), coming=await deciding.coming(context, clinic, doctor, in_force),
        )


@routes.post(PATH)
@needs(CLINICS)
@in_tx
async def save(request: web.Request, context: Context) -> web.StreamResponse:
    """As it was previewed. Where somebody changed it meanwhile, the form comes back with what was typed and what is."""
    sent = await forms.values(request)
    clinic, doctor = request.match_info["clinic"], sent.get("doctor", "")
    await _reach(request, context, CLINICS)
    try:
        await deciding.decide(context, clinic, doctor, sent.get("mark", ""), sent)
    except BadRule as bad:
        return await _page(request, context, doctor, sent, _problem(bad), status=422)
    except Conflict:
        Neighbours(context).forget()
        return await _page(request, context, doctor, sent, CHANGED, status=409)
    Neighbours(context).forget()
    return see(request, f"{HOME}clinics/{clinic}/rules?done=kept{'&doctor=' + doctor if doctor else ''}")


async def _page(
    request: web.Request, context: Context, doctor: str, sent: Mapping[str, str] | None = None,
    problem: Problem | None = None, status: int = 200,
) -> web.Response:
    clinic, own = request.match_info["clinic"], await _reach(request, context, SEE)
    rule = deciding.own(own.catalogue, clinic, doctor)
    may = request[STAFF].may(CLINICS) and (await reach(request, context, CLINICS)).clinic(clinic)
    return render(
        request, "booking/desk/clinic_rules.html.j2", status=status, problem=problem, editable=may,
        **_named(own, clinic, doctor), doctors=own.catalogue.doctors_of(clinic),
        own_of=set(own.catalogue.doctor_rules.get(clinic, {})), groups=fields_of(doctor),
        values={**deciding.typed(rule), **(sent or {})}, now=deciding.typed(rule),
        above=await deciding.above(context, clinic, doctor),
        mark=deciding.mark_of(own.catalogue, clinic, doctor),
        done=request.query.get("done", ""),
    )


async def _reach(request: web.Request, context: Context, right: str) -> Reach:
    """Raises NotFound for a clinic that does not lie within, all of it."""
    own = await reach(request, context, right)
    if request.match_info["clinic"] not in own.catalogue.clinic or not own.clinic(request.match_info["clinic"]):
        raise NotFound("clinic")
    return own


def _named(own: Reach, clinic: str, doctor: str) -> dict[str, Any]:
    return {"clinic": clinic, "name": own.names[clinic], "doctor": own.catalogue.doctor.get(doctor)}


def _problem(bad: BadRule) -> Problem:
    return Problem("clinic_rule_nobody" if isinstance(bad, NobodyFits) else "clinic_rule", dict(bad.facts))
