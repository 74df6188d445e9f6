"""/desk/staff/roles: the matrix of roles and rights, and one role."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from bot import clock
from bot.access import audit
from bot.access.office import Office
from bot.access.refusals import NameTaken, RoleHeld
from bot.access.rights import ADMINISTRATOR, Right
from bot.access.roles import store
from bot.access.twice import did
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.errors import Conflict, NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import BOOK, STAFF, needs
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.keys import DATABASE, SETTINGS, WORDING

routes = web.RouteTableDef()


@routes.get("/desk/staff/roles")
@needs("staff.matrix")
async def matrix(request: web.Request) -> web.StreamResponse:
    """Each right by each role; with ``?export=all`` as a file."""
    async with reading(request) as context:
        roles = await store.all_roles(context.tx)
        grants = await store.grants(context.tx)
        held: dict[int, int] = {role.id: await store.count_holders(context.tx, role.id) for role in roles}
    cells = {role.id: _full(request) if role.code == ADMINISTRATOR else grants.get(role.id, {}) for role in roles}
    if export.asked(request, "staff.export"):
        return await _file(request, roles, cells)
    return render(request, "staff/desk/roles.html.j2", roles=roles, cells=cells, held=held, groups=_groups(request))


@routes.get("/desk/staff/roles/new")
@needs("staff.roles")
async def ask_new(request: web.Request) -> web.StreamResponse:
    """Empty, or with `?like=` filled with what another role gives."""
    async with reading(request) as context:
        like = await store.by_public_id(context.tx, request.query.get("like", ""))
        grants = (await store.grants(context.tx)).get(like.id, {}) if like is not None else {}
    given = _full(request) if like is not None and like.code == ADMINISTRATOR else grants
    return _page(request, None, given, {"name": "", "note": ""})


@routes.get("/desk/staff/roles/{id}")
@needs("staff.matrix")
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        row = await store.by_public_id(context.tx, request.match_info["id"])
        if row is None:
            raise NotFound("role")
        given = (await store.grants(context.tx)).get(row.id, {})
        held = (await store.holders(context.tx)).get(request[STAFF].id, [])
    mine = not request[STAFF].administrator and any(each.id == row.id for each in held)
    return _page(request, row, _full(request) if row.code == ADMINISTRATOR else given, row._mapping, mine=mine)


@routes.post("/desk/staff/roles/new")
@needs("staff.roles")
@in_tx
async def make(request: web.Request, context: Context) -> web.StreamResponse:
    return await _save(request, context, None)


@routes.post("/desk/staff/roles/{id}")
@needs("staff.roles")
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    row = await store.by_public_id(context.tx, request.match_info["id"])
    if row is None:
        raise NotFound("role")
    return await _save(request, context, row)


@routes.post("/desk/staff/roles/{id}/remove")
@needs("staff.roles")
@in_tx
async def remove(request: web.Request, context: Context) -> web.StreamResponse:
    row = await store.by_public_id(context.tx, request.match_info["id"])
    if row is None:
        if await did(context.tx, context.actor, "staff.role_removed", f"role:{request.match_info['id']}"):
            return see(request, "/desk/staff/roles")
        raise NotFound("role")
    try:
        await Office(context.tx, request.app[BOOK], context.actor, request[STAFF]).remove_role(row.public_id)
    except RoleHeld as refusal:
        given = (await store.grants(context.tx)).get(row.id, {})
        return _page(request, row, given, row._mapping, Problem("role_held", refusal.facts), status=422)
    return see(request, "/desk/staff/roles")


async def _save(request: web.Request, context: Context, row: Any) -> web.StreamResponse:
    sent = await forms.values(request)
    given = {name.removeprefix("right:"): value for name, value in sent.items() if name.startswith("right:") and value}
    name, version = sent.get("name", "").strip(), forms.whole(sent.get("version", ""))
    if not 1 <= len(name) <= 40:
        return _page(request, row, given, sent, Problem("name_needed"), status=422)
    try:
        office = Office(context.tx, request.app[BOOK], context.actor, request[STAFF])
        await office.save_role(row.public_id if row is not None else "", -1 if version is None else version,
                               name, sent.get("note", "").strip()[:200], given)
    except NameTaken:
        return _page(request, row, given, sent, Problem("role_name_taken"), status=422)
    except Conflict:
        return _page(request, row, given, sent, Problem("member_changed"), status=409)
    return see(request, "/desk/staff/roles")


def _page(
    request: web.Request, row: Any, given: Any, sent: Any, problem: Problem | None = None, status: int = 200, *,
    mine: bool = False,
) -> web.Response:
    """`mine`: a role of who looks, which somebody else has to change (bot.access.office)."""
    editable = request[STAFF].may("staff.roles") and not mine and (row is None or row.code != ADMINISTRATOR)
    return render(request, "staff/desk/role.html.j2", role=row, given=given, sent=sent, problem=problem,
                  groups=_groups(request), editable=editable, mine=mine, status=status,
                  reaches={right.slug: request.app[BOOK].reaches(right.slug) for right in request.app[BOOK].all})


def _full(request: web.Request) -> dict[str, str]:
    return dict.fromkeys(request.app[BOOK].by_slug, "all")


def _groups(request: web.Request) -> list[tuple[str, list[Right]]]:
    """Rights by area, in their order."""
    found: dict[str, list[Right]] = {}
    for right in request.app[BOOK].all:
        found.setdefault(right.title, []).append(right)
    return list(found.items())


async def _file(request: web.Request, roles: Any, cells: Any) -> web.Response:
    words, me = request.app[WORDING].words, request[STAFF]
    head = [*words["matrix"]["head"], *(role.name for role in roles)]
    reach = words["reach"]
    rows = [
        [right.title, words["rights"].get(right.slug, right.slug),
         *(reach[cells[role.id][right.slug]] if right.slug in cells[role.id] else "" for role in roles)]
        for right in request.app[BOOK].all
    ]

    async def tell(tx: Transaction) -> None:
        audit.write(tx, me.actor, "access.exported", "list:matrix", {"rows": len(rows)})

    await request.app[DATABASE].run(tell)
    stamp = HospitalClock(request.app[SETTINGS].timezone).local(clock.now()).strftime("%Y-%m-%d %H:%M")
    body = await asyncio.to_thread(export.workbook, head, rows, f"{me.name} {me.login} {stamp}")
    headers = {"Content-Disposition": 'attachment; filename="roles.xlsx"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=export.TYPE, headers=headers)
