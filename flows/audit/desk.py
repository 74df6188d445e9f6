"""/desk/audit/: who did what to whom; search, export, and the proof that nothing was taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.audit import store
from bot.access.audit.chain import Entry
from bot.access.audit.store import Wanted
from bot.access.where import Within
from bot.context import Context
from bot.db.transaction import Transaction
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Asked, Column, Listing, moments
from bot.web.desk.pages import called, is_part, reading, render
from bot.web.keys import DATABASE
from flows.audit.narrowed import LOOKED, narrowed
from flows.audit.saying import Saying, things_of
from flows.audit.speaking import spoken

routes = web.RouteTableDef()
RIGHT = "audit.view"
LIST = Listing(
    "audit",
    (Column("number", "number"), Column("at", "moment"), Column("who"), Column("act"), Column("about"),
     Column("facts"), Column("address"), Column("request", hidden=True)),
    filters=("who", "act", "about", "since", "until"), sort="number", down=True, key="number", sortable=False,
)


@routes.get("/desk/audit/")
@needs(RIGHT)
async def listed(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    which = export.asked(request, "audit.export")
    async with reading(request) as context:
        words = await spoken(request, context)
        wanted = _wanted(context, asked, words)
        limit, offset = export.cut(request, asked, which)
        within = await Within.of(context, request[STAFF], RIGHT)
        if within.everything:
            found = await store.find(context.tx, wanted, limit=limit, offset=offset)
            count, capped = await store.count(context.tx, wanted), False
        else:
            mine = await narrowed(within, wanted)
            found = await store.these(context.tx, mine.numbers[offset : offset + limit])
            count, capped = len(mine.numbers), mine.capped
        anchor = await store.anchor_of(context.tx)
        opened = await _entry(context, within, number) if (number := forms.whole(asked.open)) else None
        every = [*found, opened] if opened else found
        about = await within.those({wanted.about} - {""})
        words = replace(words, called=await called(request, context, things_of(every) | about))
    rows = [_row(entry, words) for entry in found]
    if which:
        return await export.send(request, LIST, asked, rows, anchor=anchor)
    beside = {"entry": _row(opened, words), "facts": words.facts(opened.facts)} if opened else None
    shown = LIST.page(asked, rows, count, capped=capped)
    return render(
        request, "audit/desk/list.html.j2", list=shown, beside=beside, anchor=anchor, looked=LOOKED if capped else 0,
        thing=words.thing(wanted.about) if wanted.about else "",
        who=words.actor(wanted.actor) if ":" in asked.filters["who"] else asked.filters["who"],
    )


@routes.get("/desk/audit/entry/{number:[0-9]{1,15}}")
@needs(RIGHT)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        within = await Within.of(context, request[STAFF], RIGHT)
        entry = await _entry(context, within, int(request.match_info["number"]))
        if entry is None:
            raise NotFound("entry")
        words = await spoken(request, context, things_of([entry]))
    template = "audit/desk/beside.html.j2" if is_part(request) else "audit/desk/entry.html.j2"
    return render(request, template, beside={"entry": _row(entry, words), "facts": words.facts(entry.facts)})


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


async def _entry(context: Context, within: Within, number: int) -> Entry | None:
    """The entry of this number, where it lies within reach."""
    entry = await store.one(context.tx, number)
    if entry is None or entry.actor == context.actor or await within.has(entry.about):
        return entry
    return None


def _wanted(context: Context, asked: Asked, words: Saying) -> Wanted:
    """Who and what are found by the names that the list shows, or as they stand in the trail (job:…, contact:…)."""
    since, until = moments(context.clock, asked)
    return Wanted(
        actor=words.actor_called(asked.filters["who"]), act=asked.filters["act"],
        about=words.thing_called(asked.filters["about"]), since=since, until=until,
    )


def _row(entry: Entry, words: Saying) -> dict[str, Any]:
    return {
        "number": entry.number, "at": entry.at, "who": words.actor(entry.actor), "actor": entry.actor,
        "act": words.act(entry.act), "slug": entry.act, "about": words.thing(entry.about), "object": entry.about,
        "facts": words.brief(entry.facts), "address": entry.address, "request": entry.request_id,
    }
