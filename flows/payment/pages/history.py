"""Twelve months of what was paid and given back."""

from __future__ import annotations

from aiohttp import web

from bot.web.pages import contact_page, reading, render
from flows.payment.checkout import HOME
from flows.payment.history.store import PAGE, given_back
from flows.payment.pages.parts import facts_of
from flows.payment.service import PaymentService

routes = web.RouteTableDef()


@routes.get(f"{HOME}history")
@contact_page
async def year(request: web.Request) -> web.StreamResponse:
    """The latest first; `before` the last one of the page before."""
    async with reading(request) as context:
        rows = await PaymentService(context).year(request.query.get("before", ""))
        back = await given_back(context.tx, [each.id for each in rows])
        shown = [
            await facts_of(request, context, each)
            | {"at": each.paid_at or each.created_at, "receipt": each.receipt, "back": back.get(each.id, 0)}
            for each in rows
        ]
        more = rows[-1].public_id if len(rows) == PAGE else ""
        return render(request, "payment/h5/history.html.j2", rows=shown, more=more)
