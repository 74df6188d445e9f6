"""A wish in a fair opening, on a page: in the draw, its result, out of it again."""

from __future__ import annotations

from aiohttp import web

from bot.context import Context
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking.opening import store as draws
from flows.booking.opening.refusals import NotWished
from flows.booking.pages.hold import whom
from flows.booking.pages.parts import HOME
from flows.booking.service import BookingService
from flows.booking.told import said

routes = web.RouteTableDef()


@routes.get(f"{HOME}wishes/{{wish}}")
@contact_page
async def wish(request: web.Request) -> web.StreamResponse:
    """In the draw, or what came of it; whoever won goes on to the hold."""
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(f"{HOME}wishes/{{wish}}/withdraw")
@contact_page
@in_tx
async def withdraw(request: web.Request, context: Context) -> web.StreamResponse:
    try:
        await BookingService(context).wishing.withdraw(request.match_info["wish"])
    except NotWished as no:
        return await _page(request, context, said(context, no), status=409)
    return see(f"{HOME}wishes/{request.match_info['wish']}")


async def _page(request: web.Request, context: Context, refused: str = "", status: int = 200) -> web.Response:
    service = BookingService(context)
    row = await service.wishing.entry(request.match_info["wish"])
    if row.state == "won" and row.appointment_id:
        held = await service.mine(row.appointment_id)
        return see(f"{HOME}holds/{held.public_id}")
    seconds = int((row.closes_at - context.now).total_seconds())
    facts = await service.wishing.facts(row)
    return render(
        request, "booking/h5/wish.html.j2", status=status, wish=facts, public_id=row.public_id, refused=refused,
        seconds=max(0, seconds), gathering=row.draw_state == draws.COMING and seconds > 0, whom=whom(row),
        wait=f"{HOME}wait?doctor={row.sitting or 'general'}&clinic={row.clinic}&day={row.date.isoformat()}",
    )
