"""The page behind the link that somebody forwards to family (请家人帮忙). Whoever opens it first, after the channel's
sign-in, has it for themself; it gives nothing until the giver has said yes in their own conversation."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.context import Context
from bot.documents import Problem
from bot.errors import Refusal
from bot.web import forms
from bot.web.forms import Filled, FormModel
from bot.web.pages import contact_page, in_tx, render, see
from flows.patients.handover.shapes import Opened
from flows.patients.people import RELATIONS
from flows.patients.service import PatientsService

FAMILY = tuple(each for each in RELATIONS if each != "self")

routes = web.RouteTableDef()


class HelpPage(FormModel):
    """What the taker says."""

    relation: Annotated[str, Field(max_length=20)] = ""
    consent: bool = False

    def problems(self) -> dict[str, Problem]:
        found = {} if self.relation in FAMILY else {"relation": Problem("empty")}
        return found if self.consent else {**found, "consent": Problem("patients/h5/help_no_consent")}


@routes.get("/h5/patients/help/{token:[A-Za-z0-9_-]{22}}")
@contact_page
@in_tx
async def open_help(request: web.Request, context: Context) -> web.StreamResponse:
    """Open the link: it is this contact's from now on, or it says why not."""
    service = PatientsService(context)
    opened = await service.taking.open(request.match_info["token"])
    return await _shown(request, service, opened, Filled())


@routes.post("/h5/patients/help/{token:[A-Za-z0-9_-]{22}}")
@contact_page
@in_tx
async def agree(request: web.Request, context: Context) -> web.StreamResponse:
    """The taker agrees; the giver is asked."""
    service, token, sent = PatientsService(context), request.match_info["token"], await forms.values(request)
    page, problems = forms.checked(HelpPage, sent)
    problems = problems if page is None else page.problems()
    if page is None or problems:
        opened = await service.taking.open(token)
        return await _shown(request, service, opened, Filled(sent, problems), status=422)
    try:
        await service.taking.agree(token, page.relation, page.consent)
    except Refusal as no:
        said = context.wording.render(f"patients/chat/{no.template}", **no.facts)
        return render(request, "patients/h5/refused.html.j2", said=said, status=409)
    return see(f"/h5/patients/help/{token}")


async def _shown(
    request: web.Request, service: PatientsService, opened: Opened, form: Filled, *, status: int = 200
) -> web.Response:
    if opened.standing != "open":
        return render(request, "patients/h5/help_stands.html.j2", opened=opened)
    known, full = await service.taking.known(), ""
    if known:
        try:
            await service.may_add()
        except Refusal as no:
            full = service.context.wording.render(f"patients/chat/{no.template}", **no.facts)
    facts = {"opened": opened, "form": form, "known": known, "full": full, "relations": FAMILY}
    return render(request, "patients/h5/help.html.j2", status=status, **facts)
