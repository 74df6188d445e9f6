"""The draws of fair openings, for anybody: those to come with the hash of their seed, those that were with everything
that is needed to draw them again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot import logs
from bot.clock import HospitalClock
from bot.context import Context
from bot.errors import NotFound
from bot.web.access import public
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from bot.web.pages import open_page, render
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.records import SHOWN, Listed, Records
from flows.booking.pages.parts import HOME, page_of

routes = web.RouteTableDef()
MOST = 300
"""Wishes that a draw's page lists; all of them are in its record."""


@routes.get(f"{HOME}draws")
@open_page
async def listed(request: web.Request) -> web.StreamResponse:
    """Draws to come and past ones, and the table of weights."""
    page = page_of(request)
    async with _nobody(request) as context:
        records = Records(context)
        coming = await records.listed((draws.COMING, draws.DRAWN)) if page == 1 else []
        past = await records.listed((draws.DONE,), page)
        return render(
            request, "booking/h5/draws.html.j2", coming=coming[::-1], past=past, weights=opening.WEIGHTS,
            page=page, more=len(past) == SHOWN, local=context.clock.local,
        )


@routes.get(f"{HOME}draws/{{draw}}.json")
@public
async def record(request: web.Request) -> web.StreamResponse:
    """The record as a file (docs/draws.md); of a draw that is done only. (Its address stands before the page's, which
    takes any name.)"""
    async with _nobody(request) as context:
        found = await _found(context, request.match_info["draw"])
        if found.row.state != draws.DONE:
            raise NotFound("draw")
        text = opening.written(await Records(context).record(found))
    headers = {"Content-Disposition": f'attachment; filename="draw-{found.row.public_id}.json"'}
    return web.Response(text=text, content_type="application/json", headers=headers)


@routes.get(f"{HOME}draws/{{draw}}")
@open_page
async def one(request: web.Request) -> web.StreamResponse:
    """One draw; with ?code= that wish stands out."""
    code = "".join(request.query.get("code", "").upper().split())[:12]
    async with _nobody(request) as context:
        found = await _found(context, request.match_info["draw"])
        record = await Records(context).record(found) if found.row.state == draws.DONE else None
        own = next((each for each in record["wishes"] if each["code"] == code), None) if record and code else None
        return render(
            request, "booking/h5/draw.html.j2", row=found.row, about=found.about, record=record, code=code, own=own,
            result=opening.result_at(context.clock.local(found.row.closes_at)), local=context.clock.local,
            weights=opening.WEIGHTS, most=MOST,
        )


async def _found(context: Context, name: str) -> Listed:
    found = await Records(context).one(name)
    if found is None or found.row.state == draws.VOID:
        raise NotFound("draw")
    return found


@asynccontextmanager
async def _nobody(request: web.Request) -> AsyncIterator[Context]:
    """A Context that only looks, on behalf of nobody."""
    settings = request.app[SETTINGS]
    async with request.app[DATABASE].reading() as tx:
        yield Context(
            tx=tx, ports=request.app[PORTS], settings=settings, wording=request.app[WORDING], contact=None,
            channel="web", actor="public", request_id=logs.request_id(), now=tx.now,
            clock=HospitalClock(settings.timezone),
        )
