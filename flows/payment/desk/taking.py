"""/desk/payment/orders/{id}/take: at a window the payer's code is scanned, and the page says how it ended by itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.web import forms
from bot.web.address import address_of
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, reading, render, see
from flows.payment import store
from flows.payment.desk.parts import HOME, TAKE, Reach, order_row
from flows.payment.orders import due_of
from flows.payment.refusals import PaymentRefusal
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT
from flows.payment.taking import Taking, app_of

routes = web.RouteTableDef()
PATH = HOME + "orders/{id}/take"


@routes.get(PATH)
@needs(TAKE)
async def form(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(PATH)
@needs(TAKE)
@in_tx
async def scan(request: web.Request, context: Context) -> web.StreamResponse:
    """A scanner types the code and ends it with Enter."""
    await _row(request, context)
    public, code = request.match_info["id"], "".join((await forms.values(request)).get("code", "").split())
    if not app_of(code):
        return await _page(request, context, problem=Problem("payment_code"), status=422)
    try:
        await Taking(context).scan(public, code, address_of(request))
    except PaymentRefusal as no:
        said = context.wording.render(f"payment/chat/{no.template}", **no.facts)
        return await _page(request, context, refused=said, status=409)
    return see(request, PATH.format(id=public))


@routes.post(PATH + "/leave")
@needs(TAKE)
@in_tx
async def leave(request: web.Request, context: Context) -> web.StreamResponse:
    await _row(request, context)
    await Taking(context).leave(request.match_info["id"])
    return see(request, PATH.format(id=request.match_info["id"]))


async def _row(request: web.Request, context: Context) -> tuple[Any, Reach]:
    reach = await Reach.of(request, context, TAKE)
    return reach.check(await store.order_of_public(context.tx, request.match_info["id"])), reach


async def _page(
    request: web.Request, context: Context, *, problem: Problem | None = None, refused: str = "", status: int = 200
) -> web.Response:
    row, reach = await _row(request, context)
    payments = await store.payments_of(context.tx, row.id)
    running = next((each for each in payments if each.state in OPEN_PAYMENT), None)
    over = row.expires_at <= context.now
    return render(
        request, "payment/desk/take.html.j2", status=status, order=order_row(row, reach), due=due_of(row),
        running=running, last=payments[-1] if payments else None, problem=problem, refused=refused,
        may_be_paid=row.state in OPEN_ORDER and not over, until=row.expires_at,
    )
