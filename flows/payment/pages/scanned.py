"""The page that the combined code opens, for whoever scans it: what for and how much, nothing of whom or where.

WeChat signs in first, because only who is known there can pay there; every other app gets the pages of its channels.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot import logs
from bot.clock import HospitalClock
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import BadInput, NotFound
from bot.web import csrf, forms
from bot.web.access import public
from bot.web.address import address_of
from bot.web.keys import DATABASE, PORTS, SETTINGS, WORDING
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from bot.web.sign_in import SignIns
from flows.patients import store as patients
from flows.payment import owed, store
from flows.payment.combined import ADDRESS, Choice, choices, seen_by
from flows.payment.orders import Orders
from flows.payment.pages.parts import said, sheet_of
from flows.payment.pages.stages import MOVING, mark, stage
from flows.payment.refusals import BillChanged, HospitalSilent, PaymentRefusal
from flows.payment.service import PaymentService, View
from integrations.paying.port import PayChannels

CODE = ADDRESS
INSIDE = ADDRESS + "/inside"
routes = web.RouteTableDef()


@routes.get(CODE)
@public
async def scanned(request: web.Request) -> web.StreamResponse:
    """Whoever has scanned it is led to their own app's way."""
    if seen_by(request.headers.get("User-Agent", "")) == "wechat" and SignIns in request.app[PORTS]:
        return see(INSIDE.format(order=request.match_info["order"]))
    async with _nobody(request) as context:
        return await _page(request, context, _ways(request, context))


@routes.get(CODE + "/standing")
@public
async def standing(request: web.Request) -> web.StreamResponse:
    """A word that changes when the page does."""
    async with _nobody(request) as context:
        return web.json_response({"mark": mark(await _view(request, context), context.now)})


@routes.post(CODE)
@public
@limited("holds")
async def begin(request: web.Request) -> web.StreamResponse:
    """Begin it on a channel's own page. Nobody is signed in, so nothing is done in anybody's name."""
    _from_here(request)
    sent = await forms.values(request)

    async def work(tx: Transaction) -> web.StreamResponse:
        context = _context(request, tx)
        return await _pay(request, context, _ways(request, context), sent.get("way", ""), CODE)

    return await request.app[DATABASE].run(work)


@routes.post(CODE + "/drop")
@public
@limited("holds")
async def take_over(request: web.Request) -> web.StreamResponse:
    """Whoever opened it does not pay: it is ended at its channel, so that somebody else can."""
    _from_here(request)

    async def work(tx: Transaction) -> web.StreamResponse:
        return await _drop(request, _context(request, tx), CODE)

    return await request.app[DATABASE].run(work)


@routes.post(INSIDE + "/drop")
@contact_page
@limited("holds")
@in_tx
async def take_over_inside(request: web.Request, context: Context) -> web.StreamResponse:
    return await _drop(request, context, INSIDE)


@routes.get(INSIDE)
@contact_page
async def inside(request: web.Request) -> web.StreamResponse:
    """In WeChat, where whoever opened it pays: the patient or anybody else."""
    async with reading(request) as context:
        return await _page(request, context, _inside(context))


@routes.post(INSIDE)
@contact_page
@limited("holds")
@in_tx
async def begin_inside(request: web.Request, context: Context) -> web.StreamResponse:
    sent = await forms.values(request)
    return await _pay(request, context, _inside(context), sent.get("way", ""), INSIDE)


def _from_here(request: web.Request) -> None:
    origin = request.headers.get("Origin", "")
    if origin and not csrf.ours(request, origin):
        raise BadInput("foreign_origin")


async def _drop(request: web.Request, context: Context, path: str) -> web.StreamResponse:
    """Never what somebody says they paid, and nobody knows yet."""
    view = await _view(request, context)
    if not view.checking:
        await Orders(context).drop(view.order.id)
    return see(path.format(order=view.order.public_id) + "?dropped=1")


def _ways(request: web.Request, context: Context) -> Sequence[Choice]:
    app = seen_by(request.headers.get("User-Agent", ""))
    channels = context.ports[PayChannels].offered("") if PayChannels in context.ports else ()
    return choices(app, channels, ())


def _inside(context: Context) -> Sequence[Choice]:
    assert context.contact is not None
    home = context.contact.channel
    if home not in ("wechat", "alipay"):
        return ()
    return choices("wechat" if home == "wechat" else "alipay", PaymentService(context).ways(), (home,))


async def _pay(
    request: web.Request, context: Context, ways: Sequence[Choice], wanted: str, path: str
) -> web.StreamResponse:
    view, choice = await _view(request, context), next((each for each in ways if each.account == wanted), None)
    if choice is None:
        raise NotFound("way")
    back = path.format(order=view.order.public_id)
    who = {"address": address_of(request), "back_to": context.settings.base_url + back}
    if choice.known and context.contact is not None:
        who["payer"] = context.contact.external_id
    try:
        if view.running is None:
            await _still_owed(context, view.order)
        await Orders(context).pay(view.order.id, choice.account, choice.way, **who)
    except BillChanged:
        told = context.wording.render("payment/chat/code_changed")
        return await _page(request, context, ways, refused=told, status=409)
    except PaymentRefusal as no:
        return await _page(request, context, ways, refused=said(context, no), status=409)
    return see(back)


async def _still_owed(context: Context, order: Any) -> None:
    """As whoever opened the order would be told; nothing of the person is shown here.

    :raises BillChanged: it is owed no more, or another amount is
    """
    person = await patients.any_person(context.tx, order.person_id) if order.owner == owed.NAME else None
    if person is not None:
        try:
            owed.require(order, await owed.bills_of(context, person))
        except HospitalSilent:
            pass  # what was asked for a moment ago holds


async def _page(
    request: web.Request, context: Context, ways: Sequence[Choice], *, refused: str = "", status: int = 200
) -> web.Response:
    view = await _view(request, context)
    shown = stage(view, context.now, dropped="dropped" in request.query)
    sheet = sheet_of(view.running, context.contact.external_id if context.contact else "")
    others = shown in ("inside", "page") and not sheet["inside"] and (shown == "inside" or context.contact is not None)
    answer = render(
        request, "payment/h5/code.html.j2", status=status, order=view.order, stage=shown, ways=ways, sheet=sheet,
        title=json.loads(view.order.facts)["title"], mark=mark(view, context.now), moving=shown in MOVING,
        refused=refused, others=others, to=(INSIDE if context.contact else CODE).format(order=view.order.public_id),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _view(request: web.Request, context: Context) -> View:
    order = await store.order_of_public(context.tx, request.match_info["order"])
    if order is None:
        raise NotFound("order")
    payments, refunds = await store.payments_of(context.tx, order.id), await store.refunds_of(context.tx, order.id)
    return View(order, payments, refunds, ())


def _context(request: web.Request, tx: Transaction) -> Context:
    """On behalf of nobody who is known."""
    settings = request.app[SETTINGS]
    return Context(
        tx=tx, ports=request.app[PORTS], settings=settings, wording=request.app[WORDING], contact=None, channel="web",
        actor="public", request_id=logs.request_id(), now=tx.now, clock=HospitalClock(settings.timezone),
    )


@asynccontextmanager
async def _nobody(request: web.Request) -> AsyncIterator[Context]:
    async with request.app[DATABASE].reading() as tx:
        yield _context(request, tx)
