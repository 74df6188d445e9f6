"""What the pages of payment do alike: what this reader may see, the ways to pay, what a channel must know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import segno
from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web.address import address_of
from bot.web.reader import is_open, of_person
from flows.directory.service import DirectoryService
from flows.patients.people import Person
from flows.payment.checkout import ORDERS, Checkout
from flows.payment.combined import seen_by
from flows.payment.pages.offers import CARD, Offer, offers
from flows.payment.refusals import PaymentRefusal
from flows.payment.service import PaymentService
from flows.payment.showing import Showing


async def showing(context: Context) -> Showing:
    return Showing(await DirectoryService(context).catalogue(), context.settings.discreet.clinics)


def may_see(request: web.Request, person: Person | None) -> bool:
    """Whether what is discreet about this person may be shown in this session."""
    return person is not None and is_open(request, of_person(person.public_id))


def ask(person: Person | None, facts: dict[str, Any], path: str) -> str:
    """Where to prove who reads; "" where there is no way or no need."""
    return f"/h5/patients/{person.public_id}/read?next={path}" if person and facts["veiled"] else ""


async def facts_of(request: web.Request, context: Context, order: Any) -> dict[str, Any]:
    """What this reader may see of an order. What was bought for somebody they look after no more is not told."""
    person = await Checkout(context).person(order)
    facts = (await showing(context)).order(order, open=may_see(request, person))
    if person is None:
        facts |= {"items": [], "clinic": "", "doctor": None, "veiled": True}
    return facts | {
        "public_id": order.public_id, "state": order.state, "kind": order.kind,
        "ask": ask(person, facts, f"{ORDERS}{order.public_id}"),
    }


def offered(
    request: web.Request, context: Context, person: Person | None, *, insured: bool = False, covered: bool = False
) -> Sequence[Offer]:
    """How it can be paid here. A card pays only for whom the contact reaches wholly, and only their own bills.

    :param insured: whether the insurance can be asked
    :param covered: whether a commercial one can
    """
    assert context.contact is not None
    card = person is not None and person.reach == "all" and person.patient_no is not None
    app = seen_by(request.headers.get("User-Agent", ""))
    ways = PaymentService(context).ways()
    return offers(app, context.contact.channel, ways, card=card, insured=insured, covered=covered)


def chosen(offers: Sequence[Offer], key: str) -> Offer | None:
    """What the form names; None where nothing was chosen. Raises NotFound for what is not offered here."""
    if not key:
        return None
    found = next((each for each in offers if each.key == key), None)
    if found is None:
        raise NotFound("way")
    return found


async def pay(request: web.Request, context: Context, order: Any, offer: Offer, person: Person | None) -> None:
    """Begin it. Who pays is known here and never told by the browser."""
    assert context.contact is not None
    who = {"address": address_of(request), "back_to": page_of(context, order)}
    if offer.way == "inside":
        who["payer"] = context.contact.external_id
    elif offer.channel == CARD:
        assert person is not None and person.patient_no is not None
        who["payer"] = person.patient_no
    if offer.way != "elsewhere" and offer.way != "insured" and offer.way != "covered":
        await PaymentService(context).pay(order.public_id, offer.account, offer.way, **who)


def page_of(context: Context, order: Any) -> str:
    """Where a payer comes back to from a channel's own page."""
    assert context.contact is not None
    return f"{context.settings.base_url}{ORDERS}{order.public_id}?account={context.contact.account}&back=1"


def said(context: Context, no: PaymentRefusal) -> str:
    return context.wording.render(f"payment/chat/{no.template}", **no.facts)


def sheet_of(payment: Any | None, reader: str) -> dict[str, Any]:
    """What the phone needs: `inside` as text for the script, `address` of a channel's page, `number` of this try. A
    sheet of the app is signed for whoever began it, and shown to nobody else; `reader` is who reads, by the app's id.
    """
    known = json.loads(payment.sheet) if payment is not None and payment.sheet else {"inside": {}, "address": ""}
    if payment is not None and payment.way == "inside" and (payment.payer or "") != reader:
        known["inside"] = {}
    return {
        "inside": json.dumps(known["inside"]) if known["inside"] else "", "address": known["address"],
        "number": payment.id if payment is not None else "", "channel": payment.channel if payment is not None else "",
    }


def picture(text: str) -> str:
    """A QR code as an address that an image may have."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=2, dark="#1a1a1a", light="#ffffff"))
