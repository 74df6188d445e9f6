"""/desk/audit/: who did what to whom; search, export, and the proof that nothing was taken out."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.audit import store
from bot.access.audit.chain import Entry
from bot.access.audit.store import Wanted
from bot.access.people import store as people
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import NotAllowed, NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Asked, Column, Listing
from bot.web.desk.pages import is_part, reading, render
from bot.web.keys import DATABASE, SETTINGS, WORDING

routes = web.RouteTableDef()
LIST = Listing(
    "audit",
    (Column("number", "number"), Column("at", "moment"), Column("who"), Column("act"), Column("about"),
     Column("facts"), Column("address"), Column("request", hidden=True)),
    filters=("who", "act", "about", "since", "until"), sort="number", down=True, key="number", sortable=False,
)


@routes.get("/desk/audit/")
@needs("audit.view")
async def listed(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    which = export.asked(request)
    if which and not request[STAFF].may("audit.export"):
        raise NotAllowed("audit.export")
    async with reading(request) as context:
        names = {f"staff:{row.public_id}": (row.login, row.name) for row in await people.everybody(context.tx)}
        wanted = _wanted(context, asked, names)
        limit, offset = asked.size, (asked.page - 1) * asked.size
        if which == "all":
            limit, offset = request.app[SETTINGS].desk.export_rows, 0
        found = await store.find(context.tx, wanted, limit=limit, offset=offset)
        count = await store.count(context.tx, wanted)
        anchor = await store.anchor_of(context.tx)
        opened = await store.one(context.tx, int(asked.open)) if asked.open.isdigit() else None
    words = request.app[WORDING].words["facts"]
    rows = [_row(entry, names, words) for entry in found]
    if which:
        return await export.send(request, LIST, asked, rows, anchor=anchor)
    beside = {"entry": _row(opened, names, words), "facts": opened.facts} if opened else None
    return render(request, "audit/desk/list.html.j2", list=LIST.page(asked, rows, count), beside=beside, anchor=anchor)


@routes.get("/desk/audit/entry/{number:[0-9]{1,15}}")
@needs("audit.view")
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        names = {f"staff:{row.public_id}": (row.login, row.name) for row in await people.everybody(context.tx)}
        entry = await store.one(context.tx, int(request.match_info["number"]))
    if entry is None:
        raise NotFound("entry")
    template = "audit/desk/beside.html.j2" if is_part(request) else "audit/desk/entry.html.j2"
    row = _row(entry, names, request.app[WORDING].words["facts"])
    return render(request, template, beside={"entry": row, "facts": entry.facts})


@routes.post("/desk/audit/verify")
@needs("audit.verify")
async def verify(request: web.Request) -> web.StreamResponse:
    """Calculate the whole chain again; that it was asked for is written down, with what was found."""
    given = (await forms.values(request)).get("anchor", "").strip()[:40]
    proof = await audit.verify(request.app[DATABASE], given)
    me = request[STAFF]
    faults = [[fault.kind, fault.number] for fault in proof.faults]

    async def tell(tx: Transaction) -> None:
        audit.write(tx, me.actor, "audit.verified", "audit", {"rows": proof.rows, "faults": faults[:10]})

    await request.app[DATABASE].run(tell)
    template = "audit/desk/proof.html.j2" if is_part(request) else "audit/desk/proof_page.html.j2"
    return render(request, template, proof=proof)


def _wanted(context: Context, asked: Asked, names: dict[str, tuple[str, str]]) -> Wanted:
    """Who is found by name to sign in with, by name, or as it stands in the trail (job:…, contact:…)."""
    who = asked.filters["who"]
    actor = next((actor for actor, known in names.items() if who and who.casefold() in map(str.casefold, known)), who)
    since, until = _day(asked.filters["since"]), _day(asked.filters["until"])
    return Wanted(
        actor=actor, act=asked.filters["act"], about=asked.filters["about"],
        since=_moment(context, since) if since else None,
        until=_moment(context, until + timedelta(days=1)) if until else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _moment(context: Context, day: date) -> datetime:
    return context.clock.moment(day, time(0))


def _brief(value: Any) -> str:
    """One value of an entry's facts in a cell."""
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _row(entry: Entry, names: dict[str, tuple[str, str]], words: dict[str, str]) -> dict[str, Any]:
    login, name = names.get(entry.actor, ("", ""))
    about = names.get(entry.about)
    return {
        "number": entry.number, "at": entry.at, "who": f"{name} ({login})" if login else entry.actor,
        "actor": entry.actor, "act": entry.act, "about": f"{about[1]} ({about[0]})" if about else entry.about,
        "object": entry.about, "address": entry.address, "request": entry.request_id,
        "facts": "；".join(f"{words.get(name, name)} {_brief(value)}" for name, value in entry.facts.items() if value),
    }
