"""/desk/booking/mine/next/{appointment}: the next visit, from the doctor's room."""

from __future__ import annotations

import secrets
from dataclasses import replace
from itertools import groupby
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, reading, render, see
from flows.booking import store
from flows.booking.behalf.service import ROOM, Behalf
from flows.booking.desk.behalf_parts import NEXT, key_of, request_id, said, wrote
from flows.booking.desk.office_parts import HOME, office
from flows.booking.neighbours import Person
from flows.booking.offers import Offers, Wanted
from flows.booking.office.rules import Scope
from flows.booking.office.service import OfficeService
from flows.booking.refusals import BookingRefusal
from flows.patients.service import PatientsService

routes = web.RouteTableDef()
PATH = HOME + "mine/next/{id}"
MOST = 24
"""Times that are offered: it is one tap on a phone."""


@routes.get(PATH)
@needs(NEXT)
async def choose(request: web.Request) -> web.StreamResponse:
    """The doctor's own next times for whom they have before them."""
    async with reading(request) as context:
        service, person, row = await _visit(request, context)
        return await _page(request, context, service, person, row)


@routes.post(PATH)
@needs(NEXT)
@in_tx
async def book(request: web.Request, context: Context) -> web.StreamResponse:
    """One tap: held and confirmed at once."""
    service, person, row = await _visit(request, context)
    sent = await forms.values(request)
    segment = key_of(sent.get("segment", ""))
    once = request_id(context, sent.get("request", ""), segment, person.public_id)
    own = Scope(False, doctor=service.doctor)
    behalf = await Behalf.of(context, person, ROOM, own.covers)
    try:
        booked = await behalf.book(segment, once)
    except BookingRefusal as no:
        return await _page(request, context, service, person, row, refused=said(context, no), status=409)
    if booked.booked_at == context.now:
        wrote(context, "booked", f"appointment:{booked.public_id}", ROOM, person=person.public_id)
    return see(request, f"{HOME}mine?done={booked.public_id}")


async def _visit(request: web.Request, context: Context) -> tuple[OfficeService, Person, Any]:
    """A visit of today to the doctor who asks, and whose it is. Raises NotFound for any other."""
    service = await office(request, context, NEXT)
    row = await store.appointment_of_public(context.tx, request.match_info["id"])
    today = context.clock.today()
    mine = row is not None and service.doctor and row.sitting == service.doctor
    if row is None or not mine or row.state != "booked" or row.date != today:
        raise NotFound("appointment")
    return service, await PatientsService(context).person(row.person_id), row


async def _page(
    request: web.Request, context: Context, service: OfficeService, person: Person, row: Any, *, refused: str = "",
    status: int = 200,
) -> web.Response:
    board = Offers(replace(context, channel=ROOM))
    today = context.clock.today()
    free = [each for each in await board.segments(Wanted("", service.doctor)) if each.day > today][:MOST]
    days = [(day, list(own)) for day, own in groupby(free, key=lambda each: each.day)]
    return render(
        request, "booking/desk/behalf_next.html.j2", status=status, person=person, days=days, refused=refused,
        path=f"{HOME}mine/next/{row.public_id}", token=secrets.token_hex(16), names=service.names,
        several=len({each.clinic for each in free}) > 1,
    )
