"""/desk/booking/for/{person}/appointment/{id}/pay-link: who was booked for by staff gets a way to pay online, too."""

from __future__ import annotations

from aiohttp import web

from bot.context import Context
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, see
from flows.booking import pushes
from flows.booking.desk.behalf_parts import BOOK, HOME, Counter
from flows.payment.combined import address

routes = web.RouteTableDef()


@routes.post(HOME + "{person}/appointment/{id}/pay-link")
@needs(BOOK)
@in_tx
async def send(request: web.Request, context: Context) -> web.StreamResponse:
    """Whoever opens it pays, without signing in. Pressed twice it is sent once, as long as it can be paid."""
    counter = await Counter.of(request, context, BOOK, (await forms.values(request)).get("via", ""))
    row, acting = await counter.row(request.match_info["id"]), await counter.acting()
    order = await acting.fees.offer(await acting.mine(row.id))
    sent = bool(order) and (await acting.facts(await acting.mine(row.id)))["pay"]["can_pay"]
    if sent:
        facts = await acting.facts(row) | {"url": address(context.settings.base_url, order)}
        await pushes.pay_link(context, row, order, facts)
        counter.wrote("pay_link", f"appointment:{row.public_id}")
    return see(request, f"{counter.home}?done={'pay_link' if sent else ''}&via={counter.via}")
