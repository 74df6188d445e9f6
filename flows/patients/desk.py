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
from flows.patients.links import store as links
from flows.patients.people import FullPerson, Person
from flows.patients.service import PatientsService
from flows.patients.sight import FIND, REVEAL, Sight

routes = web.RouteTableDef()
SHORTEST_REASON = 4


@routes.get("/desk/patients/find")
@needs(FIND)
async def ask(request: web.Request) -> web.StreamResponse:
    return _finding(request, session=_session(request.query))


@routes.post("/desk/patients/find")
@needs(FIND)
@in_tx
async def find(request: web.Request, context: Context) -> web.StreamResponse:
    """A form and not an address: what is looked for would stay in histories and logs. That somebody looked is in the
    trail, not what was typed; whom they met beyond their reach is."""
    sent = await forms.values(request)
    text = sent.get("q", "").strip()[:60]
    found, met = await (await Sight.of(context, request[STAFF])).search(text) if len(text) >= 2 else ([], [])
    if text:
        audit.write(context.tx, context.actor, "patients.searched", "patients", {"found": len(found) + len(met)})
    for each in met:
        audit.write(context.tx, context.actor, "patients.met", f"person:{each.public_id}")
    template = "patients/desk/found.html.j2" if is_part(request) else "patients/desk/find.html.j2"
    return _finding(request, template, found=found, met=met, asked=text, session=_session(sent))


def _finding(request: web.Request, template: str = "patients/desk/find.html.j2", **facts: Any) -> web.Response:
    narrow = not request[STAFF].range(FIND).everything
    return render(request, template, **{"found": None, "met": [], "asked": "", "narrow": narrow, **facts})


def _session(sent: Mapping[str, str]) -> str:
    """The session that somebody is looked for to be booked in, "" for none."""
    return sent.get("session", "")[:64]


@routes.get("/desk/patients/person/{id}")
@needs(FIND)
async def person(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        found = await (await Sight.of(context, request[STAFF])).person(request.match_info["id"])
        return await _page(request, context, found)


@routes.post("/desk/patients/person/{id}/reveal")
@needs(REVEAL)
@in_tx
async def reveal(request: web.Request, context: Context) -> web.StreamResponse:
    """The full values, for a reason that stands in the trail with who, when and whose."""
    sent = await forms.values(request)
    found = await (await Sight.of(context, request[STAFF], REVEAL)).person(request.match_info["id"])
    kind, typed = sent.get("kind", "").strip()[:20], sent.get("why", "").strip()[:90]
    why = f"{kind} · {typed}" if kind else typed
    if len(typed) < SHORTEST_REASON:
        return await _page(request, context, found, problem=Problem("reason_needed"), sent=sent, status=422)
    full = await PatientsService(context).reveal(found.id, why)
    audit.write(context.tx, request[STAFF].actor, "patients.revealed", f"person:{found.public_id}", {"why": why})
    return await _page(request, context, found, full=full)


async def _page(
    request: web.Request, context: Context, found: Person, *, full: FullPerson | None = None,
    problem: Problem | None = None, sent: Mapping[str, str] | None = None, status: int = 200,
) -> web.Response:
    """`near`: something of theirs lies where this member may look at whole values."""
    me = request[STAFF]
    near = me.may(REVEAL) and await (await Sight.of(context, me, REVEAL)).has(found)
    facts: dict[str, Any] = {"contacts": len(await links.contacts_of(context.tx, found.id)), "near": near}
    return render(request, "patients/desk/person.html.j2", status=status, person=found, full=full, problem=problem,
                  done=request.query.get("done", ""), sent=sent or {}, **facts)
