"""Checking in on the page of an appointment, and appealing: one tap, the words that may be added, the answer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking.pages.parts import HOME, facts_for
from flows.booking.refusals import BookingRefusal
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import LONGEST, Appeals
from flows.booking.standing.coming.arrivals import PAGE, Arrivals
from flows.booking.told import said

APPEALS = f"{HOME}appeals/"

routes = web.RouteTableDef()


@routes.post(f"{HOME}mine/{{appointment}}/check-in")
@contact_page
@in_tx
async def check_in(request: web.Request, context: Context) -> web.StreamResponse:
    """I am here. Who is late is shown the later place."""
    service = Arrivals(context, answered=True)
    row = await service.mine(request.match_info["appointment"])
    try:
        done = await service.check_in(row.id, PAGE)
    except BookingRefusal as no:
        facts = await facts_for(request, service, row) | {"public_id": row.public_id, "state": row.state}
        return render(
            request, "booking/h5/check_in.html.j2", status=409, visit=facts, refused=said(context, no),
            over=no.template == "refuse_check_in_over",
        )
    return see(f"{HOME}mine/{done.row.public_id}?done={'moved' if done.moved else 'here'}")


@routes.get(APPEALS)
@contact_page
async def listed(request: web.Request) -> web.StreamResponse:
    """What can be appealed against, and what was."""
    async with reading(request) as context:
        appeals = Appeals(context)
        return render(
            request, "booking/h5/appeals.html.j2", matters=await appeals.open_matters(), mine=await appeals.mine(),
            tab="mine",
        )


@routes.post(APPEALS)
@contact_page
@limited("holds")
@in_tx
async def file(request: web.Request, context: Context) -> web.StreamResponse:
    """The one tap. A second one finds the first."""
    about, appeals = (await forms.values(request)).get("about", "")[:96], Appeals(context)
    try:
        row = await appeals.file(about)
    except BookingRefusal as no:
        if known := await appeals.of(about):
            return see(f"{APPEALS}{known.public_id}")
        return render(request, "booking/h5/appeal_not.html.j2", status=409, refused=said(context, no))
    return see(f"{APPEALS}{row.public_id}?done=made")


@routes.get(APPEALS + "{appeal}")
@contact_page
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        row = await Appeals(context).one(request.match_info["appeal"])
        return await _page(request, context, row, done=request.query.get("done", ""))


@routes.post(APPEALS + "{appeal}/words")
@contact_page
@in_tx
async def words(request: web.Request, context: Context) -> web.StreamResponse:
    """Say more, while nobody has answered."""
    appeals, sent = Appeals(context), await forms.values(request)
    row = await appeals.one(request.match_info["appeal"])
    typed = sent.get("said", "").strip()
    if typed:
        await appeals.add_words(row.public_id, typed)
    return see(f"{APPEALS}{row.public_id}?done={'words' if typed else ''}")


async def _page(request: web.Request, context: Context, row: Any, *, done: str) -> web.Response:
    facts = await Appeals(context).facts(row)
    return render(request, "booking/h5/appeal.html.j2", appeal=facts, done=done, longest=LONGEST)


async def locks_of(service: BookingService) -> list[dict[str, Any]]:
    """The open locks of this contact's persons, with the appeal where one was made."""
    locks = await service.standing.locks(await service.neighbours.persons())
    appeals = Appeals(service.context)
    found = []
    for each in locks:
        known = await appeals.of(each["about"])
        found.append(each | {"appeal": known.public_id if known else ""})
    return found
