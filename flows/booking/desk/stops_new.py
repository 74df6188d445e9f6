"""/desk/booking/stops/new: choosing a session, saying what of it is stopped and why, seeing whom it hits, stopping it;
and taking it back."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, time
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import BadInput
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, reading, render, see
from flows.booking.desk.stops import HOME, STOP
from flows.booking.stops.board import Board
from flows.booking.stops.picking import Picking
from flows.booking.stops.refusals import PreviewStale, StopRefusal
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import LONGEST_REASON, Preview, StopsService
from flows.booking.stops.undoing import Undoing

routes = web.RouteTableDef()
MOST = 100
_TOKEN = re.compile(r"[0-9a-f]{32}")


@routes.get(HOME + "new")
@needs(STOP)
async def pick(request: web.Request) -> web.StreamResponse:
    """The sessions of a day."""
    async with reading(request) as context:
        picking = Picking(context, request[STAFF].range(STOP))
        today = context.clock.today()
        try:
            day = max(date.fromisoformat(request.query.get("day", "")), today)
        except ValueError:
            day = today
        word, clinic = request.query.get("q", "").strip()[:40], request.query.get("clinic", "")
        rows = await picking.sessions(day, clinic, word)
        clinics = await picking.clinics()
    # A hospital has hundreds of sessions a day: without a word those that somebody would miss.
    few = rows if word or clinic else [row for row in rows if row["booked"] or row["held"]]
    return render(
        request, "booking/desk/stop_pick.html.j2", rows=few[:MOST], more=len(rows) - len(few[:MOST]), day=day,
        today=today, q=word, clinic=clinic, clinics=clinics,
    )


@routes.get(HOME + "new/{session}")
@needs(STOP)
async def ask(request: web.Request) -> web.StreamResponse:
    """What of it, why, and who sits there instead."""
    async with reading(request) as context:
        return await _form(request, context, {})


@routes.post(HOME + "new/{session}")
@needs(STOP)
@in_tx
async def preview_or_stop(request: web.Request, context: Context) -> web.StreamResponse:
    """First the preview; with its mark it is done, if it still hits the same people. `again` is the way back."""
    sent = await forms.values(request)
    picking = Picking(context, request[STAFF].range(STOP))
    row, _, parts = await picking.session(request.match_info["session"])
    since = sent.get("since", "")
    if since and since not in [part.start_wall for part in parts]:
        raise BadInput("no_such_part")
    substitute = sent.get("substitute", "")
    if substitute and substitute not in [each["code"] for each in await picking.substitutes(row)]:
        raise BadInput("no_such_doctor")
    if "again" in sent:
        return await _form(request, context, sent)
    wish = Wish(row.id, sent.get("reason", ""), time.fromisoformat(since) if since else None, substitute or None)
    service = StopsService(context)
    if sent.get("step") != "stop":
        try:
            found = await service.preview(wish)
        except StopRefusal as no:
            return await _form(request, context, sent, Problem(no.slug, no.facts), status=422)
        return await _preview(request, context, wish, found, sent)
    once = sent.get("once", "")
    if not _TOKEN.fullmatch(once):
        raise BadInput("no_request_token")
    text = f"{request[STAFF].public_id}:{row.id}:{once}"
    try:
        stop = await service.stop(
            wish, "desk:" + hashlib.sha256(text.encode()).hexdigest()[:40], mark=sent.get("mark", "-")
        )
    except PreviewStale as no:
        found = await service.preview(wish)
        return await _preview(request, context, wish, found, sent, Problem(no.slug), status=409)
    except StopRefusal as no:
        return await _form(request, context, sent, Problem(no.slug, no.facts), status=409)
    return see(request, f"{HOME}stop/{stop.public_id}?done=stopped")


@routes.post(HOME + "stop/{id}/undo")
@needs(STOP)
@in_tx
async def undo(request: web.Request, context: Context) -> web.StreamResponse:
    """Only while nobody chose; else the page says who did."""
    board = Board(context, request[STAFF].range(STOP))
    stop, _ = await board.stop(request.match_info["id"])
    try:
        await Undoing(context).undo(stop["id"])
    except StopRefusal:
        return see(request, f"{HOME}stop/{stop['id']}?done=late")
    return see(request, f"{HOME}stop/{stop['id']}?done=undone")


async def _form(
    request: web.Request, context: Context, sent: Any, problem: Problem | None = None, status: int = 200
) -> web.Response:
    picking = Picking(context, request[STAFF].range(STOP))
    row, session, parts = await picking.session(request.match_info["session"])
    return render(
        request, "booking/desk/stop_new.html.j2", status=status, session=session, parts=parts, problem=problem,
        doctors=await picking.substitutes(row), sent={"since": "", "reason": "", "substitute": "", **sent},
        longest=LONGEST_REASON,
    )


async def _preview(
    request: web.Request, context: Context, wish: Wish, found: Preview, sent: Any, problem: Problem | None = None,
    status: int = 200,
) -> web.Response:
    picking = Picking(context, request[STAFF].range(STOP))
    _, session, _ = await picking.session(request.match_info["session"])
    doctor = (await picking.neighbours.catalogue()).doctor.get(wish.substitute or "")
    return render(
        request, "booking/desk/stop_preview.html.j2", status=status, session=session, preview=found, problem=problem,
        people=await picking.people(found), notice=await picking.notice(wish, found), doctor=doctor, wish=wish,
        sent={"since": "", "substitute": "", **sent}, once=secrets.token_hex(16), reason=" ".join(wish.reason.split()),
    )
