"""/desk/booking/stops/person: one patient of a stop; the calls that are made, and what they say on the phone."""

from __future__ import annotations

from typing import Any, get_args

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.documents import Problem
from bot.errors import BadInput
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, is_part, reading, render
from flows.booking.desk.stops import CALL, HOME, VIEW, about
from flows.booking.refusals import BookingRefusal
from flows.booking.stops.board import Board
from flows.booking.stops.choices import store as choices
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.rules import Answer
from flows.booking.stops.telling import about as about_choice
from flows.notices.service import NoticesService

routes = web.RouteTableDef()
RESULTS = ("reached", "not_reached")


@routes.get(HOME + "person/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await _page(request, Board(context, request[STAFF].range(VIEW)))


@routes.post(HOME + "person/{id}/call")
@needs(CALL)
@in_tx
async def called(request: web.Request, context: Context) -> web.StreamResponse:
    """Who was reached knows of it, and leaves the call list."""
    board = Board(context, request[STAFF].range(CALL))
    line, _ = await board.one(request.match_info["id"])
    sent = await forms.values(request)
    result, note = sent.get("result", ""), " ".join(sent.get("note", "").split())[:200]
    if result not in RESULTS:
        raise BadInput("no_such_result")
    await choices.add_call(context.tx, line.row.id, result, note, context.actor)
    if result == "reached":
        await choices.saw(context.tx, line.row.id, "call")
        await NoticesService(context).called(about_choice(line.row.public_id))
    audit.write(context.tx, context.actor, "booking.stop_called", f"choice:{line.row.public_id}", {"state": result})
    return await _page(request, board)


@routes.post(HOME + "person/{id}/choose")
@needs(CALL)
@in_tx
async def choose(request: web.Request, context: Context) -> web.StreamResponse:
    """What they chose on the phone, entered for them."""
    board = Board(context, request[STAFF].range(CALL))
    line, _ = await board.one(request.match_info["id"])
    sent = await forms.values(request)
    answer: Answer | None = next((each for each in get_args(Answer) if each == sent.get("answer")), None)
    if answer is None:
        raise BadInput("no_such_answer")
    segment = sent.get("segment", "")
    try:
        done = await Choosing(context).choose(
            line.row.public_id, answer, int(segment) if segment.isascii() and segment.isdigit() else None
        )
    except BookingRefusal as no:
        said = context.wording.render(f"booking/chat/{no.template}", **no.facts)
        return await _page(request, board, Problem("stop_answer", {"why": said}), status=409)
    if done.fresh:
        # Whoever answers was reached: nobody has to ring them up for it any more.
        await NoticesService(context).called(about_choice(line.row.public_id))
        audit.write(
            context.tx, context.actor, "booking.stop_answered", f"choice:{line.row.public_id}",
            {"state": done.row.state},
        )
    return await _page(request, board)


async def _page(
    request: web.Request, board: Board, problem: Problem | None = None, status: int = 200
) -> web.Response:
    beside: dict[str, Any] = await about(board, request.match_info["id"])
    template = "booking/desk/stop_person.html.j2" if is_part(request) else "booking/desk/stop_person_page.html.j2"
    return render(request, template, beside=beside, problem=problem, status=status)
