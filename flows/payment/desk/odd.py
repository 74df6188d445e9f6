"""/desk/payment/odd: orders that do not come to an end by themselves, as cards with what channel, cashier and hospital
say, and the acts that are allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from flows.payment import store
from flows.payment.desk.parts import (
    HOME,
    REFUND,
    VIEW,
    Reach,
    beside,
    in_yuan,
    note_of,
    order_row,
    wants_export,
)
from flows.payment.odd import store as finding
from flows.payment.odd.acting import Acting
from flows.payment.odd.rules import KINDS, acts, kind_of, loose, sides

routes = web.RouteTableDef()
PATH = HOME + "odd"
LIST = Listing(
    "payment_odd",
    (Column("made", "moment"), Column("odd"), Column("title"), Column("person"), Column("clinic"),
     Column("amount", "number"), Column("state"), Column("paid", "moment"), Column("id", hidden=True),
     Column("bill", hidden=True)),
    filters=("kind",), sortable=False,
)


@routes.get(PATH)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        reach = await Reach.of(request, context, VIEW)
        wanted = finding.Wanted(asked.filters["kind"], reach.clinics)
        rows = [
            await _row(context, reach, row)
            for row in await finding.orders(context.tx, wanted, limit=limit, offset=offset)
        ]
        count = await finding.count_orders(context.tx, wanted)
        opened = await store.order_of_public(context.tx, asked.open) if asked.open else None
        shown = await _facts(context, reach, opened) if opened is not None and reach.covers(opened.clinic) else None
    if which:
        words = context.wording.words
        told = [row | {"state": words["order_state"][row["state"]], "odd": words["payment_odd"][row["odd"]]}
                for row in rows]
        return await export.send(request, LIST, asked, in_yuan(told, "amount"))
    return render(request, "payment/desk/odds.html.j2", list=LIST.page(asked, rows, count), kinds=KINDS, what="odd",
                  beside=shown, problem=None)


@routes.get(PATH + "/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _found(request, context, VIEW)
    return beside(request, "odd", facts)


@routes.post(PATH + "/{id}/ask")
@needs(REFUND)
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """The channel, at once."""
    facts = await _found(request, context, REFUND)
    return _after(request, facts, done=await Acting(context).ask(facts["id"]))


@routes.post(PATH + "/{id}/settle")
@needs(REFUND)
@in_tx
async def settle(request: web.Request, context: Context) -> web.StreamResponse:
    """The hospital, at once."""
    facts = await _found(request, context, REFUND)
    return _after(request, facts, done=await Acting(context).settle(facts["id"]))


@routes.post(PATH + "/{id}/back")
@needs(REFUND)
@in_tx
async def back(request: web.Request, context: Context) -> web.StreamResponse:
    """What the channel has goes back, once a second person agrees."""
    facts, note = await _found(request, context, REFUND), note_of(await forms.values(request))
    if not note:
        return beside(request, "odd", facts, problem=Problem("payment_reason"), status=422)
    return _after(request, facts, done=await Acting(context).give_back(facts["id"], note))


@routes.post(PATH + "/{id}/end")
@needs(REFUND)
@in_tx
async def end(request: web.Request, context: Context) -> web.StreamResponse:
    """Nobody has money for it: it ends."""
    facts, note = await _found(request, context, REFUND), note_of(await forms.values(request))
    if not note:
        return beside(request, "odd", facts, problem=Problem("payment_reason"), status=422)
    return _after(request, facts, done=await Acting(context).end(facts["id"], note))


def _after(request: web.Request, facts: Mapping[str, Any], *, done: bool) -> web.StreamResponse:
    if done:
        return see(request, f"{PATH}?open={facts['id']}")
    return beside(request, "odd", {**facts, "beaten": True}, status=409)


async def _found(request: web.Request, context: Context, right: str) -> dict[str, Any]:
    reach = await Reach.of(request, context, right)
    row = reach.check(await store.order_of_public(context.tx, request.match_info["id"]))
    return await _facts(context, reach, row)


async def _of(context: Context, row: Any) -> tuple[Sequence[Any], Sequence[Any]]:
    return await store.payments_of(context.tx, row.id), await store.refunds_of(context.tx, row.id)


async def _row(context: Context, reach: Reach, row: Any) -> dict[str, Any]:
    payments, refunds = await _of(context, row)
    return order_row(row, reach) | {"odd": kind_of(row, payments, refunds)}


async def _facts(context: Context, reach: Reach, row: Any) -> dict[str, Any]:
    payments, refunds = await _of(context, row)
    return order_row(row, reach) | {
        "odd": kind_of(row, payments, refunds), "sides": sides(row, payments), "acts": acts(row, payments, refunds),
        "loose": sum(each.told_amount for each in loose(payments, refunds)), "refunds": refunds, "beaten": False,
        "expires": row.expires_at,
    }
