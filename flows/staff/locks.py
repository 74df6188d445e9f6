"""/desk/staff/person/…/unlock: who tried too often may try again at once."""

from __future__ import annotations

from aiohttp import web

from bot.access.office import Office
from bot.access.rights import Member
from bot.access.tries import store as tries
from bot.access.work import Wait
from bot.context import Context
from bot.web.desk.guard import BOOK, STAFF, needs
from bot.web.desk.pages import back, in_tx
from flows.staff.service import StaffService

routes = web.RouteTableDef()
RIGHT = "staff.edit"


@routes.post("/desk/staff/person/{id}/unlock")
@needs(RIGHT)
@in_tx
async def unlock(request: web.Request, context: Context) -> web.StreamResponse:
    me = request[STAFF]
    found = await StaffService(context).colleague(request.match_info["id"], me.range(RIGHT))
    await Office(context.tx, request.app[BOOK], context.actor, me).unlock(found.row.public_id)
    return back(request, "/desk/staff/", open=found.row.public_id)


async def locked(context: Context, member: Member) -> int:
    """How many of those within reach are locked out now."""
    if not await tries.count_locked(context.tx):
        return 0
    return await StaffService(context).count_locked(member.range(RIGHT))


WAIT = Wait("locked", RIGHT, "/desk/staff/?state=locked", locked, late=True)
