"""/desk/payment/notices: what channels told by themselves and could not be believed or placed, as cards; and how many
notices were refused, by day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from flows.payment import store
from flows.payment.desk.parts import DAYS, HOME, REPAIR, beside, called, in_yuan, note_of, wants_export
from flows.payment.history import store as history
from flows.payment.odd import store as finding
from flows.payment.odd.acting import Acting
from flows.payment.odd.rules import sides

routes = web.RouteTableDef()
PATH = HOME + "notices"
REFUSED = PATH + "/refused"
KEPT = timedelta(days=92)
MOST = 5_000
LIST = Listing(
    "payment_notices",
    (Column("at", "moment"), Column("what"), Column("account"), Column("event", hidden=True), Column("number"),
     Column("said", "number"), Column("looked", "moment"), Column("note", hidden=True)),
    filters=("what", "looked"), sortable=False,
)
COUNTED = Listing(
    "payment_refused",
    (Column("day"), Column("account"), Column("reason"), Column("many", "number", total=True),
     Column("first", "moment"), Column("last", "moment")), sort="day", down=True,
)


@routes.get(PATH)
@needs(DAYS)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    limit, offset = export.cut(request, asked, which)
    what, looked = asked.filters["what"], asked.filters["looked"]
    async with reading(request) as context:
        rows = [_row(row) for row in await finding.notices(context.tx, what, looked, limit=limit, offset=offset)]
        count = await finding.count_notices(context.tx, what, looked)
        number = forms.whole(asked.open, 18)
        found = await finding.notice_by(context.tx, number) if number is not None else None
        shown = await _facts(context, found) if found is not None else None
    if which:
        words = context.wording.words["payment_notice"]
        return await export.send(
            request, LIST, asked, in_yuan([row | {"what": words[row["what"]]} for row in rows], "said")
        )
    return render(request, "payment/desk/notices.html.j2", list=LIST.page(asked, rows, count), kinds=finding.ODD,
                  what="notice", beside=shown, problem=None)


@routes.get(REFUSED)
@needs(DAYS)
async def refused(request: web.Request) -> web.StreamResponse:
    """Those that did not pass their merchant's gate, of the last three months."""
    asked, which = COUNTED.asked(request), wants_export(request)
    async with reading(request) as context:
        found = await finding.refusals(context.tx, context.clock.today() - KEPT, limit=MOST)
        rows = [
            {"id": row.id, "day": row.day.isoformat(), "account": row.account, "reason": row.reason, "many": row.many,
             "first": row.first_at, "last": row.last_at} for row in found
        ]
    if which:
        words = context.wording.words["refused_notice"]
        chosen = COUNTED.shown(asked, rows).rows if which == "page" else COUNTED.sorted(asked, rows)
        told = [{**row, "reason": words.get(row["reason"], words["other"])} for row in chosen]
        return await export.send(request, COUNTED, asked, told)
    shown = replace(COUNTED.shown(asked, rows), capped=len(rows) == MOST)
    return render(request, "payment/desk/refused.html.j2", list=shown)


@routes.get(PATH + "/{id:\\d{1,18}}")
@needs(DAYS)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _found(request, context)
    return beside(request, "notice", facts)


@routes.post(PATH + "/{id:\\d{1,18}}/looked")
@needs(REPAIR)
@in_tx
async def looked(request: web.Request, context: Context) -> web.StreamResponse:
    """Say what it was about."""
    facts, note = await _found(request, context), note_of(await forms.values(request))
    if not note:
        return beside(request, "notice", facts, problem=Problem("payment_reason"), status=422)
    if not await Acting(context).look(facts["id"], note):
        return beside(request, "notice", facts | {"beaten": True}, status=409)
    return see(request, f"{PATH}?open={facts['id']}")


async def _found(request: web.Request, context: Context) -> dict[str, Any]:
    row = await finding.notice_by(context.tx, int(request.match_info["id"]))
    if row is None:
        raise NotFound("notice")
    return await _facts(context, row)


async def _facts(context: Context, row: Any) -> dict[str, Any]:
    payment, refund = await store.payment_of_number(context.tx, row.number), None
    if payment is None:
        refund = await store.refund_of_number(context.tx, row.number)
    mine = payment or refund
    order = await history.order_by(context.tx, mine.order_id) if mine is not None else None
    names = await called(context, row.looked_by)
    told: dict[str, Any] = json.loads(row.said or "{}")
    return _row(row) | {
        "outside": told.get("channel_number") or told.get("channel_refund") or "",
        "is_refund": refund is not None, "ours": mine.amount if mine is not None else None,
        "order": order.public_id if order is not None else "", "state": mine.state if mine is not None else "",
        "hospital": sides(order, ())[-1] if order is not None else None, "by": names.get(row.looked_by, ""),
        "beaten": False,
    }


def _row(row: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(row.said or "{}")
    return {
        "id": row.id, "at": row.at, "what": row.became, "account": row.account, "event": row.event,
        "number": row.number, "said": said.get("amount"), "looked": row.looked_at, "note": row.look_note or "",
    }
