"""One order: choose a way, the sheet, being checked, paid, on its way back, over. The page can be left and come back to
at any moment; what it shows follows from the order alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from aiohttp import web

from bot.context import Context
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.patients.people import Person
from flows.payment import combined
from flows.payment.checkout import ORDERS, Checkout
from flows.payment.covered.asking import Asking, agreed_before
from flows.payment.orders import due_of
from flows.payment.pages.offers import Offer, within
from flows.payment.pages.parts import chosen, facts_of, offered, pay, picture, said, sheet_of
from flows.payment.pages.stages import MOVING, Stage, mark, stage, waits
from flows.payment.refusals import BillChanged, NotOffered, NotPriced, OneIsRunning, PaymentRefusal, TooMuch, TooOften
from flows.payment.service import PaymentService, View

ORDER = ORDERS + "{order}"
SAID = {no.template: no for no in (NotOffered, NotPriced, OneIsRunning, TooMuch, TooOften)}
"""What a page that led here could not do, by the word in its address."""
PAGES: dict[Stage | Literal["elsewhere"], str] = {
    "choose": "payment/h5/order_choose.html.j2",
    "pricing": "payment/h5/order_pricing.html.j2",
    "covering": "payment/h5/order_covering.html.j2",
    "policies": "payment/h5/order_covering.html.j2",
    "opening": "payment/h5/order_opening.html.j2",
    "inside": "payment/h5/order_inside.html.j2",
    "page": "payment/h5/order_page.html.j2",
    "checking": "payment/h5/order_checking.html.j2",
    "ending": "payment/h5/order_ending.html.j2",
    "paid": "payment/h5/order_paid.html.j2",
    "settled": "payment/h5/order_settled.html.j2",
    "refunding": "payment/h5/order_refunding.html.j2",
    "refunded": "payment/h5/order_refunded.html.j2",
    "closed": "payment/h5/order_closed.html.j2",
    "failed": "payment/h5/order_failed.html.j2",
    "elsewhere": "payment/h5/order_elsewhere.html.j2",
}
routes = web.RouteTableDef()


@routes.get(ORDER)
@contact_page
async def order(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        if stage(await PaymentService(context).view(request.match_info["order"]), context.now) == "policies":
            return see(f"{ORDERS}{request.match_info['order']}/covered")
        no = SAID.get(request.query.get("no", ""))
        return await _page(request, context, refused=said(context, no()) if no else "")


@routes.get(ORDER + "/standing")
@contact_page
async def standing(request: web.Request) -> web.StreamResponse:
    """A word that changes when the page does: it asks for it instead of for itself."""
    async with reading(request) as context:
        view = await PaymentService(context).view(request.match_info["order"])
        return web.json_response({"mark": mark(view, context.now)})


@routes.post(ORDER + "/pay")
@contact_page
@limited("holds")
@in_tx
async def begin(request: web.Request, context: Context) -> web.StreamResponse:
    """Pay in the way that was chosen. A second tap finds the first one's payment."""
    sent = await forms.values(request)
    service, public = PaymentService(context), request.match_info["order"]
    view = await service.view(public)
    person = await Checkout(context).person(view.order)
    offer = chosen(_offers(request, context, person, view), sent.get("way", ""))
    if offer is None:
        return await _page(request, context, missing=True, status=422)
    if offer.way == "elsewhere":
        return see(f"{ORDERS}{public}?elsewhere=1")
    if offer.way == "insured" or offer.way == "covered":
        return see(f"{ORDERS}{public}/{offer.way}")
    try:
        if view.running is None:
            await Checkout(context).still_owed(view.order, person)
        if view.parts is not None:
            await service.agree(public)  # they have read them where they chose the way
        await agreed_before(context, public)
        await pay(request, context, view.order, offer, person)
    except (BillChanged, NotOffered, TooMuch, TooOften) as no:
        return await _page(request, context, refused=said(context, no), status=409)
    except PaymentRefusal:
        pass  # it is being checked, paid or over: the page says so
    return see(f"{ORDERS}{public}")


@routes.post(ORDER + "/claimed")
@contact_page
@in_tx
async def claimed(request: web.Request, context: Context) -> web.StreamResponse:
    """The sheet said that it is paid, or the payer does."""
    await PaymentService(context).claimed(request.match_info["order"])
    return see(f"{ORDERS}{request.match_info['order']}")


@routes.post(ORDER + "/drop")
@contact_page
@in_tx
async def drop(request: web.Request, context: Context) -> web.StreamResponse:
    """Another way, or none."""
    await PaymentService(context).drop(request.match_info["order"])
    return see(f"{ORDERS}{request.match_info['order']}?dropped=1")


async def _page(
    request: web.Request, context: Context, *, refused: str = "", missing: bool = False, status: int = 200
) -> web.Response:
    view = await PaymentService(context).view(request.match_info["order"])
    shown = stage(view, context.now, dropped="dropped" in request.query)
    person = await Checkout(context).person(view.order)
    elsewhere = shown == "choose" and "elsewhere" in request.query
    ceiling, due = context.settings.payment.ceiling, view.shares.own if view.shares is not None else due_of(view.order)
    address = combined.address(context.settings.base_url, view.order.public_id)
    reader = context.contact.external_id if context.contact is not None else ""
    return render(
        request, PAGES["elsewhere" if elsewhere else shown], status=status,
        due=await facts_of(request, context, view.order), order=view.order, view=view, stage=shown,
        mark=mark(view, context.now), moving=shown in MOVING or elsewhere or waits(view),
        sheet=sheet_of(view.running, reader),
        seconds=max(0, int((view.order.expires_at - context.now).total_seconds())),
        offers=within(_offers(request, context, person, view), due, ceiling) if shown == "choose" else [],
        insurer=Asking(context).title(view.cover.insurer) if view.cover is not None else "",
        after=Asking(context).way(view.order.kind, person, view) == "after",
        most=ceiling if due > ceiling else 0, last=_last(view),
        refused=refused, missing=missing, back="back" in request.query,
        address=address, code=picture(address) if elsewhere else "",
    )


def _offers(request: web.Request, context: Context, person: Person | None, view: View) -> Sequence[Offer]:
    insured = PaymentService(context).insurable(view.order.kind, person, view)
    covered = Asking(context).way(view.order.kind, person, view) == "direct"
    return offered(request, context, person, insured=insured, covered=covered)


def _last(view: Any) -> str:
    """Why the last try came to nothing, "" where it did not."""
    last = view.payments[-1] if view.payments else None
    return (last.refusal or "failed") if last is not None and last.state == "failed" else ""
