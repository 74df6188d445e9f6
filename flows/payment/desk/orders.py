"""/desk/payment/: orders by filter and number, one with its course and its entries in the ledger, and money back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import Refusal
from bot.money import fen, yuan
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing, moments
from bot.web.desk.pages import in_tx, reading, render, see
from bot.wording import Wording
from flows.payment import store
from flows.payment.approvals import Approvals
from flows.payment.covered import store as covered
from flows.payment.desk.parts import (
    HOME,
    LONGEST_NOTE,
    REFUND,
    VIEW,
    Reach,
    beside,
    called,
    in_yuan,
    note_of,
    order_row,
    wants_export,
)
from flows.payment.history import store as history
from flows.payment.history.course import course
from flows.payment.insured import store as insured
from flows.payment.ledger import store as book
from flows.payment.refusals import NothingToGiveBack, OnlyWhole

routes = web.RouteTableDef()
STATES = ("created", "paying", "paid", "settled", "refunding", "refunded", "closed", "failed")
KINDS = ("registration", "outpatient", "deposit", "package")
LIST = Listing(
    "payments",
    (Column("made", "moment"), Column("title"), Column("person"), Column("clinic"), Column("amount", "number"),
     Column("back", "number"), Column("state"), Column("paid", "moment"), Column("settled", "moment", hidden=True),
     Column("receipt", hidden=True), Column("kind", hidden=True), Column("bill", hidden=True)),
    filters=("since", "until", "state", "kind", "number"), sortable=False,
)


@routes.get(HOME)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        reach = await Reach.of(request, context, VIEW)
        since, until = moments(context.clock, asked)
        wanted = history.Wanted(
            state=asked.filters["state"], kind=asked.filters["kind"], number=asked.filters["number"], since=since,
            until=until, clinics=reach.clinics,
        )
        found = await history.of_desk(context.tx, wanted, limit=limit, offset=offset)
        back = await history.given_back(context.tx, [row.id for row in found])
        rows = [order_row(row, reach) | {"back": back.get(row.id)} for row in found]
        count, sums = await history.count(context.tx, wanted), await history.sums(context.tx, wanted)
        opened = await _open(context, reach, asked.open)
    if which:
        words = context.wording.words
        told = [row | {"state": words["order_state"][row["state"]],
                       "kind": words["order_kind"].get(row["kind"], row["kind"])} for row in rows]
        return await export.send(request, LIST, asked, in_yuan(told, "amount", "back"))
    totals = dict(zip(("amount", "back"), map(yuan, sums), strict=True))
    return render(request, "payment/desk/orders.html.j2", list=LIST.page(asked, rows, count, totals), states=STATES,
                  kinds=KINDS, what="order", beside=opened, problem=None)


@routes.get(HOME + "orders/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        reach = await Reach.of(request, context, VIEW)
        row = reach.check(await store.order_of_public(context.tx, request.match_info["id"]))
        facts = await _facts(context, reach, row)
    return beside(request, "order", facts)


@routes.post(HOME + "orders/{id}/refund")
@needs(REFUND)
@in_tx
async def give_back(request: web.Request, context: Context) -> web.StreamResponse:
    """Ask for money back; above the limit a second person has to agree."""
    reach, sent = await Reach.of(request, context, REFUND), await forms.values(request)
    public = request.match_info["id"]
    row = reach.check(await store.order_of_public(context.tx, public))
    note, amount, once = note_of(sent), _amount(sent.get("amount", "")), sent.get("once", "")[:40]
    if not note or (amount <= 0 and row.insured != row.amount) or not once:
        facts = await _facts(context, reach, row) | {"typed": _typed(sent)}
        return beside(request, "order", facts, problem=Problem("payment_refund"), status=422)
    try:
        await Approvals(context).ask(public, amount, note, f"{public}:{once}")
    except (NothingToGiveBack, OnlyWhole) as no:
        facts = await _facts(context, reach, row) | {"typed": _typed(sent), "refused": _said(context.wording, no)}
        return beside(request, "order", facts, status=409)
    return see(request, f"{HOME}?open={public}")


async def _open(context: Context, reach: Reach, public: str) -> dict[str, Any] | None:
    row = await store.order_of_public(context.tx, public) if public else None
    return await _facts(context, reach, row) if row is not None and reach.covers(row.clinic) else None


async def _facts(context: Context, reach: Reach, row: Any) -> dict[str, Any]:
    payments, refunds = await store.payments_of(context.tx, row.id), await store.refunds_of(context.tx, row.id)
    paid = [each for each in payments if each.state == "paid" and each.use == "applied"]
    claims = await insured.claims_of(context.tx, row.id)
    covers = await covered.covers_of(context.tx, row.id)
    steps = course(row, payments, refunds, claims, covers)
    left = [each.amount - await store.wanted_back(context.tx, each.id) for each in paid]
    whole = row.insured and row.paid_at and not any(each.insured and each.state != "refused" for each in refunds)
    return order_row(row, reach) | {
        "payments": payments, "refunds": refunds, "steps": steps, "claims": claims,
        "covers": covers, "covered": row.covered, "whole": bool(whole),
        "insured": row.insured,
        "back": sum(each.amount for each in refunds if each.state == "back" and not each.of_excess),
        "entries": await book.of_order(context.tx, row.id), "left": max(left, default=0), "typed": _typed({}),
        "refused": "",
        "settle_refusal": row.settle_refusal or "", "window": row.window or "", "invoice": row.invoice or "",
        "limit": context.settings.payment.approve_above, "once": context.request_id,
        "expires": row.expires_at, "names": await called(context, *(step.by for step in steps)),
    }


def _typed(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "")[:LONGEST_NOTE] for name in ("amount", "note")}


def _amount(text: str) -> int:
    """Fen of what was typed in yuan; 0 for nonsense."""
    try:
        return fen(text.strip())
    except ValueError:
        return 0


def _said(wording: Wording, no: Refusal) -> str:
    return wording.render(f"payment/chat/{no.template}", **no.facts)
