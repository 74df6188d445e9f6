"""/desk/desk/: who asked for a human; what it is about, the number to call back for a reason, and closing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.doors import Door
from bot.access.people import store as people
from bot.access.rights import Member
from bot.access.twice import unless_done
from bot.access.where import Within
from bot.access.work import Wait
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.masking import mask_name, mask_number
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import called, in_tx, is_part, reading, render, see
from flows.desk import store
from flows.directory.service import DirectoryService
from flows.patients import store as patients
from flows.patients.met import store as met
from flows.patients.sight import Sight
from flows.patients.trail import store as looks

HOME, RIGHT, EXPORT = "/desk/desk/", "desk.requests", "desk.export"
SHORTEST_REASON, LONGEST_REASON = 4, 90
LIST = Listing(
    "requests",
    (Column("asked", "moment"), Column("about", sortable=False), Column("amid", sortable=False),
     Column("mobile", sortable=False), Column("person", sortable=False), Column("state"),
     Column("done", "moment", hidden=True), Column("by", hidden=True)),
    filters=("state",), sort="asked", sortable=False,
)
routes = web.RouteTableDef()


@routes.get(HOME)
@needs(RIGHT)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), export.asked(request, EXPORT)
    state = store.DONE if asked.filters["state"] == store.DONE else store.OPEN
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        within = await Within.of(context, request[STAFF], RIGHT)
        found, count = await store.listed(context.tx, state, within, limit=limit, offset=offset)
        names = {f"staff:{each.public_id}": each.name for each in await people.everybody(context.tx)}
        matters = await _matters(request, context, found)
        rows = [await _row(context, each, names, matters) for each in found]
        opened = await store.one(context.tx, asked.open) if asked.open else None
        beside = await _beside(request, context, opened) if opened and within.covers([store.place(opened)]) else None
        words = context.wording.words["request_state"]
    if which:
        return await export.send(request, LIST, asked, [row | {"state": words[row["state"]]} for row in rows])
    return render(request, "desk/desk/list.html.j2", list=LIST.page(asked, rows, count), beside=beside, number="",
                  problem=None)


@routes.get(HOME + "request/{id}")
@needs(RIGHT)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return _page(request, await _beside(request, context, await _found(request, context)))


@routes.post(HOME + "request/{id}/number")
@needs(RIGHT)
@in_tx
async def number(request: web.Request, context: Context) -> web.StreamResponse:
    """The whole number, to call it, for a reason that stands in the trail with who, when and whose. Whoever is called
    back can be booked for: they are met."""
    row = await _found(request, context)
    why = (await forms.values(request)).get("why", "").strip()[:LONGEST_REASON]
    if len(why) < SHORTEST_REASON:
        beside = await _beside(request, context, row)
        return _page(request, beside, problem=Problem("reason_needed"), status=422)
    persons = await patients.persons_of(context.tx, row.contact_id)
    if persons:
        await looks.looked(context, persons[0].id, why)
        await met.meet(context.tx, context.actor, persons[0].id)
    audit.write(context.tx, context.actor, "desk.number_shown", f"request:{row.public_id}",
                {"why": why, "person": persons[0].public_id if persons else ""})
    return _page(request, await _beside(request, context, row), number=row.mobile or "")


@routes.post(HOME + "request/{id}/done")
@needs(RIGHT)
@in_tx
async def done(request: web.Request, context: Context) -> web.StreamResponse:
    row = await _found(request, context)
    if await store.close(context.tx, row.public_id, context.actor, context.now):
        audit.write(context.tx, context.actor, "desk.request_done", f"request:{row.public_id}")
    else:
        there: Any = await store.one(context.tx, row.public_id)
        unless_done(there.done_by, context.actor, "request")
    return see(request, HOME)


async def _found(request: web.Request, context: Context) -> Any:
    """The request, within reach. What was asked for amid nothing is for who reaches everything. Raises NotFound."""
    row = await store.one(context.tx, request.match_info["id"])
    if row is None or not (await Within.of(context, request[STAFF], RIGHT)).covers([store.place(row)]):
        raise NotFound("request")
    return row


async def _beside(request: web.Request, context: Context, row: Any) -> dict[str, Any]:
    known = await people.by_public_id(context.tx, (row.done_by or "").removeprefix("staff:"))
    names = {row.done_by: known.name} if known else {}
    matters = await _matters(request, context, [row])
    persons = await patients.persons_of(context.tx, row.contact_id)
    sight = await Sight.of(context, request[STAFF])
    opens = bool(persons) and await sight.opens(persons[0])
    return await _row(context, row, names, matters) | {"person_id": persons[0].public_id if opens else ""}


async def _matters(request: web.Request, context: Context, rows: Sequence[Any]) -> dict[str, str]:
    """What was talked of, as staff call it."""
    catalogue, things = await DirectoryService(context).catalogue(), {row.amid for row in rows if row.amid}
    found = await called(request, context, things)
    for thing in things:
        kind, _, code = thing.partition(":")
        names = {"clinic": catalogue.clinic_name, "department": catalogue.department_name}
        if kind in names:
            found[thing] = names[kind](code)
    return found


async def _row(
    context: Context, row: Any, names: Mapping[str, str], matters: Mapping[str, str]
) -> dict[str, Any]:
    persons = await patients.persons_of(context.tx, row.contact_id)
    return {
        "id": row.public_id, "asked": row.asked_at, "about": row.about, "state": row.state,
        "amid": matters.get(row.amid or "", ""),
        "mobile": mask_number(row.mobile) if row.mobile else "", "done": row.done_at,
        "by": names.get(row.done_by, row.done_by or ""), "person": mask_name(persons[0].name) if persons else "",
    }


def _page(
    request: web.Request, row: dict[str, Any], number: str = "", problem: Problem | None = None, status: int = 200
) -> web.Response:
    template = "desk/desk/beside.html.j2" if is_part(request) else "desk/desk/page.html.j2"
    return render(request, template, beside=row, number=number, problem=problem, status=status)


async def count(context: Context, member: Member) -> int:
    return await store.count_open(context.tx, await Within.of(context, member, RIGHT))


DOOR = Door(HOME, RIGHT, "phone")
WAIT = Wait("requests", RIGHT, HOME, count)
