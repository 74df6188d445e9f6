"""What is owed: the list by person, and one bill with its items and the ways to pay it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.patients.people import Person
from flows.payment.checkout import HOME, ORDERS, Checkout, Owed, Owes
from flows.payment.covered.asking import Asking
from flows.payment.pages.offers import Offer, within
from flows.payment.pages.parts import ask, chosen, facts_of, may_see, offered, pay, said, showing
from flows.payment.refusals import HospitalSilent, PaymentRefusal
from flows.payment.service import PaymentService

BILL = f"{HOME}bills/{{person}}/{{bill}}"
routes = web.RouteTableDef()


@routes.get(HOME)
@contact_page
async def listed(request: web.Request) -> web.StreamResponse:
    """What everybody in the family owes, and what is being paid."""
    async with reading(request) as context:
        checkout = Checkout(context)
        owes = [(each, await _bills(request, context, each)) for each in await checkout.owes()]
        shown = {each.order.id for who, _ in owes for each in who.bills if each.order is not None}
        under_way = [
            await facts_of(request, context, each) for each in await checkout.under_way() if each.id not in shown
        ]
        return render(request, "payment/h5/owed.html.j2", owes=owes, under_way=under_way)


@routes.get(BILL)
@contact_page
async def bill(request: web.Request) -> web.StreamResponse:
    """One bill: its items, whom, where, until when, and how it can be paid."""
    async with reading(request) as context:
        try:
            person, found = await _one(request, context)
        except HospitalSilent as no:
            return render(request, "payment/h5/silent.html.j2", said=said(context, no))
        if found is None:
            return render(request, "payment/h5/gone.html.j2", status=404)
        if found.order is not None and _mine(context, found.order):
            return see(f"{ORDERS}{found.order.public_id}")
        return await _page(request, context, person, found)


@routes.post(BILL)
@contact_page
@limited("holds")
@in_tx
async def begin(request: web.Request, context: Context) -> web.StreamResponse:
    """Open the order, where there is none yet, and pay it in the way that was chosen."""
    sent = await forms.values(request)
    try:
        person, found = await _one(request, context)
        if found is None:
            return render(request, "payment/h5/gone.html.j2", status=404)
        offer = chosen(_offered(request, context, person, found), sent.get("way", ""))
        if offer is None:
            return await _page(request, context, person, found, missing=True, status=422)
        order = await Checkout(context).begin(person.public_id, found.bill.code)
    except HospitalSilent as no:
        return render(request, "payment/h5/silent.html.j2", said=said(context, no), status=503)
    except PaymentRefusal as no:
        return render(request, "payment/h5/no.html.j2", said=said(context, no), status=409)
    address = f"{ORDERS}{order.public_id}"
    if offer.way == "elsewhere":
        return see(f"{address}?elsewhere=1")
    if offer.way == "insured" or offer.way == "covered":
        return see(f"{address}/{offer.way}")
    try:
        await pay(request, context, order, offer, person)
    except PaymentRefusal as no:
        return see(f"{address}?no={no.template}")
    return see(address)


async def _one(request: web.Request, context: Context) -> tuple[Person, Owed | None]:
    person, code = request.match_info["person"], request.match_info["bill"]
    return await Checkout(context).bill(person, code)


async def _page(
    request: web.Request, context: Context, person: Person, found: Owed, *, missing: bool = False, status: int = 200
) -> web.Response:
    facts = await _facts(request, context, person, found)
    offers, ceiling = _offered(request, context, person, found), context.settings.payment.ceiling
    facts["ask"] = ask(person, facts, f"{HOME}bills/{person.public_id}/{found.bill.code}")
    return render(
        request, "payment/h5/bill.html.j2", status=status, due=facts, offers=within(offers, found.bill.amount, ceiling),
        missing=missing, paid=found.under_way, person=person, most=ceiling if found.bill.amount > ceiling else 0,
    )


def _offered(request: web.Request, context: Context, person: Person, found: Owed) -> Sequence[Offer]:
    insured = PaymentService(context).insurable(found.bill.kind, person)
    covered = Asking(context).way(found.bill.kind, person) == "direct"
    return offered(request, context, person, insured=insured, covered=covered)


async def _bills(request: web.Request, context: Context, owes: Owes) -> list[dict[str, Any]]:
    return [
        await _facts(request, context, owes.person, each)
        | {"code": each.bill.code, "order": each.order, "under_way": each.under_way}
        for each in owes.bills
    ]


async def _facts(request: web.Request, context: Context, person: Person, each: Owed) -> dict[str, Any]:
    title = context.wording.render("payment/chat/title", kind=each.bill.kind)
    return (await showing(context)).bill(each.bill, title, person, open=may_see(request, person))


def _mine(context: Context, order: Any) -> bool:
    if context.contact is None:
        raise NotFound("contact")
    return bool(order.contact_id == context.contact.id)
