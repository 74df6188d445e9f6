"""How the embedded hospital behaves, as the sandbox's page asks for and changes it: /sandbox/hospital."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.db.engine import Database
from bot.errors import BadInput, NotAllowed
from bot.web.access import public
from bot.web.keys import DATABASE
from integrations.his.conduct import Conduct, behave, current

PATH = "/sandbox/hospital"


class Wanted(BaseModel):
    """The part of a ``Conduct`` that the page can change."""

    model_config = ConfigDict(extra="forbid")

    delay_s: float = Field(0, ge=0, le=60)
    lose_next: int = Field(0, ge=0, le=20)
    unavailable: bool = False


def setup(app: web.Application) -> None:
    """Only where the sandbox runs: anybody who reaches it can stop the hospital."""
    app.router.add_get(PATH, show)
    app.router.add_post(PATH, change)


@public
async def show(request: web.Request) -> web.Response:
    return await _told(request.app[DATABASE])


@public
async def change(request: web.Request) -> web.Response:
    """``{"delay_s", "lose_next", "unavailable"}``; what is left out is well again."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).hostname != request.url.host:
        raise NotAllowed("sandbox")
    try:
        wanted = Wanted.model_validate(json.loads(await request.read() or b"{}"))
    except (ValueError, ValidationError):
        raise BadInput("bad_switch") from None
    await behave(request.app[DATABASE], Conduct(**wanted.model_dump()))
    return await _told(request.app[DATABASE])


async def _told(database: Database) -> web.Response:
    now = await current(database)
    return web.json_response(
        {"delay_s": now.delay_s, "lose_next": now.lose_next, "unavailable": now.unavailable},
        headers={"Cache-Control": "no-store"},
    )
