"""/desk/audit/journal: what was booked and what could not be done, searched by day, matter, request and person."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.people import store as people
from bot.context import Context
from bot.db import journal
from bot.db.journal import Wanted
from bot.masking import mask_name
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Asked, Column, Listing, moments
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.keys import SETTINGS
from flows.audit.saying import Saying
from flows.audit.speaking import spoken
from flows.directory.rules import Catalogue
from flows.directory.service import DirectoryService
from flows.patients.finding import store as finding
from flows.patients.sight import Sight

routes = web.RouteTableDef()
PATH, RIGHT = "/desk/audit/journal", "audit.journal"
LIST = Listing(
    "journal",
    (Column("at", "moment"), Column("kind"), Column("outcome"), Column("reason"), Column("person"), Column("clinic"),
     Column("doctor"), Column("channel"), Column("who"), Column("about"), Column("request")),
    filters=("since", "until", "kind", "outcome", "request", "about", "person"), sort="at", down=True, sortable=False,
)
COUNTED = 10_000
"""Further than this nobody turns pages: a narrower search is what helps."""
TOLD = ("page.failed", "talk.failed")
"""Lines that belong to no clinic, whose reference a patient reads out: whoever is told it may look them up."""
KINDS = ("booking.", "page.", "talk.", "push.", "job.", "access.", "patients.")


@routes.get(PATH)
@needs(RIGHT)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), export.asked(request, "audit.export")
    async with reading(request) as context:
        catalogue = await DirectoryService(context).catalogue()
        wanted = await _wanted(request, context, asked, catalogue)
        limit, offset = asked.size, min((asked.page - 1) * asked.size, COUNTED)
        if which == "all":
            limit, offset = request.app[SETTINGS].desk.export_rows, 0
        found = await journal.find(context.tx, wanted, limit=limit, offset=offset)
        count = await journal.count(context.tx, wanted, most=COUNTED)
        known = await finding.briefs(context.tx, [row.person_id for row in found if row.person_id])
        words = await spoken(request, context, {row.about for row in found})
    rows = [_row(row, known, words) for row in found]
    if which:
        return await export.send(request, LIST, asked, rows)
    shown = LIST.page(asked, rows, count, capped=count == COUNTED)
    about = words.thing(found[0].about) if asked.filters["about"] and found else ""
    return render(request, "audit/desk/journal.html.j2", list=shown, kinds=KINDS, hits=None, thing=about,
                  kept=request.app[SETTINGS].keep.journal_days)


@routes.post(PATH)
@needs(RIGHT)
@in_tx
async def find(request: web.Request, context: Context) -> web.StreamResponse:
    """Whom it is about: in a form and not in an address, which would stay in histories. That somebody looked is in the
    trail, not what was typed."""
    sent = await forms.values(request)
    text = sent.get("q", "").strip()[:60]
    hits, _ = await (await Sight.of(context, request[STAFF], RIGHT)).search(text) if len(text) >= 2 else ([], [])
    audit.write(context.tx, context.actor, "patients.searched", "patients", {"found": len(hits)})
    if len(hits) == 1:
        return see(request, f"{PATH}?person={hits[0].public_id}")
    shown = LIST.page(LIST.asked(request), [], 0)
    return render(request, "audit/desk/journal.html.j2", list=shown, kinds=KINDS, hits=hits, thing="",
                  kept=request.app[SETTINGS].keep.journal_days)


async def _wanted(request: web.Request, context: Context, asked: Asked, catalogue: Catalogue) -> Wanted:
    filters, reach = asked.filters, request[STAFF].range(RIGHT)
    since, until = moments(context.clock, asked)
    persons = None
    if filters["person"]:
        person = await finding.key_of(context.tx, filters["person"])
        persons = [person] if person else []
    clinics, doctor = None, ""
    if not reach.everything:
        clinics = [each.code for each in catalogue.clinics
                   if reach.covers(clinic=each.code, department=each.department)]
        row = await people.by_id(context.tx, request[STAFF].id)
        doctor = (row.doctor if row else None) or ""
    return Wanted(
        kind=filters["kind"] if filters["kind"] in KINDS else "",
        failed={"failed": True, "done": False}.get(filters["outcome"]), request_id=filters["request"],
        about=filters["about"], persons=persons, clinics=clinics, doctor=doctor,
        nowhere=TOLD if filters["request"] else (),
        since=since, until=until,
    )


def _row(row: Any, known: dict[int, finding.Brief], words: Saying) -> dict[str, Any]:
    person, told = known.get(row.person_id), words.words["journal"]
    doctor = words.catalogue.doctor.get(row.doctor)
    outcome = "failed" if row.failed else "done"
    return {
        "id": row.id, "at": row.at, "kind": told["kinds"].get(row.kind, row.kind), "outcome": told["outcome"][outcome],
        "state": outcome, "reason": _reason(row, words), "person": mask_name(person.name) if person else "",
        "person_id": person.public_id if person else "",
        "clinic": words.catalogue.clinic_name(row.clinic) or row.clinic,
        "doctor": doctor.name if doctor else row.doctor,
        "channel": words.words["channel"].get(row.channel, row.channel), "who": words.actor(row.actor),
        "about": words.thing(row.about), "object": row.about, "request": row.request_id,
    }


def _reason(row: Any, words: Saying) -> str:
    """Why it was not done. What another system said stands there by its number, a fault of the program by its name."""
    reasons = words.words["journal"]["reasons"]
    for known in (reasons, words.words["rights"], words.words["said"]["right"]):
        if row.reason in known:
            return str(known[row.reason])
    if row.reason.isdigit():
        return f"{reasons['outside']} ({row.reason})"
    return f"{reasons['other']} ({row.reason})" if row.reason else ""
