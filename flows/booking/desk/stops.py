"""/desk/booking/stops/: the stops with how far their notices came, one stop with its patients, and the call list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from bot.access.doors import Door
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Asked, Column, Listing
from bot.web.desk.pages import reading, render
from bot.web.keys import WORDING
from flows.booking.neighbours import choices
from flows.booking.stops.board import Board, Line

HOME = "/desk/booking/stops/"
VIEW, STOP, CALL, EXPORT = "booking.stops.view", "booking.stops.stop", "booking.stops.call", "booking.stops.export"
PERMITS = (VIEW, STOP, CALL, EXPORT)
RANGED = (VIEW, STOP, CALL)
DOOR = Door(HOME, VIEW, "alert")
LIST = Listing(
    "stops",
    (Column("made", "moment"), Column("date", "moment"), Column("part", sortable=False), Column("clinic"),
     Column("doctor"), Column("substitute"), Column("people", "number", total=True),
     Column("told", "number", total=True), Column("arrived", "number", total=True),
     Column("seen", "number", total=True), Column("chosen", "number", total=True),
     Column("call", "number", total=True), Column("state"), Column("reason", hidden=True), Column("by", hidden=True),
     Column("source", hidden=True)),
    filters=("q", "clinic", "day", "state"), sort="made", down=True,
)
PEOPLE = Listing(
    "stop_people",
    (Column("start", "moment"), Column("person"), Column("number", "number"), Column("doctor", hidden=True),
     Column("clinic", hidden=True), Column("told"), Column("seen"), Column("chosen"), Column("answered", "moment"),
     Column("until", "moment", hidden=True), Column("called"), Column("call")),
    filters=("chosen", "call"), sort="start",
)
CALLS = Listing(
    "stop_calls",
    (Column("start", "moment"), Column("person"), Column("number", "number"), Column("doctor"), Column("clinic"),
     Column("told"), Column("seen"), Column("chosen", hidden=True), Column("until", "moment"), Column("called")),
    filters=("q",), sort="start",
)
WORDS = {"chosen": "choice", "told": "told", "seen": "seen_by", "called": "called", "call": "call", "state": "stop",
         "source": "stop_source"}

routes = web.RouteTableDef()


@routes.get(HOME)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked = LIST.asked(request)
    async with reading(request) as context:
        board = _board(context, request)
        rows = [row for row in await board.stops() if _fits(row, asked.filters)]
        catalogue = await board.neighbours.catalogue()
        due = await board.count_calls()
        clinics = choices(catalogue, (each.code for each in catalogue.clinics if board.covers(catalogue, each.code)))
    if which := _wanted(request):
        return await _send(request, LIST, asked, rows, which)
    return render(
        request, "booking/desk/stops.html.j2", list=LIST.shown(asked, rows), due=due, clinics=clinics,
        done=request.query.get("done", ""),
    )


@routes.get(HOME + "stop/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    asked = PEOPLE.asked(request)
    async with reading(request) as context:
        board = _board(context, request)
        stop, lines = await board.stop(request.match_info["id"])
        beside = await beside_of(board, asked.open)
    rows = [line.values for line in lines if _line_fits(line, asked.filters)]
    if which := _wanted(request):
        return await _send(request, PEOPLE, asked, rows, which, stop=stop["id"])
    free = stop["state"] == "running" and not any(row["chosen"] not in ("open", "stayed") for row in
                                                  (line.values for line in lines))
    return render(
        request, "booking/desk/stop.html.j2", stop=stop, list=PEOPLE.shown(asked, rows), beside=beside,
        undoable=free and stop["source"] != "hospital" and request[STAFF].may(STOP), problem=None,
        done=request.query.get("done", ""),
    )


@routes.get(HOME + "calls")
@needs(VIEW)
async def calls(request: web.Request) -> web.StreamResponse:
    """Whom to call now, whoever travels first first."""
    asked = CALLS.asked(request)
    async with reading(request) as context:
        board = _board(context, request)
        lines = await board.calls()
        beside = await beside_of(board, asked.open)
    word = asked.filters["q"].casefold()
    rows = [line.values for line in lines if word in f"{line.values['doctor']} {line.values['clinic']}".casefold()]
    if which := _wanted(request):
        return await _send(request, CALLS, asked, rows, which)
    return render(request, "booking/desk/stop_calls.html.j2", list=CALLS.shown(asked, rows), beside=beside)


async def beside_of(board: Board, public: str) -> dict[str, Any] | None:
    """The patient that the address says is open, where there is one within reach."""
    row = await board.find(public) if public else None
    return None if row is None else await about(board, public)


async def about(board: Board, public: str) -> dict[str, Any]:
    """What stands beside the list about one patient. Raises NotFound."""
    line, made = await board.one(public)
    return {"line": line.values, "calls": made, "stop": line.row.stop, "answers": await board.answers(line.row),
            "facts": await board.facts(line.row)}


def _board(context: Any, request: web.Request) -> Board:
    return Board(context, request[STAFF].range(VIEW))


def _fits(row: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
    word = filters["q"].casefold()
    if word and word not in f"{row['doctor']} {row['clinic']} {row['substitute']} {row['reason']}".casefold():
        return False
    if filters["clinic"] and row["clinic_code"] != filters["clinic"]:
        return False
    if filters["state"] == "call" and not row["call"]:
        return False
    if filters["state"] not in ("", "call") and row["state"] != filters["state"]:
        return False
    try:
        return not filters["day"] or row["day"] == date.fromisoformat(filters["day"])
    except ValueError:
        return True


def _line_fits(line: Line, filters: Mapping[str, str]) -> bool:
    values = line.values
    if filters["call"] and not line.call:
        return False
    if filters["chosen"] == "unseen":
        return not values["seen"] and values["chosen"] == "open"
    return not filters["chosen"] or values["chosen"] == filters["chosen"]


def _wanted(request: web.Request) -> str:
    return export.asked(request, EXPORT)


async def _send(
    request: web.Request, listing: Listing, asked: Asked, rows: Sequence[Mapping[str, Any]], which: str, **facts: Any
) -> web.Response:
    """With words in the place of slugs."""
    words = request.app[WORDING].words
    chosen = listing.shown(asked, rows).rows if which == "page" else listing.sorted(asked, rows)
    told = [
        {name: words[WORDS[name]].get(value, value) if name in WORDS and value else value
         for name, value in row.items()} | {"doctor": row["doctor"] or words["office"]["general"]}
        for row in chosen
    ]
    if listing is LIST:
        told = [row | _place_of(row, words) for row in told]
    return await export.send(request, listing, asked, told, **facts)


def _place_of(row: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, str]:
    """Which session, and what of it, as the page says it."""
    part = words["stop_part"]["since"].format(row["part"]) if row["part"] else words["stop_part"]["whole"]
    return {"date": f"{row['day']:%Y-%m-%d} {words['half'][row['half']]}", "part": part}
