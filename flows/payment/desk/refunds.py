"""/desk/payment/refunds: what waits for a second person, what is on its way, and what lies fast."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.masking import mask_name
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from flows.payment import store
from flows.payment.approvals import Approvals
from flows.payment.desk.parts import (
    APPROVE,
    HOME,
    REFUND,
    VIEW,
    Reach,
    beside,
    called,
    in_yuan,
    note_of,
    wants_export,
)
from flows.payment.history import store as history
from flows.payment.rules import OUR_NO

routes = web.RouteTableDef()
PATH = HOME + "refunds"
ON_THE_WAY = ("waiting", "stuck", "refused", "agreed", "allowed", "sent")
"""Of refused ones those that the hospital refused, until somebody begins them anew or lets them be."""
LIST = Listing(
    "payment_refunds",
    (Column("made", "moment"), Column("title"), Column("person"), Column("clinic"), Column("amount", "number"),
     Column("why"), Column("by"), Column("state")), sort="made", filters=("state",), sortable=False,
)


@routes.get(PATH)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    chosen = asked.filters["state"]
    states = (chosen,) if chosen in ON_THE_WAY else ON_THE_WAY
    async with reading(request) as context:
        reach = await Reach.of(request, context, VIEW)
        found = await history.refunds(context.tx, states, clinics=reach.clinics, limit=limit, offset=offset)
        count = await history.count_refunds(context.tx, states, reach.clinics)
        names = await called(context, *(row.created_by for row in found))
        rows = [_row(row, reach, request[STAFF].actor) | {"by": names.get(row.created_by, "")} for row in found]
    if which:
        words = context.wording.words
        told = [row | {"state": words["refund_state"][row["state"]],
                       "why": words["refund_why"].get(row["why"], row["why"])} for row in rows]
        return await export.send(request, LIST, asked, in_yuan(told, "amount"))
    opened = next((row for row in rows if row["id"] == asked.open), None)
    return render(request, "payment/desk/refunds.html.j2", list=LIST.page(asked, rows, count), states=ON_THE_WAY,
                  what="refund", beside=opened, problem=None)


@routes.get(PATH + "/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _facts(request, context, VIEW)
    return beside(request, "refund", facts)


@routes.post(PATH + "/{id}/approve")
@needs(APPROVE)
@in_tx
async def approve(request: web.Request, context: Context) -> web.StreamResponse:
    """The second person's yes; whoever asked for it cannot say it."""
    facts = await _facts(request, context, APPROVE)
    return _after(request, facts, await Approvals(context).approve(facts["id"]))


@routes.post(PATH + "/{id}/decline")
@needs(APPROVE)
@in_tx
async def decline(request: web.Request, context: Context) -> web.StreamResponse:
    facts = await _facts(request, context, APPROVE)
    note = note_of(await forms.values(request))
    if not note:
        return beside(request, "refund", facts, problem=Problem("payment_reason"), status=422)
    return _after(request, facts, await Approvals(context).decline(facts["id"], note))


@routes.post(PATH + "/{id}/withdraw")
@needs(REFUND)
@in_tx
async def withdraw(request: web.Request, context: Context) -> web.StreamResponse:
    """Whoever asked for it takes it back; nobody else can in this way."""
    facts = await _facts(request, context, REFUND)
    return _after(request, facts, await Approvals(context).withdraw(facts["id"]))


@routes.post(PATH + "/{id}/again")
@needs(REFUND)
@in_tx
async def again(request: web.Request, context: Context) -> web.StreamResponse:
    """What lies fast is tried once more, under its old number."""
    facts = await _facts(request, context, REFUND)
    return _after(request, facts, await Approvals(context).again(facts["id"]))


@routes.post(PATH + "/{id}/anew")
@needs(REFUND)
@in_tx
async def anew(request: web.Request, context: Context) -> web.StreamResponse:
    """What the hospital refused is asked of it once more."""
    facts = await _facts(request, context, REFUND)
    return _after(request, facts, await Approvals(context).anew(facts["id"]))


@routes.post(PATH + "/{id}/let")
@needs(REFUND)
@in_tx
async def let(request: web.Request, context: Context) -> web.StreamResponse:
    """The hospital's no stands: the money stays where it is, for a reason."""
    facts, note = await _facts(request, context, REFUND), note_of(await forms.values(request))
    if not note:
        return beside(request, "refund", facts, problem=Problem("payment_reason"), status=422)
    return _after(request, facts, await Approvals(context).let(facts["id"], note))


def _after(request: web.Request, facts: dict[str, Any], taken: bool) -> web.StreamResponse:
    """Back to the list; where somebody else was faster, the refund as it stands now."""
    return see(request, PATH) if taken else beside(request, "refund", facts | {"beaten": True}, status=409)


async def _facts(request: web.Request, context: Context, right: str) -> dict[str, Any]:
    reach = await Reach.of(request, context, right)
    row = await store.refund_of_public(context.tx, request.match_info["id"])
    if row is None:
        raise NotFound("refund")
    order = reach.check(await history.order_by(context.tx, row.order_id))
    known = await store.payment_by(context.tx, row.payment_id) if row.payment_id else None
    names = await called(context, row.created_by)
    return _facts_of(row, order, known, reach, request[STAFF].actor) | {"by": names.get(row.created_by, "")}


def _row(row: Any, reach: Reach, me: str) -> dict[str, Any]:
    return _facts_of(row, row, row, reach, me) | {"order": row.order_public, "whole": row.order_amount}


def _facts_of(row: Any, order: Any, payment: Any | None, reach: Reach, me: str) -> dict[str, Any]:
    """`payment`: None where the insurance paid all."""
    told = json.loads(order.facts)
    return {
        "id": row.public_id, "made": row.created_at, "title": told.get("title", ""), "why": row.why,
        "person": mask_name(told.get("person", "")), "clinic": reach.clinic(order.clinic), "amount": row.amount,
        "insured": row.insured,
        "by": row.created_by, "mine": row.created_by == me, "state": row.state, "note": row.note or "",
        "refusal": row.refusal or "", "let": row.let_at,
        "kept": row.state == "refused" and row.refusal not in OUR_NO, "number": row.number,
        "order": order.public_id, "whole": order.amount,
        "channel": payment.channel or "" if payment is not None else "",
        "account": payment.account or "" if payment is not None else "", "beaten": False,
    }
