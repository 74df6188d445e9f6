"""/desk/desk/: who asked for a human; what it is about, the number to call back, and closing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.doors import Door
from bot.access.people import store as people
from bot.access.rights import Member
from bot.access.work import Wait
from bot.context import Context
from bot.errors import Conflict, NotFound
from bot.masking import mask_name, mask_number
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, is_part, reading, render, see
from flows.desk import store
from flows.patients import store as patients

HOME, RIGHT = "/desk/desk/", "desk.requests"
LIST = Listing(
    "requests",
    (Column("asked", "moment"), Column("about", sortable=False), Column("mobile", sortable=False),
     Column("person", sortable=False), Column("state"), Column("done", "moment", hidden=True),
     Column("by", hidden=True)),
    filters=("state",), sort="asked", sortable=False,
)
routes = web.RouteTableDef()


@routes.get(HOME)
@needs(RIGHT)
async def listed(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    state = store.DONE if asked.filters["state"] == store.DONE else store.OPEN
    async with reading(request) as context:
        found, count = await store.listed(context.tx, state, limit=asked.size, offset=(asked.page - 1) * asked.size)
        names = {f"staff:{each.public_id}": each.name for each in await people.everybody(context.tx)}
        rows = [await _row(context, each, names) for each in found]
        opened = await store.one(context.tx, asked.open) if asked.open else None
        beside = await _row(context, opened, names) if opened else None
    return render(request, "desk/desk/list.html.j2", list=LIST.page(asked, rows, count), beside=beside, number="")


@routes.get(HOME + "request/{id}")
@needs(RIGHT)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return _page(request, await _row(context, await _found(request, context)))


@routes.post(HOME + "request/{id}/number")
@needs(RIGHT)
@in_tx
async def number(request: web.Request, context: Context) -> web.StreamResponse:
    """The whole number, to call it; that it was shown stands in the trail."""
    row = await _found(request, context)
    audit.write(context.tx, context.actor, "desk.number_shown", f"request:{row.public_id}")
    return _page(request, await _row(context, row), number=row.mobile or "")


@routes.post(HOME + "request/{id}/done")
@needs(RIGHT)
@in_tx
async def done(request: web.Request, context: Context) -> web.StreamResponse:
    row = await _found(request, context)
    if not await store.close(context.tx, row.public_id, context.actor, context.now):
        raise Conflict("request")
    audit.write(context.tx, context.actor, "desk.request_done", f"request:{row.public_id}")
    return see(request, HOME)


async def _found(request: web.Request, context: Context) -> Any:
    row = await store.one(context.tx, request.match_info["id"])
    if row is None:
        raise NotFound("request")
    return row


async def _row(context: Context, row: Any, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    persons = await patients.persons_of(context.tx, row.contact_id)
    if names is None:
        known = await people.by_public_id(context.tx, (row.done_by or "").removeprefix("staff:"))
        names = {row.done_by: known.name} if known else {}
    return {
        "id": row.public_id, "asked": row.asked_at, "about": row.about, "state": row.state,
        "mobile": mask_number(row.mobile) if row.mobile else "", "done": row.done_at,
        "by": names.get(row.done_by, row.done_by or ""),
        "person": mask_name(persons[0].name) if persons else "", "person_id": persons[0].public_id if persons else "",
    }


def _page(request: web.Request, row: dict[str, Any], number: str = "") -> web.Response:
    template = "desk/desk/beside.html.j2" if is_part(request) else "desk/desk/page.html.j2"
    return render(request, template, beside=row, number=number)


async def count(context: Context, member: Member) -> int:
    return await store.count_open(context.tx)


DOOR = Door(HOME, RIGHT, "phone")
WAIT = Wait("requests", RIGHT, HOME, count)
