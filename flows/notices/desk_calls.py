"""/desk/notices/calls/{id}: one call that is to be made: whom, about what, the number for a reason, and that it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.where import Within
from bot.context import Context
from bot.db.contacts import contact_of
from bot.documents import Problem
from bot.errors import NotAllowed, NotFound
from bot.masking import mask_name, mask_number
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import called, in_tx, reading, render
from bot.web.desk.whose import persons_of
from flows.notices.calls import store as calls
from flows.patients import callers
from flows.patients import store as patients
from flows.patients.links import store as links
from flows.patients.met import store as met
from flows.patients.people import Person
from flows.patients.service import PatientsService
from flows.patients.sight import REVEAL, Sight

HOME, RIGHT = "/desk/notices/calls/", "notices.undelivered"
SHORTEST_REASON, LONGEST_REASON = 4, 90
routes = web.RouteTableDef()


@routes.get(HOME + "{id}")
@needs(RIGHT)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        row, person = await _found(request, context)
        return await _page(request, context, row, person)


@routes.post(HOME + "{id}/number")
@needs(RIGHT)
@in_tx
async def number(request: web.Request, context: Context) -> web.StreamResponse:
    """The whole number, for a reason that stands in the trail with who, when and whose."""
    if not request[STAFF].may(REVEAL):
        raise NotAllowed(REVEAL)
    row, person = await _found(request, context, RIGHT, REVEAL)
    why = (await forms.values(request)).get("why", "").strip()[:LONGEST_REASON]
    if person is None:
        raise NotFound("person")
    if len(why) < SHORTEST_REASON:
        return await _page(request, context, row, person, problem=Problem("reason_needed"), status=422)
    full = await PatientsService(context).reveal(person.id, why)
    proved = await links.mobile_of(context.tx, row.contact_id, person.id)
    await met.meet(context.tx, context.actor, person.id)
    audit.write(context.tx, request[STAFF].actor, "notices.number_shown", f"person:{person.public_id}",
                {"why": why, "call": row.public_id})
    return await _page(request, context, row, person, number=proved or full.mobile or "")


async def people(
    request: web.Request, context: Context, calls: Sequence[tuple[int, str]]
) -> list[Person | None]:
    """Whom these calls are for, by contact and by what they are about: the person of the matter, else the caller, else
    the contact's default one."""
    known = await persons_of(request, context, {about for _, about in calls})
    return [await _person(context, contact, known.get(about)) for contact, about in calls]


async def _person(context: Context, contact_id: int, key: int | None) -> Person | None:
    if not contact_id:
        return None
    if key is None:
        contact = await contact_of(context.tx, contact_id)
        if contact is not None and callers.is_caller(contact):
            key = await callers.person_of(context.tx, contact)
        else:
            key = next((each.id for each in await patients.persons_of(context.tx, contact_id)), None)
    return await patients.any_person(context.tx, key) if key else None


async def _found(request: web.Request, context: Context, *rights: str) -> tuple[Any, Person | None]:
    """The call, where it lies within the reach of these rights. Raises NotFound."""
    row = await calls.one(context.tx, request.match_info["id"])
    if row is None:
        raise NotFound("call")
    for right in rights or (RIGHT,):
        within = await Within.of(context, request[STAFF], right)
        if not within.everything:
            await within.need(f"call:{row.public_id}")
    return row, (await people(request, context, [(row.contact_id, row.about)]))[0]


async def _page(
    request: web.Request, context: Context, row: Any, person: Person | None, *, number: str = "",
    problem: Problem | None = None, status: int = 200,
) -> web.Response:
    names = await called(request, context, [row.about])
    proved = await links.mobile_of(context.tx, row.contact_id, person.id) if person else None
    own = (await patients.row_of(context.tx, person.id)) if person else None
    mobile = proved or (own.mobile if own else "") or ""
    me = request[STAFF]
    near = me.may(REVEAL) and await (await Within.of(context, me, REVEAL)).has(f"call:{row.public_id}")
    opens = person is not None and await (await Sight.of(context, me)).opens(person)
    over = row.useless_after is not None and row.useless_after <= context.now
    return render(
        request, "notices/desk/call.html.j2", status=status, id=row.public_id, since=row.created_at,
        what=context.wording.words["pushes"].get(row.kind, row.kind), matter=names.get(row.about, ""), person=person,
        masked=mask_number(mobile) if mobile else "", number=number, until=row.useless_after, problem=problem,
        name=mask_name(person.name) if person else "", open=row.state == "open" and not over,
        near=near, opens=opens,
    )
