"""What the words of a page need from the database: staff, roles, the directory, and how areas call their things."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from bot.access.people import store as people
from bot.access.roles import store as roles
from bot.context import Context
from bot.web.desk.pages import called
from flows.audit.saying import Saying
from flows.directory.service import DirectoryService


async def spoken(request: web.Request, context: Context, things: Collection[str] = ()) -> Saying:
    return Saying(
        words=context.wording.words, clock=context.clock, catalogue=await DirectoryService(context).catalogue(),
        staff={f"staff:{row.public_id}": (row.login, row.name) for row in await people.everybody(context.tx)},
        roles={row.public_id: row.name for row in await roles.all_roles(context.tx)},
        called=await called(request, context, things) if things else {},
    )
