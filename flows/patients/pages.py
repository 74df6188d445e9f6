"""Pages of the persons a contact looks after: the list, registering, default, unbinding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot import documents
from bot.context import Context
from bot.errors import Refusal
from bot.web import forms
from bot.web.forms import Filled
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, onward, open_page, reading, render, see
from flows.patients import page_code
from flows.patients.page_code import CodeLine
from flows.patients.page_form import GUARDIAN, RegisterPage
from flows.patients.people import RELATIONS
from flows.patients.service import PatientsService

HOME = "/h5/patients/"
CODE = f"{HOME}code"
USUAL = ("resident", "passport", "hk_macau", "taiwan", "foreigner", "officer", "birth_certificate", GUARDIAN)
TELLING = ("resident",)
"""Documents whose number tells sex and birth date."""

routes = web.RouteTableDef()


@routes.get("/h5/patients/")
@contact_page
async def persons(request: web.Request) -> web.StreamResponse:
    """All persons of the contact, masked."""
    async with reading(request) as context:
        service = PatientsService(context)
        found = await service.persons()
        added = next((each for each in found if each.public_id == request.query.get("added")), None)
        there = next((each for each in found if each.public_id == request.query.get("there")), None)
        full = await _refused(context, service.may_add)
        return render(request, "patients/h5/list.html.j2", persons=found, added=added, there=there,
                      full=full, done=request.query.get("done", ""), begun=await service.taking.begun())


@routes.get("/h5/patients/privacy")
@open_page
async def privacy(request: web.Request) -> web.StreamResponse:
    """What is kept, why, and for how long; to be read before anybody agrees to it."""
    return render(request, "patients/h5/privacy.html.j2")


@routes.get("/h5/patients/new")
@contact_page
async def new(request: web.Request) -> web.StreamResponse:
    """The empty form, or why nobody can be added now."""
    async with reading(request) as context:
        service = PatientsService(context)
        if full := await _refused(context, service.may_add):
            return render(request, "patients/h5/refused.html.j2", said=full)
        own = any(person.relation == "self" for person in await service.persons())
        relation = request.query.get("relation", "")
        values = {
            "relation": relation if relation in RELATIONS else "" if own else "self",
            "document_type": "resident",
            "mobile": await service.own_mobile() or "",
            "next": onward(request.query.get("next", "")),
        }
        return await _form(request, context, Filled(values))


@routes.post("/h5/patients/new")
@contact_page
@in_tx
async def register(request: web.Request, context: Context) -> web.StreamResponse:
    """Check, prove the phone, register. Refusals are told on the form; what they counted stays counted."""
    service, sent = PatientsService(context), await forms.values(request)
    page, problems = forms.checked(RegisterPage, sent)
    form = page.form(await service.guardians()) if page else None
    if page is not None:
        problems = {**(service.check_form(form) if form else {}), **page.problems()}
    if problems or page is None or form is None:
        return await _form(request, context, Filled(sent, problems), status=422)
    try:
        await service.may_register(form)
        kind, number = form.document_type, form.document_number
        there = await service.find_own(kind, number) if kind and number else None
        if problem := await page_code.not_proved(service, form.mobile, page.code, "register"):
            return await _form(request, context, Filled(sent, {"code": problem}), status=422)
        person = await service.register(form)
        await service.tell_chat(person)
    except Refusal as no:
        return await _form(request, context, Filled(sent), refused=_said(context, no), status=422)
    if on := onward(sent.get("next", "")):  # for whom they were registered there
        return see(f"{on}{'&' if '?' in on else '?'}person={person.public_id}")
    return see(f"{HOME}?{'there' if there else 'added'}={person.public_id}")


@routes.post("/h5/patients/code")
@contact_page
@limited("codes")
@in_tx
async def code(request: web.Request, context: Context) -> web.StreamResponse:
    """Send a code to the phone in the form. With htmx the line of the code comes back, otherwise the whole form."""
    service, sent = PatientsService(context), await forms.values(request)
    line = await page_code.send(service, sent.get("mobile", ""), "register")
    if "HX-Request" in request.headers:
        return render(request, "patients/h5/code.html.j2", form=Filled(sent, line.own_problems),
                      code_address=CODE, **line.facts)
    return await _form(request, context, Filled(sent, line.problems), line=line)


@routes.get("/h5/patients/{person}")
@contact_page
async def person(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        found = await PatientsService(context).person(request.match_info["person"])
        return render(request, "patients/h5/person.html.j2", person=found, done=request.query.get("done", ""))


@routes.post("/h5/patients/{person}/default")
@contact_page
@in_tx
async def make_default(request: web.Request, context: Context) -> web.StreamResponse:
    await PatientsService(context).set_default(request.match_info["person"])
    return see(HOME)


@routes.get("/h5/patients/{person}/unbind")
@contact_page
async def ask_unbind(request: web.Request) -> web.StreamResponse:
    """Asked with what it does and does not do, or refused before it is asked."""
    async with reading(request) as context:
        service = PatientsService(context)
        found = await service.person(request.match_info["person"])
        if said := await _refused(context, service.may_unbind):
            return render(request, "patients/h5/refused.html.j2", said=said)
        return render(request, "patients/h5/unbind.html.j2", person=found)


@routes.post("/h5/patients/{person}/unbind")
@contact_page
@in_tx
async def unbind(request: web.Request, context: Context) -> web.StreamResponse:
    try:
        await PatientsService(context).unbind(request.match_info["person"])
    except Refusal as no:
        return render(request, "patients/h5/refused.html.j2", said=_said(context, no), status=409)
    return see(f"{HOME}?done=unbound")


async def _form(
    request: web.Request, context: Context, form: Filled, *, refused: str = "", line: CodeLine | None = None,
    status: int = 200,
) -> web.Response:
    service = PatientsService(context)
    own = any(person.relation == "self" for person in await service.persons())
    line = line or await page_code.standing(service, form.value("mobile"), "register")
    return render(
        request, "patients/h5/new.html.j2", status=status, form=form, refused=refused, code_address=CODE,
        **line.facts, relations=[each for each in RELATIONS if each != "self" or not own],
        guardians=await service.guardians(),
        onward=onward(form.value("next")), kinds=USUAL,
        asking=[each for each in (*documents.KINDS, GUARDIAN) if each not in TELLING],
        today=context.clock.today(),
    )


async def _refused(context: Context, may: Callable[[], Awaitable[None]]) -> str:
    """The words of a refusal, "" where it may be done."""
    try:
        await may()
    except Refusal as no:
        return _said(context, no)
    return ""


def _said(context: Context, no: Refusal) -> str:
    return context.wording.render(f"patients/chat/{no.template}", **no.facts)
