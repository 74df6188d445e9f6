"""Puts the desk into the web application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.access.rights import Rights
from bot.web.access import public
from bot.web.desk import account, door, kept
from bot.web.desk.guard import BOOK
from bot.web.desk.pages import DOORS, NAMES, WAITS
from bot.web.desk.whose import WHOSE


def setup(app: web.Application, areas: Iterable[Any]) -> None:
    """The door, the account, and what the areas declare: ``app[BOOK]`` their rights, ``app[DOORS]`` their menu,
    ``app[WAITS]`` what waits for staff, ``app[NAMES]`` how their things are called,
    ``app[WHOSE]`` whom these are about."""
    known = tuple(areas)
    app[BOOK] = Rights.of(known)
    app[DOORS] = tuple(entry for area in known for entry in area.doors)
    app[WAITS] = tuple(entry for area in known for entry in area.waits)
    app[NAMES] = {kind: name for area in known for kind, name in area.names.items()}
    app[WHOSE] = {kind: whose for area in known for kind, whose in area.whose.items()}
    app.router.add_routes(door.routes)
    app.router.add_routes(account.routes)
    app.router.add_routes(kept.routes)
    app.router.add_get("/desk", _start)


@public
async def _start(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/desk/")
