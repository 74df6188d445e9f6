"""/desk/notices/: what could not be delivered or done, to be tried again; whom nothing reached, to be called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.access.doors import Door
from bot.access.rights import Member
from bot.access.twice import did
from bot.access.where import Within
from bot.access.work import Wait
from bot.context import Context
from bot.errors import BadInput, NotFound
from bot.masking import mask_name
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import called, in_tx, reading, render, see
from bot.web.keys import SETTINGS
from flows.notices import desk_calls, undelivered
from flows.notices.undelivered import DeadLetter

HOME, RIGHT, EXPORT = "/desk/notices/", "notices.undelivered", "notices.export"
LIST = Listing(
    "undelivered",
    (Column("since", "moment"), Column("sort"), Column("what"), Column("person", sortable=False),
     Column("about", sortable=False), Column("error"),
     Column("attempts", "number"), Column("act", sortable=False)),
    filters=("sort",), sort="since",
)
SORTS = {"o": "job", "p": "push", "c": "call"}
routes = web.RouteTableDef()


@routes.get(HOME)
@needs(RIGHT)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), export.asked(request, EXPORT)
    async with reading(request) as context:
        within = await Within.of(context, request[STAFF], RIGHT)
        letters, capped = await undelivered.letters(context, within)
        words = context.wording.words["undelivered"]
        wanted = {each.id: each for each in letters if asked.filters["sort"] in ("", SORTS[each.id[0]])}
        rows = [_row(context, each) for each in wanted.values()]
        chosen = LIST.shown(asked, rows).rows
        if which == "all":
            chosen = LIST.sorted(asked, rows)[: request.app[SETTINGS].desk.export_rows]
        # Only of what is shown it is looked up whom and what it is about.
        named = await _named(request, context, [wanted[row["id"]] for row in chosen])
    told = [{**row, **more} for row, more in zip(chosen, named, strict=True)]
    if which:
        file = [{**row, "sort": words[row["sort"]]} for row in told]
        return await export.send(request, LIST, asked.without("act"), file)
    shown = LIST.page(asked, told, len(rows), capped=capped)
    return render(request, "notices/desk/list.html.j2", list=shown, sorts=SORTS.values(),
                  done=request.query.get("done", ""))


@routes.post(HOME + "{id}/{act}")
@needs(RIGHT)
@in_tx
async def deal(request: web.Request, context: Context) -> web.StreamResponse:
    """Try again what is dead; close a call that was made. Raises NotFound where nothing is to be done about it, but for
    who did so a moment ago."""
    which, act = request.match_info["id"], request.match_info["act"]
    if act not in ("again", "called"):
        raise BadInput("no_such_act")
    thing = f"{SORTS.get(which[:1], 'push')}:{which[1:]}"
    within = await Within.of(context, request[STAFF], RIGHT)
    if not within.everything:
        await within.need(thing)
    work = undelivered.send_again if act == "again" else undelivered.called
    if await work(context.tx, which):
        audit.write(context.tx, context.actor, f"notices.{act}", thing)
    elif not await did(context.tx, context.actor, f"notices.{act}", thing):
        raise NotFound("letter")
    return see(request, f"{HOME}?done={act}")


async def _named(request: web.Request, context: Context, letters: Sequence[DeadLetter]) -> list[dict[str, str]]:
    """The person, masked, and the matter of each."""
    names = await called(request, context, {each.about for each in letters})
    people = await desk_calls.people(request, context, [(each.contact, each.about) for each in letters])
    return [{"person": mask_name(found.name) if found else "", "about": names.get(each.about, "")}
            for each, found in zip(letters, people, strict=True)]


def _row(context: Context, letter: DeadLetter) -> dict[str, Any]:
    words, sort = context.wording.words, SORTS[letter.id[0]]
    title = words["pushes"].get(letter.what) or words["jobs"].get(letter.what, letter.what)
    reason = letter.error.partition(":")[0].removeprefix("refused ")
    return {
        "id": letter.id, "since": letter.since, "sort": sort, "what": title,
        "error": words["journal"]["reasons"].get(reason, reason), "attempts": letter.attempts or None,
    }


async def count(context: Context, member: Member) -> int:
    return await undelivered.waiting(context, await Within.of(context, member, RIGHT))


DOOR = Door(HOME, RIGHT, "alert")
WAIT = Wait("undelivered", RIGHT, HOME, count, late=True)
