"""/desk/filters: the filters that a member keeps by name, at hand on every list. Whose they are, is who asks."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from bot.access.kept import store
from bot.context import Context
from bot.errors import BadInput, NotFound
from bot.web import forms
from bot.web.desk.guard import STAFF, signed_in
from bot.web.desk.pages import in_tx, reading, render
from bot.web.keys import WORDING

routes = web.RouteTableDef()
PATH = "/desk/filters"


@routes.get(PATH)
@signed_in
async def listed(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await _page(request, context, request.query.get("list", ""))


@routes.post(PATH)
@signed_in
@in_tx
async def keep(request: web.Request, context: Context) -> web.StreamResponse:
    """Raises BadInput for a list or an address that no page of the desk has sent."""
    sent = await forms.values(request)
    name, address = " ".join(sent.get("name", "").split())[: store.LONGEST_NAME], sent.get("address", "")
    if sent.get("list", "") not in request.app[WORDING].words["columns"] or not _inside(address):
        raise BadInput("no_such_list")
    full = bool(name) and not await store.keep(context.tx, request[STAFF].id, sent["list"], name, address)
    return await _page(request, context, sent["list"], full=full)


@routes.post(PATH + "/{id}/drop")
@signed_in
@in_tx
async def drop(request: web.Request, context: Context) -> web.StreamResponse:
    if not await store.drop(context.tx, request[STAFF].id, request.match_info["id"]):
        raise NotFound("filter")
    return await _page(request, context, (await forms.values(request)).get("list", ""))


def _inside(address: str) -> bool:
    """Whether it is a page of the desk and nothing else: somebody clicks on it later."""
    parts = urlsplit(address)
    plain = address.isascii() and address.isprintable() and "\\" not in address
    outside = parts.scheme or parts.netloc or parts.fragment
    return plain and not outside and parts.path.startswith("/desk/") and len(address) <= store.LONGEST_ADDRESS


async def _page(request: web.Request, context: Context, here: str, *, full: bool = False) -> web.Response:
    rows = await store.of(context.tx, request[STAFF].id)
    return render(
        request, "common/desk/filters.html.j2", here_list=here, own=[row for row in rows if row.list == here],
        others=[row for row in rows if row.list != here], full=full, most=store.MOST,
    )
