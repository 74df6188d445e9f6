"""With a commercial insurer: consent before anything is told, the policy chosen, the offer agreed to, or taken back."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.payment.checkout import ORDERS, Checkout
from flows.payment.covered.asking import Asking, policies_of
from flows.payment.pages.parts import facts_of
from flows.payment.refusals import PaymentRefusal
from flows.payment.service import PaymentService

COVERED = ORDERS + "{order}/covered"
routes = web.RouteTableDef()


@routes.get(COVERED)
@contact_page
async def terms(request: web.Request) -> web.StreamResponse:
    """What an insurer is told and which, or which of several policies it is."""
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(COVERED)
@contact_page
@limited("holds")
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """They agree; the insurer is asked in the background."""
    sent, public = await forms.values(request), request.match_info["order"]
    insurers = [each.name for each in Asking(context).insurers()]
    insurer = sent.get("insurer", "") or (insurers[0] if len(insurers) == 1 else "")
    problem = "consent" if sent.get("consent") != "yes" else "insurer" if insurer not in insurers else ""
    if problem:
        return await _page(request, context, problem=problem, insurer=insurer, status=422)
    return await _after(public, Asking(context).ask(public, insurer))


@routes.post(COVERED + "/policy")
@contact_page
@in_tx
async def choose(request: web.Request, context: Context) -> web.StreamResponse:
    which, public = (await forms.values(request)).get("which", ""), request.match_info["order"]
    if not (which.isascii() and which.isdigit() and len(which) < 3):
        return await _page(request, context, problem="policy", status=422)
    return await _after(public, Asking(context).choose(public, int(which)))


@routes.post(COVERED + "/agree")
@contact_page
@in_tx
async def agree(request: web.Request, context: Context) -> web.StreamResponse:
    """The insurer pays all that was left, and they agree."""
    service, public = PaymentService(context), request.match_info["order"]
    view = await service.view(public)
    try:
        await Checkout(context).still_owed(view.order, await Checkout(context).person(view.order))
    except PaymentRefusal as no:
        return see(f"{ORDERS}{public}?no={no.template}")
    return await _after(public, Asking(context).agree(public))


@routes.post(COVERED + "/leave")
@contact_page
@in_tx
async def leave(request: web.Request, context: Context) -> web.StreamResponse:
    """The consent is taken back: what the insurer was told is withdrawn."""
    public = request.match_info["order"]
    return await _after(public, Asking(context).leave(public))


async def _after(public: str, done: Any) -> web.StreamResponse:
    try:
        await done
    except PaymentRefusal as no:
        return see(f"{ORDERS}{public}?no={no.template}")
    return see(f"{ORDERS}{public}")


async def _page(
    request: web.Request, context: Context, *, problem: str = "", insurer: str = "", status: int = 200
) -> web.StreamResponse:
    asking, public = Asking(context), request.match_info["order"]
    view = await PaymentService(context).view(public)
    person = await Checkout(context).person(view.order)
    facts: dict[str, Any] = await facts_of(request, context, view.order)
    shown = {"due": facts, "order": view.order, "view": view, "person": person, "problem": problem}
    if view.cover is not None and view.cover.state == "known":
        return render(
            request, "payment/h5/policies.html.j2", status=status, policies=policies_of(view.cover),
            insurer=asking.title(view.cover.insurer), **shown,
        )
    way = asking.way(view.order.kind, person, view)
    if not way:
        return see(f"{ORDERS}{public}")
    if person is None:
        raise NotFound("person")
    return render(
        request, "payment/h5/covered.html.j2", status=status, way=way, insurers=asking.insurers(), chosen=insurer,
        **shown,
    )
