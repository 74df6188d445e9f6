"""/desk/booking/for/{person}/exams/{id}/change: another time for an examination that is booked."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, reading, see
from flows.booking.desk.behalf_changing import changed
from flows.booking.desk.behalf_exams import EXAMS, by_day, exam_facts, exam_row
from flows.booking.desk.behalf_parts import CHANGE, Counter, said
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import EXAMINATION

routes = web.RouteTableDef()
PATH = EXAMS + "/{id}/change"


@routes.get(PATH)
@needs(CHANGE)
async def ask(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        counter = await Counter.of(request, context, CHANGE, request.query.get("via", ""))
        row = await counter.row(request.match_info["id"])
        if row.kind != EXAMINATION:
            return see(request, f"{counter.home}/appointment/{row.public_id}/change?via={counter.via}")
        return await counter.led(row) or await _page(counter, row)


@routes.post(PATH)
@needs(CHANGE)
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    """Under the rules that it was booked under; what was held together with it stays where it is."""
    sent = await forms.values(request)
    counter = await Counter.of(request, context, CHANGE, sent.get("via", ""))
    row = await exam_row(counter)
    if led := await counter.led(row):
        return led
    return await changed(counter, row, await counter.examining(row), sent, _page)


async def _page(counter: Counter, row: Any, *, refused: str = "", status: int = 200, **more: Any) -> web.Response:
    acting, why, found = await counter.examining(row), "", []
    if row.state == "booked":
        try:
            found = await acting.times_to_change(row.id)
        except BookingRefusal as no:
            why = said(counter.context, no)
    return counter.page(
        "booking/desk/behalf_exam_change.html.j2", status=status, visit=await exam_facts(counter, row),
        days=by_day(found), why=why, refused=refused, **more,
    )
