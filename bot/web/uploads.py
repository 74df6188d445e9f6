"""Files that come with a form: how large, what by their content, where they are kept, how they are given back.

::

    @routes.post("/desk/directory/department/{code}/picture")
    @needs("directory.edit")
    @uploads.takes("picture", Wanted(side=800))      # inside of the guard, outside of @in_tx
    @in_tx
    async def put_picture(request, context):
        kept = uploads.kept(request, "picture")      # a name to store, a Problem to say, or None: nothing was chosen

    return await uploads.give(request, name)         # in a route of the area, after asking who may see it

Its form is ``enctype="multipart/form-data"``. A form without this marker refuses every file. Kept files have random
names in ``uploads`` below `var`, which no address reaches by itself; several machines share that folder. A file whose
handler raised or answered with an error is gone again; one that is replaced is its owner's to ``forget``.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import logs, metrics
from bot.documents import Problem
from bot.errors import NotFound
from bot.settings import Settings
from bot.web import forms
from bot.web.keys import SETTINGS
from bot.web.pictures import KINDS, Wanted, redraw

log = logs.get(__name__)

KEPT: web.RequestKey[dict[str, str | Problem]] = web.RequestKey("kept", dict)
_NAME = re.compile(r"[0-9a-f]{32}\.(jpeg|png|webp)")
_DECODERS = asyncio.Semaphore(2)
"""A decoded picture is some hundred megabytes at worst; more than two of them at a time are not needed."""


def takes(field: str, wanted: Wanted) -> Callable[[Handler], Handler]:
    """The form of this handler brings one picture in ``field``; it is checked and kept before the handler begins."""

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def taking(request: web.Request) -> web.StreamResponse:
            found = await _keep(request, field, wanted)
            request[KEPT] = {} if found is None else {field: found}
            done = False
            try:
                response = await handler(request)
                done = response.status < 400
                return response
            finally:
                if not done and isinstance(found, str):
                    forget(request.app[SETTINGS], found)

        return forms.mark_files(taking, {field: wanted.largest})

    return around


def kept(request: web.Request, field: str) -> str | Problem | None:
    """What became of the file: its name, what is wrong with it, or None where none was chosen."""
    return request[KEPT].get(field)


async def give(request: web.Request, name: str) -> web.StreamResponse:
    """A kept file. Its name is drawn anew for each, so a browser may keep it; it can neither run nor be taken for a
    page. :raises NotFound: no such name"""
    path = _path(request.app[SETTINGS], name)
    if path is None or not path.is_file():
        raise NotFound("upload")
    headers: Mapping[str, str] = {
        "Content-Type": KINDS[path.suffix[1:]],
        "Cache-Control": "private, max-age=604800, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)


def forget(settings: Settings, name: str) -> None:
    """Remove a kept file, if it is there."""
    path = _path(settings, name)
    if path is not None:
        path.unlink(missing_ok=True)


async def _keep(request: web.Request, field: str, wanted: Wanted) -> str | Problem | None:
    sent = (await forms.files(request)).get(field)
    if sent is None:
        return None
    body = await asyncio.to_thread(sent.file.read, wanted.largest + 1)
    if not body:
        return None
    if len(body) > wanted.largest:
        return _refused(Problem("picture_large", {"most": wanted.largest >> 20}))
    async with _DECODERS:
        drawn = await asyncio.to_thread(redraw, body, wanted)
    if isinstance(drawn, Problem):
        return _refused(drawn)
    name = f"{secrets.token_hex(16)}.{drawn.kind}"
    await asyncio.to_thread(_write, request.app[SETTINGS], name, drawn.body)
    metrics.uploads.inc("kept")
    return name


def _refused(problem: Problem) -> Problem:
    log.info("upload_refused", reason=problem.slug)
    metrics.uploads.inc(problem.slug)
    return problem


def _write(settings: Settings, name: str, body: bytes) -> None:
    """Whole or not at all, and for our own user alone."""
    path = _path(settings, name)
    assert path is not None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
    part.replace(path)


def _path(settings: Settings, name: str) -> Path | None:
    """Where a file of ours is; None for a name that we never drew."""
    return settings.var / "uploads" / name[:2] / name if _NAME.fullmatch(name) else None
