"""The page that asks once more who reads, before something discreet is shown; and the way on to it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound, Refusal
from bot.web import forms, reader
from bot.web.forms import Filled
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, onward, reading, render, see
from flows.patients.page_code import problem_of
from flows.patients.service import PatientsService

routes = web.RouteTableDef()


@routes.get("/h5/patients/{person}/read")
@contact_page
async def ask(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        service = PatientsService(context)
        person = await service.person(request.match_info["person"])
        return await _page(request, service, person, Filled({"next": _onward(request.query.get("next", ""))}))


@routes.post("/h5/patients/{person}/read/code")
@contact_page
@limited("codes")
@in_tx
async def code(request: web.Request, context: Context) -> web.StreamResponse:
    """A code to the phone that was proved for this person."""
    service, sent = PatientsService(context), await forms.values(request)
    person, tail, problems = await service.person(request.match_info["person"]), "", {}
    try:
        tail = (await service.reading.send_code(person.id)).tail
    except Refusal as no:
        problems = {"code": problem_of(no)}
    return await _page(request, service, person, Filled(sent, problems), tail=tail)


@routes.post("/h5/patients/{person}/read")
@contact_page
@in_tx
async def prove(request: web.Request, context: Context) -> web.StreamResponse:
    """By the end of the document or by the code, whichever was filled in."""
    service, sent = PatientsService(context), await forms.values(request)
    person = await service.person(request.match_info["person"])
    by_code, typed = sent.get("code", "").strip(), sent.get("document_end", "").strip()
    field, problem = ("code", "reader_code_wrong") if by_code else ("document_end", "reader_wrong")
    try:
        right = await (
            service.reading.prove_code(person.id, by_code) if by_code else service.reading.prove(person.id, typed)
        )
    except Refusal as no:
        return await _page(request, service, person, Filled(sent, {field: problem_of(no)}), status=409)
    if not right:
        wrong = Filled(sent, {field: Problem(f"patients/h5/{problem}")})
        return await _page(request, service, person, wrong, status=422)
    response = see(_onward(sent.get("next", "")))
    reader.open_for(request, response, reader.of_person(person.public_id), context.settings.discreet.minutes)
    return response


async def _page(
    request: web.Request, service: PatientsService, person: Any, form: Filled, *, tail: str = "", status: int = 200
) -> web.Response:
    return render(
        request, "patients/h5/reader.html.j2", status=status, person=person, form=form, tail=tail,
        document=await service.reading.has_document(person.id), next=_onward(form.value("next")),
    )


def _onward(asked: str) -> str:
    if not (path := onward(asked)):
        raise NotFound("next")
    return path
