"""/desk/payment/claims: claims on commercial insurers by state, one with its course, and the acts that are allowed."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.masking import mask_name
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing, moments
from bot.web.desk.pages import in_tx, reading, render, see
from flows.payment.covered import store
from flows.payment.covered.acting import CoverActs
from flows.payment.covered.asking import Asking
from flows.payment.covered.rules import STATES, acts
from flows.payment.desk.parts import CLAIMS, HOME, VIEW, Reach, beside, called, in_yuan, note_of, wants_export
from flows.payment.history import store as history
from flows.payment.refusals import PaymentRefusal

routes = web.RouteTableDef()
PATH = HOME + "claims"
WAYS = ("direct", "after")
LIST = Listing(
    "payment_covers",
    (Column("made", "moment"), Column("insurer"), Column("way"), Column("title"), Column("person"), Column("clinic"),
     Column("amount", "number"), Column("pays", "number"), Column("state"), Column("settled", "moment", hidden=True),
     Column("refusal", hidden=True), Column("number", hidden=True), Column("code", hidden=True)),
    filters=("since", "until", "insurer", "way", "state", "number"), sortable=False,
)


@routes.get(PATH)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        reach = await Reach.of(request, context, VIEW)
        since, until = moments(context.clock, asked)
        wanted = store.Wanted(
            state=filters["state"], insurer=filters["insurer"], way=filters["way"], number=filters["number"],
            since=since, until=until, clinics=reach.clinics,
        )
        rows = [_row(context, row, row, reach) for row in await store.of_desk(
            context.tx, wanted, limit=limit, offset=offset)]
        count = await store.count(context.tx, wanted)
        insurers = [(each.name, each.title) for each in Asking(context).insurers()]
        opened = await _open(context, reach, asked.open)
    if which:
        words = context.wording.words
        told = [row | {"state": words["cover_state"][row["state"]], "way": words["cover_way"][row["way"]]}
                for row in rows]
        return await export.send(request, LIST, asked, in_yuan(told, "amount", "pays"))
    return render(request, "payment/desk/covers.html.j2", list=LIST.page(asked, rows, count), states=STATES, ways=WAYS,
                  insurers=insurers, what="cover", beside=opened, problem=None)


@routes.get(PATH + "/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _found(request, context, VIEW)
    return beside(request, "cover", facts)


@routes.post(PATH + "/{id}/ask")
@needs(CLAIMS)
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """Ask the insurer at once how it stands."""
    facts = await _found(request, context, CLAIMS)
    return await _after(request, facts, CoverActs(context).ask_again(facts["id"]))


@routes.post(PATH + "/{id}/withdraw")
@needs(CLAIMS)
@in_tx
async def withdraw(request: web.Request, context: Context) -> web.StreamResponse:
    """Nothing is to come of it; why stands in the trail."""
    facts, note = await _found(request, context, CLAIMS), note_of(await forms.values(request))
    if not note:
        return beside(request, "cover", facts, problem=Problem("payment_reason"), status=422)
    return await _after(request, facts, CoverActs(context).withdraw(facts["id"], note))


@routes.post(PATH + "/{id}/supply")
@needs(CLAIMS)
@in_tx
async def supply(request: web.Request, context: Context) -> web.StreamResponse:
    """What was missing was sent; what and how is told to the insurer."""
    facts, note = await _found(request, context, CLAIMS), note_of(await forms.values(request))
    if not note:
        return beside(request, "cover", facts, problem=Problem("payment_supply"), status=422)
    return await _after(request, facts, CoverActs(context).supply(facts["id"], note))


async def _after(request: web.Request, facts: dict[str, Any], done: Awaitable[bool]) -> web.StreamResponse:
    try:
        well = await done
    except PaymentRefusal:
        well = False
    if well:
        return see(request, f"{PATH}?open={facts['id']}")
    return beside(request, "cover", facts | {"beaten": True}, status=409)


async def _open(context: Context, reach: Reach, public: str) -> dict[str, Any] | None:
    row = await store.of_public(context.tx, public) if public else None
    order = await history.order_by(context.tx, row.order_id) if row is not None else None
    return await _facts(context, row, order, reach) if order is not None and reach.covers(order.clinic) else None


async def _found(request: web.Request, context: Context, right: str) -> dict[str, Any]:
    reach = await Reach.of(request, context, right)
    row = await store.of_public(context.tx, request.match_info["id"])
    if row is None:
        raise NotFound("cover")
    return await _facts(context, row, reach.check(await history.order_by(context.tx, row.order_id)), reach)


async def _facts(context: Context, row: Any, order: Any, reach: Reach) -> dict[str, Any]:
    names = await called(context, row.consented_by)
    return _row(context, row, order, reach) | {
        "order": order.public_id, "product": row.product or "", "wants": (row.wants or "").split(),
        "note": row.note or "", "rounds": row.rounds, "consent": row.consent, "by": names.get(row.consented_by, ""),
        "sent": row.sent_at, "answered": row.answered_at, "agreed": row.agreed_at, "reversed": row.reversed_at,
        "ended": row.ended_at, "revoked": row.revoked_at, "undo": row.undo, "beaten": False,
        "acts": acts(row, order.state),
    }


def _row(context: Context, row: Any, order: Any, reach: Reach) -> dict[str, Any]:
    """A claim as lists show it; nobody's whole name, and no policy's number."""
    told = json.loads(order.facts)
    return {
        "id": row.public_id, "made": row.consented_at, "insurer": Asking(context).title(row.insurer), "way": row.way,
        "title": told.get("title", ""), "person": mask_name(told.get("person", "")),
        "clinic": reach.clinic(order.clinic), "amount": row.amount, "pays": row.pays, "state": row.state,
        "settled": row.settled_at, "refusal": row.refusal or "", "number": row.number, "code": row.code or "",
    }
