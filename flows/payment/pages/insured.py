"""With the insurance: consent before anything is told, the parts agreed to, or all of it paid alone after all."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.payment.checkout import ORDERS, Checkout
from flows.payment.pages.parts import facts_of
from flows.payment.refusals import PaymentRefusal
from flows.payment.service import PaymentService

INSURED = ORDERS + "{order}/insured"
SHORTEST, LONGEST = 20, 40
"""Digits of an electronic voucher."""
routes = web.RouteTableDef()


@routes.get(INSURED)
@contact_page
async def terms(request: web.Request) -> web.StreamResponse:
    """What the insurance is told, and of whom."""
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(INSURED)
@contact_page
@limited("holds")
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """They agree; it is asked in the background what it would pay."""
    sent = await forms.values(request)
    by, voucher = sent.get("by", ""), "".join(sent.get("voucher", "").split())
    if sent.get("consent") != "yes":
        return await _page(request, context, problem="consent", by=by, status=422)
    if by == "voucher" and not (voucher.isascii() and voucher.isdigit() and SHORTEST <= len(voucher) <= LONGEST):
        return await _page(request, context, problem="voucher", by=by, status=422)
    public = request.match_info["order"]
    try:
        await PaymentService(context).insure(public, voucher if by == "voucher" else "")
    except PaymentRefusal as no:
        return see(f"{ORDERS}{public}?no={no.template}")
    return see(f"{ORDERS}{public}")


@routes.post(INSURED + "/agree")
@contact_page
@in_tx
async def agree(request: web.Request, context: Context) -> web.StreamResponse:
    """The insurance pays all of it, and they agree."""
    service, public = PaymentService(context), request.match_info["order"]
    view = await service.view(public)
    try:
        await Checkout(context).still_owed(view.order, await Checkout(context).person(view.order))
        await service.agree(public)
    except PaymentRefusal as no:
        return see(f"{ORDERS}{public}?no={no.template}")
    return see(f"{ORDERS}{public}")


@routes.post(INSURED + "/leave")
@contact_page
@in_tx
async def leave(request: web.Request, context: Context) -> web.StreamResponse:
    public = request.match_info["order"]
    try:
        await PaymentService(context).leave(public)
    except PaymentRefusal as no:
        return see(f"{ORDERS}{public}?no={no.template}")
    return see(f"{ORDERS}{public}")


async def _page(
    request: web.Request, context: Context, *, problem: str = "", by: str = "", status: int = 200
) -> web.StreamResponse:
    service, public = PaymentService(context), request.match_info["order"]
    view = await service.view(public)
    person = await Checkout(context).person(view.order)
    if not service.insurable(view.order.kind, person, view):
        return see(f"{ORDERS}{public}")
    if person is None:
        raise NotFound("person")
    facts: dict[str, Any] = await facts_of(request, context, view.order)
    card = person.document_type == "resident"
    return render(
        request, "payment/h5/insured.html.j2", status=status, due=facts, order=view.order, person=person, card=card,
        by=by or ("card" if card else "voucher"), problem=problem, longest=LONGEST + LONGEST // 4,
    )
