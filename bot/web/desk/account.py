"""/desk/ and /desk/account: what concerns only the member who is signed in."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from bot import logs
from bot.access import audit, factor
from bot.access.people import store as people
from bot.access.visits import store as visits
from bot.access.work import Wait
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web.desk import guard
from bot.web.desk.door import new_password
from bot.web.desk.guard import STAFF, VISIT, signed_in
from bot.web.desk.pages import WAITS, in_tx, reading, render, see
from bot.web.keys import SETTINGS

routes = web.RouteTableDef()
log = logs.get(__name__)


@routes.get("/desk/")
@signed_in
async def start(request: web.Request) -> web.StreamResponse:
    """What waits for this member, by their rights, and the way to everything else."""
    me = request[STAFF]
    waits = [(each, await _count(request, each)) for each in request.app[WAITS] if me.may(each.right)]
    shown = [each for each in waits if each[1] != 0]
    return render(request, "common/desk/start.html.j2", waits=shown, any=bool(waits))


@routes.get("/desk/account")
@signed_in
async def account(request: web.Request) -> web.StreamResponse:
    return await _page(request)


@routes.post("/desk/account/password")
@signed_in
async def change_password(request: web.Request) -> web.StreamResponse:
    answer = await new_password(request)
    if isinstance(answer, Problem):
        return await _page(request, answer, status=422)
    response = see(request, "/desk/account?done=password")
    guard.set_session(request, response, answer.token)
    return response


@routes.post("/desk/account/sessions/{id}/end")
@signed_in
@in_tx
async def end_session(request: web.Request, context: Context) -> web.StreamResponse:
    me = request[STAFF]
    row = await visits.by_public_id(context.tx, request.match_info["id"], me.id)
    if row is None:
        raise NotFound("session")
    await visits.end(context.tx, row.id, "ended")
    audit.write(context.tx, me.actor, "access.session_ended", me.actor, {"address": row.address})
    return see(request, "/desk/account")


@routes.post("/desk/account/sessions/end-others")
@signed_in
@in_tx
async def end_others(request: web.Request, context: Context) -> web.StreamResponse:
    me = request[STAFF]
    count = await visits.end_of(context.tx, me.id, "ended", but=request[VISIT].id)
    audit.write(context.tx, me.actor, "access.session_ended", me.actor, {"count": count})
    return see(request, "/desk/account")


@routes.post("/desk/account/recovery")
@signed_in
@in_tx
async def new_recovery(request: web.Request, context: Context) -> web.StreamResponse:
    """New recovery codes; the old ones are worthless from now on."""
    me = request[STAFF]
    codes = factor.new_recovery()
    await people.set_recovery(context.tx, me.id, codes)
    audit.write(context.tx, me.actor, "access.recovery_made", me.actor)
    return render(request, "common/desk/recovery.html.j2", codes=codes, on="/desk/account")


async def _count(request: web.Request, wait: Wait) -> int | None:
    """None where it cannot be told: what else waits, and the way to everything, is there all the same."""
    try:
        async with reading(request) as context:
            return await wait.count(context, request[STAFF])
    except Exception:
        log.error("wait_not_counted", wait=wait.name, exc_info=True)
        return None


async def _page(request: web.Request, problem: Problem | None = None, status: int = 200) -> web.StreamResponse:
    rules, me = request.app[SETTINGS].desk, request[STAFF]
    async with reading(request) as context:
        sessions = await visits.listed(context.tx, me.id, context.now, timedelta(minutes=rules.idle_minutes))
        row = await people.by_id(context.tx, me.id)
        left = await people.recovery_left(context.tx, me.id)
    assert row is not None
    return render(
        request, "common/desk/account.html.j2", sessions=sessions, this=request[VISIT].public_id, left=left, row=row,
        rules=rules, problem=problem, done=request.query.get("done", ""), status=status,
    )
