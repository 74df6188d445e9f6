"""/desk/directory/…/preview: the page as patients would read it with the draft, for staff alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.web.desk.guard import STAFF, needs, unkept
from bot.web.desk.pages import reading
from flows.directory import store
from flows.directory.editions.rules import edition_of, over
from flows.directory.editions.writing import Writing
from flows.directory.showing import page_of

HOME = "/desk/directory/"

routes = web.RouteTableDef()


@routes.get(HOME + "subject/{kind:[a-z]+}-{code}/preview")
@needs("directory.view")
async def preview(request: web.Request) -> web.StreamResponse:
    """The draft, or what is shown where there is none, over the directory as it is now."""
    async with reading(request) as context:
        writing = Writing(context)
        subject = await writing.subject(
            request.match_info["kind"], request.match_info["code"], request[STAFF].range("directory.view")
        )
        catalogue, draft = await store.read(context.tx), await writing.draft(subject)
    if draft is not None:
        edition, listed = edition_of(draft), f"{subject.kind}s"
        entry = over(subject.own, edition)
        if subject.kind == "doctor" and edition.picture:
            entry = replace(entry, photo=f"{HOME}pictures/{edition.picture}")
        rows = tuple(entry if each.code == subject.code else each for each in getattr(catalogue, listed))
        written = {**catalogue.written, (subject.kind, subject.code): edition}
        changes: dict[str, Any] = {listed: rows, "written": written}
        catalogue = replace(catalogue, **changes)
    response = page_of(request, subject.kind, subject.code, catalogue, preview=f"{HOME}pictures/")
    unkept(response)
    return response
