"""/desk/patients/new: registering somebody who calls or stands at the window."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot import documents
from bot.access import audit
from bot.context import Context
from bot.errors import Refusal
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, render, see
from bot.web.forms import Filled
from flows.patients import applying
from flows.patients.enrolling import Enrolling
from flows.patients.met import store as met
from flows.patients.page_form import RegisterPage
from flows.patients.proof.codes import Codes
from flows.patients.records import Records
from flows.patients.sight import ENROL

routes = web.RouteTableDef()
PATH = "/desk/patients/new"


@routes.get(PATH)
@needs(ENROL)
async def new(request: web.Request) -> web.StreamResponse:
    return _form(request, Filled({"document_type": "resident"}))


@routes.post(PATH)
@needs(ENROL)
@in_tx
async def enrol(request: web.Request, context: Context) -> web.StreamResponse:
    """Checked and matched with the hospital's record as everywhere; a document that is known leads to its person."""
    sent = {**await forms.values(request), "relation": "self"}
    enrolling = Enrolling(context, Codes(context), Records(context))
    page, problems = forms.checked(RegisterPage, sent)
    form = page.form([]) if page else None
    if page is not None:
        problems = {**(applying.problems(form, context.clock.today()) if form else {}), **page.problems()}
    if problems or form is None:
        return _form(request, Filled(sent, problems), status=422)
    try:
        person, fresh = await enrolling.enrol(form)
    except Refusal as no:
        audit.write(context.tx, request[STAFF].actor, "patients.enrol_refused", "patients", {"why": no.template})
        own = f"patients/desk/{no.template}"
        name = own if context.wording.has(own) else f"patients/chat/{no.template}"
        return _form(request, Filled(sent), refused=context.wording.render(name, **no.facts), status=409)
    await met.meet(context.tx, context.actor, person.id)
    act = "patients.enrolled" if fresh else "patients.enrol_known"
    audit.write(context.tx, request[STAFF].actor, act, f"person:{person.public_id}")
    return see(request, f"/desk/patients/person/{person.public_id}?done={'new' if fresh else 'known'}")


def _form(request: web.Request, form: Filled, *, refused: str = "", status: int = 200) -> web.Response:
    facts: dict[str, Any] = {"kinds": documents.KINDS, "form": form, "refused": refused}
    return render(request, "patients/desk/new.html.j2", status=status, **facts)
