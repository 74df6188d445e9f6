"""The fee of an appointment on pages: what is kept while it is paid, and the way to the cashier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking.pages.parts import HOME, facts_for
from flows.booking.service import BookingService
from flows.payment.combined import ADDRESS

routes = web.RouteTableDef()
PAY = HOME + "mine/{appointment}/pay"


@routes.get(PAY)
@contact_page
async def lead(request: web.Request) -> web.StreamResponse:
    """From a message: to the cashier's page where there is one, else to the appointment, which says how it stands."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        return see(await order_page(service, row) if row.pay_order else f"{HOME}mine/{row.public_id}")


@routes.post(PAY)
@contact_page
@in_tx
async def pay(request: web.Request, context: Context) -> web.StreamResponse:
    """What is booked is paid online, if they like. A second tap finds the first one's order."""
    service = BookingService(context)
    row = await service.mine(request.match_info["appointment"])
    order = await service.fees.offer(row)
    return see(await order_page(service, await service.mine(row.id)) if order else f"{HOME}mine/{row.public_id}")


async def order_page(service: BookingService, row: Any) -> str:
    """The payer's own page; for others of the family the one that anybody may pay on."""
    pay = await service.fees.told(row)
    return f"/h5/payment/orders/{row.pay_order}" if pay["mine"] else ADDRESS.format(order=row.pay_order)


async def to_pay(request: web.Request, service: BookingService, row: Any) -> web.Response:
    """It is kept while its fee is paid."""
    facts = await facts_for(request, service, row)
    until = datetime.fromisoformat(facts["pay"]["until"])
    seconds = max(0, int((until - service.context.now).total_seconds()))
    return render(
        request, "booking/h5/to_pay.html.j2", visit=facts, public_id=row.public_id, seconds=seconds,
        order=await order_page(service, row),
    )
