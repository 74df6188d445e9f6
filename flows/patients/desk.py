"""/desk/patients/: finding a person by anything, and their data, masked unless a reason is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.documents import Problem
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, is_part, reading, render
from flows.patients import store
from flows.patients.finding import store as finding
from flows.patients.service import PatientsService

routes = web.RouteTableDef()
SHORTEST_REASON = 4


@routes.get("/desk/patients/find")
@needs("patients.find")
async def ask(request: web.Request) -> web.StreamResponse:
    return render(request, "patients/desk/find.html.j2", found=None, asked="", session=_session(request.query))


@routes.post("/desk/patients/find")
@needs("patients.find")
@in_tx
async def find(request: web.Request, context: Context) -> web.StreamResponse:
    """A form and not an address: what is looked for would stay in histories and logs. That somebody looked is in the
    trail, not what was typed."""
    sent = await forms.values(request)
    text = sent.get("q", "").strip()[:60]
    found = await finding.by_anything(context.tx, text) if len(text) >= 2 else []
    if text:
        audit.write(context.tx, context.actor, "patients.searched", "patients", {"found": len(found)})
    template = "patients/desk/found.html.j2" if is_part(request) else "patients/desk/find.html.j2"
    return render(request, template, found=found, asked=text, session=_session(sent))


def _session(sent: Mapping[str, str]) -> str:
    """The session that somebody is looked for to be booked in, "" for none."""
    return sent.get("session", "")[:64]


@routes.get("/desk/patients/person/{id}")
@needs("patients.find")
async def person(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        found = await PatientsService(context).person(request.match_info["id"])
        contacts = await store.contacts_of(context.tx, found.id)
    facts: dict[str, Any] = {"person": found, "contacts": len(contacts), "done": request.query.get("done", "")}
    return render(request, "patients/desk/person.html.j2", **facts, full=None, problem=None)


@routes.post("/desk/patients/person/{id}/reveal")
@needs("patients.reveal")
@in_tx
async def reveal(request: web.Request, context: Context) -> web.StreamResponse:
    """The full values, for a reason that stands in the trail with who, when and whose."""
    service, sent = PatientsService(context), await forms.values(request)
    found = await service.person(request.match_info["id"])
    contacts = await store.contacts_of(context.tx, found.id)
    kind, typed = sent.get("kind", "").strip()[:20], sent.get("why", "").strip()[:90]
    why = f"{kind} · {typed}" if kind else typed
    facts: dict[str, Any] = {"person": found, "contacts": len(contacts), "done": ""}
    if len(typed) < SHORTEST_REASON:
        return render(request, "patients/desk/person.html.j2", **facts, full=None, problem=Problem("reason_needed"),
                      status=422)
    full = await service.reveal(found.id, why)
    audit.write(context.tx, request[STAFF].actor, "patients.revealed", f"person:{found.public_id}", {"why": why})
    return render(request, "patients/desk/person.html.j2", **facts, full=full, problem=None)
