"""The page on which a person's phone is changed: the new one, proved by a code."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import Refusal
from bot.talk.understand import checks
from bot.web import forms
from bot.web.forms import Filled
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.patients import page_code
from flows.patients.page_code import CodeLine
from flows.patients.service import PatientsService

HOME = "/h5/patients/"

routes = web.RouteTableDef()


@routes.get(HOME + "{person}/mobile")
@contact_page
async def ask(request: web.Request) -> web.StreamResponse:
    """The new number, or why it cannot be changed here."""
    async with reading(request) as context:
        service = PatientsService(context)
        person = await service.person(request.match_info["person"])
        if person.reach != "all":
            said = context.wording.render("patients/chat/reach_too_short")
            return render(request, "patients/h5/refused.html.j2", said=said)
        return _page(request, person, Filled(), CodeLine())


@routes.post(HOME + "{person}/mobile/code")
@contact_page
@limited("codes")
@in_tx
async def code(request: web.Request, context: Context) -> web.StreamResponse:
    """Send a code to the new phone. With htmx the line of the code comes back, otherwise the whole form."""
    service, sent = PatientsService(context), await forms.values(request)
    person = await service.may_change_mobile(request.match_info["person"])
    line = await page_code.send(service, sent.get("mobile", ""), "change")
    if "HX-Request" in request.headers:
        return render(request, "patients/h5/code.html.j2", form=Filled(sent, line.own_problems), **_code(person),
                      **line.facts)
    return _page(request, person, Filled(sent, line.problems), line)


@routes.post(HOME + "{person}/mobile")
@contact_page
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    service, sent = PatientsService(context), await forms.values(request)
    person = await service.person(request.match_info["person"])
    checked = checks.check("mobile", sent.get("mobile", ""), context.clock.today())
    if checked.problem:
        problems = {"mobile": Problem(checked.problem, dict(checked.facts))}
        return _page(request, person, Filled(sent, problems), CodeLine(), status=422)
    try:
        await service.may_change_mobile(person.id)
        if problem := await page_code.not_proved(service, checked.value, sent.get("code", ""), "change"):
            line = await page_code.standing(service, checked.value, "change")
            return _page(request, person, Filled(sent, {"code": problem}), line, status=422)
        await service.change_mobile(person.id, checked.value)
    except Refusal as no:
        said = context.wording.render(f"patients/chat/{no.template}", **no.facts)
        return render(request, "patients/h5/refused.html.j2", said=said, status=409)
    return see(f"{HOME}{person.public_id}?done=mobile")


def _page(request: web.Request, person: Any, form: Filled, line: CodeLine, status: int = 200) -> web.Response:
    return render(request, "patients/h5/mobile.html.j2", status=status, person=person, form=form, **_code(person),
                  **line.facts)


def _code(person: Any) -> dict[str, Any]:
    return {"code_address": f"{HOME}{person.public_id}/mobile/code"}
