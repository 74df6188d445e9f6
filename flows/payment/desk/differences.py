"""/desk/payment/differences: where channel, cashier and hospital do not agree, as cards with what each of them has, and
what may be done about it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotAllowed, NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.forms import day_of
from flows.payment.desk.parts import APPROVE, DAYS, HOME, REPAIR, beside, called, in_yuan, note_of, wants_export
from flows.payment.history import store as history
from flows.payment.reconciling.adjusting import Adjusting
from flows.payment.reconciling.days import store as days
from flows.payment.reconciling.matching import Matching
from flows.payment.reconciling.rules import KINDS

routes = web.RouteTableDef()
PATH = HOME + "differences"
STATES = ("live", "open", "repairing", "adjusting", "adjusted", "gone")
LIST = Listing(
    "payment_differences",
    (Column("day"), Column("account"), Column("kind"), Column("channel", "number"), Column("ours", "number"),
     Column("hospital", "number"), Column("state"), Column("number", hidden=True), Column("made", "moment", True)),
    filters=("since", "until", "account", "kind", "state"), sortable=False,
)


@routes.get(PATH)
@needs(DAYS)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    limit, offset = export.cut(request, asked, which)
    wanted = days.Wanted(
        filters["account"], filters["kind"], filters["state"], day_of(filters["since"]), day_of(filters["until"])
    )
    async with reading(request) as context:
        rows = [_row(row) for row in await days.differences(context.tx, wanted, limit=limit, offset=offset)]
        count = await days.count(context.tx, wanted)
        opened = await _facts(request, context, asked.open) if asked.open else None
    if which:
        words = context.wording.words
        told = [row | {"kind": words["difference_kind"][row["kind"]], "state": words["difference_state"][row["state"]]}
                for row in rows]
        return await export.send(request, LIST, asked, in_yuan(told, "channel", "ours", "hospital"))
    return render(request, "payment/desk/differences.html.j2", list=LIST.page(asked, rows, count), states=STATES,
                  kinds=KINDS, what="difference", beside=opened, problem=None)


@routes.get(PATH + "/{id}")
@needs(DAYS)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _found(request, context)
    return beside(request, "difference", facts)


@routes.post(PATH + "/{id}/repair")
@needs(REPAIR)
@in_tx
async def repair(request: web.Request, context: Context) -> web.StreamResponse:
    """By rule: ask the channel, or tell the hospital once more."""
    facts = await _found(request, context)
    return _after(request, facts, done=await Adjusting(context).repair(facts["id"]))


@routes.post(PATH + "/{id}/adjust")
@needs(REPAIR)
@in_tx
async def adjust(request: web.Request, context: Context) -> web.StreamResponse:
    """Explain why it stays as it is; a second person has to agree."""
    facts = await _found(request, context)
    note = note_of(await forms.values(request))
    if not note:
        return beside(request, "difference", facts, problem=Problem("payment_reason"), status=422)
    return _after(request, facts, done=await Adjusting(context).want(facts["id"], note))


@routes.post(PATH + "/{id}/approve")
@needs(APPROVE)
@in_tx
async def approve(request: web.Request, context: Context) -> web.StreamResponse:
    _all_clinics(request)
    facts = await _found(request, context)
    return _after(request, facts, done=await Adjusting(context).approve(facts["id"]))


@routes.post(PATH + "/{id}/decline")
@needs(APPROVE)
@in_tx
async def decline(request: web.Request, context: Context) -> web.StreamResponse:
    _all_clinics(request)
    facts = await _found(request, context)
    return _after(request, facts, done=await Adjusting(context).decline(facts["id"]))


def _decides(request: web.Request) -> bool:
    """Whether this member is one of the two: a difference is of a whole account's day, and of no clinic."""
    me = request[STAFF]
    return me.may(DAYS) and me.may(APPROVE) and me.range(APPROVE).everything


def _all_clinics(request: web.Request) -> None:
    """:raises NotAllowed: the right to see days is not theirs, or that to approve reaches some clinics only"""
    if not _decides(request):
        raise NotAllowed(APPROVE)


def _after(request: web.Request, facts: dict[str, Any], *, done: bool) -> web.StreamResponse:
    if done:
        return see(request, f"{PATH}?state=live&open={facts['id']}")
    return beside(request, "difference", facts | {"beaten": True}, status=409)


async def _found(request: web.Request, context: Context) -> dict[str, Any]:
    facts = await _facts(request, context, request.match_info["id"])
    if facts is None:
        raise NotFound("difference")
    return facts


async def _facts(request: web.Request, context: Context, public: str) -> dict[str, Any] | None:
    row = await days.difference_of(context.tx, public)
    if row is None:
        return None
    order = await history.order_by(context.tx, row.order_id) if row.order_id else None
    told = {each.side: each for each in await days.lines_of(context.tx, row.account, row.day, row.name)}
    sides = [
        {"side": side, "amount": amount, "at": told[side].at if side in told else None,
         "outside": told[side].outside if side in told else ""}
        for side, amount in (("channel", row.channel_amount), ("ours", row.our_amount),
                             ("hospital", row.hospital_amount))
    ]
    names = await called(context, row.wanted_by, row.approved_by)
    return _row(row) | {
        "sides": sides, "refund": row.refund, "due": row.due, "note": row.note or "", "tried": row.tried_at,
        "name": row.name[2:], "wanted_by": names.get(row.wanted_by, ""), "wanted_at": row.wanted_at,
        "approved_by": names.get(row.approved_by, ""), "approved_at": row.approved_at,
        "mine": row.wanted_by == request[STAFF].actor, "order": order.public_id if order is not None else "",
        "rule": await Matching(context).repair(row) if row.state == "open" else "", "beaten": False,
        "decides": _decides(request),
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id, "day": row.day.isoformat(), "account": row.account, "kind": row.kind,
        "channel": row.channel_amount, "ours": row.our_amount, "hospital": row.hospital_amount, "state": row.state,
        "number": row.number, "made": row.made_at,
    }
