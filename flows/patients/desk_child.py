"""/desk/patients/person/{id}/child and /document: a child without a document, registered by its guardian at the desk;
and the document of who has none."""

from __future__ import annotations

from aiohttp import web

from bot import documents
from bot.access import audit
from bot.access.rights import Member
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound, Refusal
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.forms import Filled
from flows.patients import applying, rules
from flows.patients.children import Children
from flows.patients.met import store as met
from flows.patients.page_form import GUARDIAN, RegisterPage
from flows.patients.people import Person
from flows.patients.proof.codes import Codes
from flows.patients.records import Records
from flows.patients.service import PatientsService
from flows.patients.sight import ENROL, Sight

routes = web.RouteTableDef()
PERSON = "/desk/patients/person/{id}"


@routes.get(PERSON + "/child")
@needs(ENROL)
async def ask_child(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return _child(request, await _person(request, context), Filled({}))


@routes.post(PERSON + "/child")
@needs(ENROL)
@in_tx
async def child(request: web.Request, context: Context) -> web.StreamResponse:
    """The person is the guardian. Without a phone of its own the child is reached by theirs."""
    guardian, typed = await _person(request, context), await forms.values(request)
    mobile = typed.get("mobile", "").strip() or await PatientsService(context).mobile_of(guardian.id) or ""
    sent = {**typed, "relation": "child", "document_type": GUARDIAN, "guardian": guardian.public_id}
    children = Children(context, Codes(context), Records(context))
    page, problems = forms.checked(RegisterPage, {**sent, "mobile": mobile})
    form = page.form([guardian]) if page else None
    if page is not None:
        problems = {**(applying.problems(form, context.clock.today()) if form else {}), **page.problems()}
    if problems or form is None:
        return _child(request, guardian, Filled(typed, problems), status=422)
    try:
        person, fresh = await children.enrol_child(guardian, form)
    except Refusal as no:
        audit.write(context.tx, request[STAFF].actor, "patients.enrol_refused", "patients", {"why": no.template})
        return _child(request, guardian, Filled(typed), refused=_said(context, no), status=409)
    member: Member = request[STAFF]
    act = "patients.enrolled" if fresh else "patients.enrol_known"
    audit.write(context.tx, member.actor, act, f"person:{person.public_id}", {"guardian": guardian.public_id})
    await met.meet(context.tx, member.actor, person.id)
    return see(request, f"/desk/patients/person/{person.public_id}?done={'new' if fresh else 'known'}")


@routes.get(PERSON + "/document")
@needs(ENROL)
async def ask_document(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return _document(request, await _person(request, context), Filled({"document_type": "resident"}))


@routes.post(PERSON + "/document")
@needs(ENROL)
@in_tx
async def document(request: web.Request, context: Context) -> web.StreamResponse:
    """From the household's book, or the first identity card."""
    person, sent = await _person(request, context), await forms.values(request)
    children = Children(context, Codes(context), Records(context))
    kind = next((each for each in documents.KINDS if each == sent.get("document_type")), None)
    number = sent.get("document_number", "")
    if kind is None or not number.strip():
        missing = "document_number" if kind else "document_type"
        return _document(request, person, Filled(sent, {missing: Problem("empty")}), status=422)
    if problem := children.unread(kind, number):
        return _document(request, person, Filled(sent, {"document_number": problem}), status=422)
    about, actor = f"person:{person.public_id}", request[STAFF].actor
    try:
        await children.add_document(person, kind, number)
    except Refusal as no:
        audit.write(context.tx, actor, "patients.document_refused", about, {"why": no.template})
        return _document(request, person, Filled(sent), refused=_said(context, no), status=409)
    audit.write(context.tx, actor, "patients.document_added", about)
    return see(request, f"/desk/patients/person/{person.public_id}?done=document")


async def _person(request: web.Request, context: Context) -> Person:
    """Raises NotFound."""
    return await (await Sight.of(context, request[STAFF])).person(request.match_info["id"])


def _said(context: Context, no: Refusal) -> str:
    own = f"patients/desk/{no.template}"
    return context.wording.render(own if context.wording.has(own) else f"patients/chat/{no.template}", **no.facts)


def _child(
    request: web.Request, guardian: Person, form: Filled, *, refused: str = "", status: int = 200
) -> web.Response:
    return render(request, "patients/desk/child.html.j2", status=status, guardian=guardian, form=form, refused=refused,
                  years=rules.GUARDIAN_UNDER)


def _document(
    request: web.Request, person: Person, form: Filled, *, refused: str = "", status: int = 200
) -> web.Response:
    if person.document_type is not None and status == 200:
        raise NotFound("document")
    return render(request, "patients/desk/document.html.j2", status=status, person=person, form=form, refused=refused,
                  kinds=documents.KINDS)
