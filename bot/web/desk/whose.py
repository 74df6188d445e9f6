"""Whom a thing of the trail is about: a person, by the area that knows the thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp import web

from bot.access.work import Whose
from bot.context import Context

WHOSE: web.AppKey[Mapping[str, Whose]] = web.AppKey("whose", dict)


async def persons_of(request: web.Request, context: Context, things: Iterable[str]) -> dict[str, int]:
    """Thing (``appointment:…``) -> the key of its person; what nobody knows is left out."""
    by_kind: dict[str, set[str]] = {}
    for thing in things:
        kind, _, name = thing.partition(":")
        by_kind.setdefault(kind, set()).add(name)
    known = request.app[WHOSE]
    return {
        f"{kind}:{name}": person
        for kind, ids in by_kind.items()
        if kind in known
        for name, person in (await known[kind](context, sorted(ids))).items()
    }
