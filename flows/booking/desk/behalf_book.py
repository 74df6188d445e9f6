"""/desk/booking/for/{person}/book: a doctor and a time for somebody, held, read out, confirmed."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import BadInput, NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, reading, see
from flows.booking.desk.behalf_parts import BOOK, FIND, HOME, Counter, key_of, request_id, said
from flows.booking.desk.behalf_times import Asked, Times, chosen, entries, times
from flows.booking.offers import Wanted
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import EXAMINATION
from flows.booking.waiting import store as waiting

routes = web.RouteTableDef()
HELD = HOME + "{person}/held/{id}"


@routes.get(HOME + "{person}/book")
@needs(FIND)
async def choose(request: web.Request) -> web.StreamResponse:
    """Who is free, by words, clinic and day; and the times of whom one chose, or who alone was meant."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, BOOK, request.query.get("via", ""))
        return await _page(counter, Asked.of(request.query))


@routes.post(HOME + "{person}/hold")
@needs(BOOK)
@in_tx
async def hold(request: web.Request, context: Context) -> web.StreamResponse:
    """Keep the slot while it is read out. A second press finds the first one's hold."""
    sent = await forms.values(request)
    counter = await Counter.of(request, context, BOOK, sent.get("via", ""))
    segment = key_of(sent.get("segment", ""))
    once = request_id(context, sent.get("request", ""), segment, counter.person.public_id)
    try:
        held = await (await counter.acting()).hold(segment, counter.person.id, once)
    except BookingRefusal as no:
        return await _page(counter, Asked.of(sent), refused=said(context, no), status=409)
    return see(request, f"{counter.home}/held/{held.public_id}?via={counter.via}")


@routes.get(HELD)
@needs(BOOK)
async def held(request: web.Request) -> web.StreamResponse:
    """Everything once more, to be read out, and how long it is kept."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, BOOK, request.query.get("via", ""))
        row = await _hold(counter)
        if row.state == "booked":
            return see(request, f"{counter.home}?done=booked&via={counter.via}")
        return await _held_page(counter, row)


@routes.post(HELD + "/{act}")
@needs(BOOK)
@in_tx
async def answer(request: web.Request, context: Context) -> web.StreamResponse:
    """Confirm, or give it back. What was offered to who waited is taken or declined the same way."""
    act = request.match_info["act"]
    if act not in ("confirm", "release"):
        raise BadInput("no_such_act")
    counter = await Counter.of(request, context, BOOK, (await forms.values(request)).get("via", ""))
    row = await _hold(counter)
    acting, offered = await counter.acting(), await waiting.open_offer(context.tx, row.id) is not None
    about = f"appointment:{row.public_id}"
    if act == "release":
        if await acting.release(row.id):
            counter.wrote("declined" if offered else "released", about)
        return see(request, f"{counter.home}?done=released&via={counter.via}")
    try:
        booked = await acting.confirm(row.id)
    except BookingRefusal as no:
        return await _held_page(counter, row, refused=said(context, no), status=409)
    if booked.booked_at == context.now:
        counter.wrote("took" if offered else "booked", about)
    return see(request, f"{counter.home}?done=booked&via={counter.via}")


async def _hold(counter: Counter) -> Any:
    """Raises NotFound for an examination: it is held, confirmed and given back with all that belongs to it."""
    row = await counter.row(counter.request.match_info["id"])
    if row.kind == EXAMINATION:
        raise NotFound("appointment")
    return row


async def _held_page(counter: Counter, row: Any, *, refused: str = "", status: int = 200) -> web.Response:
    context = counter.context
    seconds = int((row.hold_until - context.now).total_seconds()) if row.state == "held" else 0
    return counter.page(
        "booking/desk/behalf_held.html.j2", status=status, visit=await counter.facts(row), refused=refused,
        seconds=max(0, seconds), until=row.hold_until, asked=row.clinic,
        offer=await waiting.open_offer(context.tx, row.id) is not None,
    )


async def _page(counter: Counter, asked: Asked, *, refused: str = "", status: int = 200) -> web.Response:
    asked = await chosen(counter, asked)
    catalogue = counter.office.names.catalogue
    found = [] if asked.doctor else await entries(counter, asked)
    if len(found) == 1 and asked.q:  # only one can be meant: their times at once
        asked = Asked(asked.q, found[0][0].clinic_code, found[0][0].code, asked.day)
    shown = Times((), (), "")
    if asked.doctor:
        shown = await times(counter, Wanted(asked.clinic, asked.doctor, asked.day))
        if asked.day and not shown.days:
            shown = Times((await times(counter, Wanted(asked.clinic, asked.doctor))).days, shown.full, shown.why)
    return counter.page(
        "booking/desk/behalf_book.html.j2", status=status, refused=refused, asked=asked, entries=found, times=shown,
        doctor=catalogue.doctor.get(asked.doctor), clinics=counter.office.clinics, names=counter.office.names,
        several=len({each.clinic for _, free in shown.days for each in free}) > 1, token=secrets.token_hex(16),
        today=counter.context.clock.today(),
    )
