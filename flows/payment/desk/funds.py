"""/desk/payment/funds: what the merchant's account at a channel took and gave on a day, by kind, beside our books."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.clock import HospitalClock
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from bot.web.forms import day_of
from bot.web.keys import PORTS, SETTINGS
from flows.payment.desk.parts import DAYS, HOME, REPAIR, beside, called, in_yuan, wants_export
from flows.payment.reconciling.funds import store
from flows.payment.reconciling.funds.asking import Asking
from flows.payment.reconciling.funds.rules import Held, Kind, Line, held
from integrations.paying.port import PayChannel, PayChannels, TellsFunds

routes = web.RouteTableDef()
PATH = HOME + "funds"
USUAL, LONGEST = 31, timedelta(days=92)
LIST = Listing(
    "payment_funds",
    (Column("day"), Column("account"), Column("state", sortable=False), Column("into", "number"),
     Column("out", "number"), Column("paid", "number", sortable=False), Column("back", "number", sortable=False),
     Column("odd", "number"), Column("read", "moment", hidden=True), Column("asked", "moment", hidden=True),
     Column("by", hidden=True, sortable=False)),
    filters=("since", "until", "account"), sort="day", down=True,
)
KINDS = Listing(
    "payment_fund_kinds",
    (Column("day"), Column("account"), Column("kind"), Column("ins", "number"), Column("into", "number"),
     Column("outs", "number"), Column("out", "number"), Column("many", "number"), Column("ours", "number"),
     Column("differs", "number")),
    filters=LIST.filters, sort="day", down=True,
)


@routes.get(PATH)
@needs(DAYS)
async def listed(request: web.Request) -> web.StreamResponse:
    which = wants_export(request)
    async with reading(request) as context:
        return await _export(request, context, which) if which else await _page(request, context)


@routes.get(PATH + "/{id}")
@needs(DAYS)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _facts(context, request.match_info["id"])
    if facts is None:
        raise NotFound("fund")
    return beside(request, "fund", facts)


@routes.post(PATH)
@needs(REPAIR)
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """The bill of a day, of one account; in the background. Who asks twice is told the same."""
    sent, today = await forms.values(request), context.clock.today()
    account, on = sent.get("account", ""), day_of(sent.get("day", ""))
    known = account in {each.name for each in _channels(request)}
    if not known or on is None or not today - LONGEST <= on < today:
        return await _page(request, context, Problem("payment_bill_which"), sent)
    await Asking(context).ask(account, on)
    return see(request, f"{PATH}?since={on}&until={on}&open={_id(account, on)}")


def _channels(request: web.Request) -> list[PayChannel]:
    ports = request.app[PORTS]
    found = ports[PayChannels].offered("") if PayChannels in ports else ()
    return [each for each in found if isinstance(each, TellsFunds)]


def _id(account: str, on: date) -> str:
    return f"{on}:{account}"


async def _page(
    request: web.Request, context: Context, problem: Problem | None = None, sent: Mapping[str, str] | None = None
) -> web.Response:
    asked = LIST.asked(request)
    found, since, until = await _found(request, context)
    names = await called(context, *(row.asked_by for row in found))
    rows = [_row(row) | {"by": names.get(row.asked_by, "")} for row in found]
    shown = LIST.shown(asked, rows)
    # Our books are asked of what is shown alone.
    full = [{**row, **await _ours(context, row)} for row in shown.rows]
    last = HospitalClock(request.app[SETTINGS].timezone).today() - timedelta(days=1)
    return render(
        request, "payment/desk/funds.html.j2", status=422 if problem else 200, list=LIST.page(asked, full, len(rows)),
        channels=_channels(request), since=since, until=until, last=last, sent=sent or {}, problem=problem,
        what="fund", beside=await _facts(context, asked.open) if asked.open else None,
        fresh=any(row["state"] == "asked" for row in full),
    )


async def _found(request: web.Request, context: Context) -> tuple[Sequence[Any], date, date]:
    filters, today = LIST.asked(request).filters, context.clock.today()
    until = day_of(filters["until"]) or today
    since = day_of(filters["since"]) or until - timedelta(days=USUAL - 1)
    since = max(min(since, until), until - LONGEST)
    return await store.days(context.tx, since, until, filters["account"]), since, until


def _row(row: Any) -> dict[str, Any]:
    kinds = _kinds(row)
    return {
        "id": _id(row.account, row.day), "day": row.day.isoformat(), "account": row.account, "state": row.state,
        "into": sum(each.into for each in kinds), "out": sum(each.out for each in kinds), "kinds": kinds,
        "odd": json.loads(row.odd).get("many", 0), "flaw": row.flaw, "asked": row.asked_at, "read": row.read_at,
    }


def _kinds(row: Any) -> list[Kind]:
    return [Kind(**each) for each in json.loads(row.kinds)]


async def _ours(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """How far payments and refunds are from our books; None where nothing was read."""
    if row["read"] is None:
        return {"held": [], "paid": None, "back": None, "into": None, "out": None, "odd": None}
    ours = await Asking(context).ours(row["account"], date.fromisoformat(row["day"]))
    lines: list[Held] = held(row["kinds"], ours)
    return {"held": lines} | {
        about: sum(each.differs for each in lines if each.kind.about == about) for about in ("paid", "back")
    }


async def _facts(context: Context, name: str) -> dict[str, Any] | None:
    """One day of one account: its kinds, and the lines that are not ours, as that is now."""
    day, _, account = name.partition(":")
    on = day_of(day)
    found = await store.one(context.tx, account, on) if on else None
    if found is None:
        return None
    row, odd = _row(found), json.loads(found.odd)
    kept = [Line.of(each) for each in odd.get("lines", [])]
    lines = await Asking(context).strange(found.account, kept)
    names = await called(context, found.asked_by)
    return row | await _ours(context, row) | {
        "lines": lines, "more": odd.get("many", 0) - len(kept), "by": names.get(found.asked_by, ""),
    }


async def _export(request: web.Request, context: Context, which: str) -> web.StreamResponse:
    """A row for each kind of each day."""
    asked, words = LIST.asked(request), context.wording.words
    found, _, _ = await _found(request, context)
    rows = [_row(row) for row in found]
    chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
    told = []
    for row in chosen:
        for each in (await _ours(context, row))["held"]:
            told.append({
                "day": row["day"], "account": row["account"], "ins": each.kind.ins, "into": each.kind.into,
                "kind": each.kind.kind or words["fund_kind"][each.kind.about], "outs": each.kind.outs,
                "out": each.kind.out, "many": each.many, "ours": each.ours,
                "differs": None if each.ours is None else each.differs,
            })
    return await export.send(request, KINDS, KINDS.asked(request), in_yuan(told, "into", "out", "ours", "differs"))
