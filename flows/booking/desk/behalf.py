"""/desk/booking/for/{person}: what a person has, and what staff do about it for them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, is_part, reading, see
from flows.booking.behalf import store
from flows.booking.desk.behalf_changing import changed
from flows.booking.desk.behalf_parts import (
    CANCEL,
    CHANGE,
    FIND,
    HOME,
    SEE,
    WAIT,
    Counter,
    key_of,
    reason_of,
    said,
)
from flows.booking.desk.behalf_times import times
from flows.booking.exams import store as exam_rows
from flows.booking.offers import same_doctor
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import EXAMINATION
from flows.booking.waiting import store as entries
from flows.booking.waiting.list import WaitingList

routes = web.RouteTableDef()
APPOINTMENT = HOME + "{person}/appointment/{id}"
SHOWN = 10
"""Past and ended appointments that are shown."""


@routes.get(HOME + "{person}")
@needs(FIND)
async def one(request: web.Request) -> web.StreamResponse:
    """Holds, coming and past appointments and waits of a person, as far as the right reaches."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, SEE, request.query.get("via", ""))
        live, hidden = await _listed(counter, await store.live(context.tx, counter.person.id))
        past = [row for row in await store.over(context.tx, counter.person.id)
                if counter.office.scope.covers(row.clinic, row.sitting)]
        over, _ = await _listed(counter, past[:SHOWN])
        waits = await _waits(counter)
    template = "booking/desk/behalf_list.html.j2" if is_part(request) else "booking/desk/behalf.html.j2"
    return counter.page(template, live=live, over=over, older=len(past) > SHOWN, waits=waits, hidden=hidden,
                        done=request.query.get("done", ""))


@routes.get(APPOINTMENT + "/cancel")
@needs(CANCEL)
async def ask_cancel(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        counter = await Counter.of(request, context, CANCEL, request.query.get("via", ""))
        row = await counter.row(request.match_info["id"])
        return await counter.led(row) or await _cancel_page(counter, row)


@routes.post(APPOINTMENT + "/cancel")
@needs(CANCEL)
@in_tx
async def cancel(request: web.Request, context: Context) -> web.StreamResponse:
    """For a reason that stands in the trail; past the patient's own time with the right to that."""
    sent = await forms.values(request)
    counter = await Counter.of(request, context, CANCEL, sent.get("via", ""))
    row, why = await counter.row(request.match_info["id"]), reason_of(sent)
    if led := await counter.led(row):
        return led
    if not why:
        return await _cancel_page(counter, row, problem=Problem("why_needed"), status=422)
    acting = await counter.acting(row)
    late = await acting.is_late(row) if row.state == "booked" else False
    try:
        ended = await acting.cancel(row.id)
    except BookingRefusal as no:
        return await _cancel_page(counter, row, refused=said(context, no), status=409)
    if ended.ended_at == context.now:
        counter.wrote("cancelled", f"appointment:{row.public_id}", why=why, overdue=late)
    return see(request, f"{counter.home}?done=cancelled&via={counter.via}")


@routes.get(APPOINTMENT + "/change")
@needs(CHANGE)
async def ask_change(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        counter = await Counter.of(request, context, CHANGE, request.query.get("via", ""))
        row = await counter.row(request.match_info["id"])
        return await counter.led(row) or await _change_page(counter, row)


@routes.post(APPOINTMENT + "/change")
@needs(CHANGE)
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    """Another time with the same doctor."""
    sent = await forms.values(request)
    counter = await Counter.of(request, context, CHANGE, sent.get("via", ""))
    row = await counter.row(request.match_info["id"])
    if row.kind == EXAMINATION:
        raise NotFound("appointment")
    if led := await counter.led(row):
        return led
    return await changed(counter, row, await counter.acting(row), sent, _change_page)


@routes.post(HOME + "{person}/wait")
@needs(WAIT)
@in_tx
async def wait(request: web.Request, context: Context) -> web.StreamResponse:
    """On the waiting list of a full session."""
    sent = await forms.values(request)
    counter = await Counter.of(request, context, WAIT, sent.get("via", ""))
    session = key_of(sent.get("session", ""))
    try:
        joined = await (await counter.acting()).waiting.join([session], counter.person.id)
    except BookingRefusal as no:
        return counter.page("booking/desk/behalf_no.html.j2", status=409, refused=said(context, no))
    for each in joined:
        counter.wrote("waited", f"waiting:{each.public_id}")
    return see(request, f"{counter.home}?done=waiting&via={counter.via}")


@routes.post(HOME + "{person}/waiting/{id}/give-up")
@needs(WAIT)
@in_tx
async def give_up(request: web.Request, context: Context) -> web.StreamResponse:
    counter = await Counter.of(request, context, WAIT, (await forms.values(request)).get("via", ""))
    row = await (await counter.acting()).waiting.give_up(request.match_info["id"])
    if row.state == entries.GIVEN_UP and row.ended_at == context.now:
        counter.wrote("gave_up", f"waiting:{row.public_id}")
    return see(request, f"{counter.home}?done=given_up&via={counter.via}")


# --- inside ----------------------------------------------------------------------------------------------------------


async def _listed(counter: Counter, rows: Any) -> tuple[list[dict[str, Any]], int]:
    """Those within reach as lists of staff show them, and how many lie outside of it."""
    scope = counter.office.scope
    mine = [row for row in rows if scope.covers(row.clinic, row.sitting)]
    offers = {row.public_id for row in mine if await entries.open_offer(counter.context.tx, row.id)}
    found = [await counter.office.appointment(row.public_id) for row in mine]
    stops = {row.public_id: await counter.stopped(row) for row in mine}
    exams = {row.public_id: known.exam_name for row in mine
             if (known := await exam_rows.of(counter.context.tx, row.id))}
    more = [{"offer": each["id"] in offers, "stop": stops[each["id"]], "name": exams.get(each["id"], "")}
            for each in found]
    return [each | own for each, own in zip(found, more, strict=True)], len(rows) - len(mine)


async def _waits(counter: Counter) -> list[dict[str, Any]]:
    waiting, names = WaitingList(counter.context), counter.office.names
    found = []
    for row in await store.waits(counter.context.tx, counter.person.id):
        if counter.office.scope.covers(row.clinic, row.sitting) and row.state == entries.WAITING:
            entry = await entries.by_public(counter.context.tx, row.public_id)
            found.append(await waiting.facts(entry) | {
                "id": row.public_id, "place": names.clinic(row.clinic), "who": names.doctor(row.sitting)})
    return found


async def _cancel_page(counter: Counter, row: Any, *, status: int = 200, **more: Any) -> web.Response:
    return counter.page("booking/desk/behalf_cancel.html.j2", status=status, visit=await counter.facts(row), **more)


async def _change_page(counter: Counter, row: Any, *, status: int = 200, **more: Any) -> web.Response:
    """The other times of the doctor, by day."""
    free = (await times(counter, same_doctor(row))).days if row.state == "booked" else ()
    own = row.segment_id
    days = [(day, [each for each in segments if each.id != own]) for day, segments in free]
    return counter.page(
        "booking/desk/behalf_change.html.j2", status=status, visit=await counter.facts(row),
        days=[(day, segments) for day, segments in days if segments], **more,
    )
