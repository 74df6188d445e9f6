"""Whom a thing of the trail is about: a person, by the area that knows the thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp import web

from bot.access.work import Whose, of_things
from bot.context import Context

WHOSE: web.AppKey[Mapping[str, Whose]] = web.AppKey("whose", dict)


async def persons_of(request: web.Request, context: Context, things: Iterable[str]) -> dict[str, int]:
    """Thing (``appointment:…``) -> the key of its person; what nobody knows is left out."""
    return await of_things(request.app[WHOSE], context, things)
