"""/desk/booking/for/{person}/exams: what a doctor ordered, and packages, for somebody: chosen, held together, read out
with what to prepare, confirmed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import BadInput, NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import in_tx, reading, see
from flows.booking.behalf.exams import ExamsFor
from flows.booking.desk.behalf_parts import BOOK, FIND, HOME, Counter, key_of, request_id, said
from flows.booking.exams.facts import of_exam
from flows.booking.exams.planning import Plan, Time
from flows.booking.exams.wishes import PACKAGE, Wish
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import EXAMINATION

routes = web.RouteTableDef()
EXAMS = HOME + "{person}/exams"
MOST = 20
"""So many orders are arranged together."""
_CHOSEN = re.compile(r"([0-9]{1,18}):(.{1,80})")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is for what was picked: times of a single examination, or plans for several; and why there is none."""

    wishes: Sequence[Wish] = ()
    times: Sequence[Time] = ()
    plans: Sequence[Plan] = ()
    why: str = ""
    days: Sequence[tuple[Any, Sequence[Time]]] = field(default=())


@routes.get(EXAMS)
@needs(FIND)
async def orders(request: web.Request) -> web.StreamResponse:
    """Orders that nobody booked yet, and the packages, which need none."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, BOOK, request.query.get("via", ""))
        return await _orders_page(counter)


@routes.get(EXAMS + "/times")
@needs(FIND)
async def times(request: web.Request) -> web.StreamResponse:
    """When it can be: of one examination each time, of several the plans on as few days as possible."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, BOOK, request.query.get("via", ""))
        picks = list(dict.fromkeys(request.query.getall("pick", [])))[:MOST]
        return await _times_page(counter, picks) if picks else await _orders_page(counter, missing=True)


@routes.post(EXAMS + "/hold")
@needs(BOOK)
@in_tx
async def hold(request: web.Request, context: Context) -> web.StreamResponse:
    """Keep all of it while it is read out, or none. A second press finds the first one's holds."""
    sent, several = await forms.values(request), await forms.lists(request)
    counter = await Counter.of(request, context, BOOK, sent.get("via", ""))
    chosen = _chosen(several.get("chosen", []))
    named = ",".join(f"{segment}:{name}" for name, segment in sorted(chosen.items()))
    once = request_id(context, sent.get("request", ""), named, counter.person.public_id)
    acting = await counter.examining()
    for segment in chosen.values():
        await acting.segment(segment)  # NotFound outside of reach, whatever else is wrong
    try:
        held = await acting.hold_together(counter.person.id, chosen, once)
    except BookingRefusal as no:
        picks = list(dict.fromkeys(_pick(name) for name in chosen))
        return await _times_page(counter, picks, refused=said(context, no), status=409)
    return see(request, f"{counter.home}/exams/held/{held[0].public_id}?via={counter.via}")


@routes.get(EXAMS + "/held/{id}")
@needs(BOOK)
async def held(request: web.Request) -> web.StreamResponse:
    """All that is held together, with what to prepare, to be read out."""
    async with reading(request) as context:
        counter = await Counter.of(request, context, BOOK, request.query.get("via", ""))
        row = await counter.row(request.match_info["id"])
        if row.kind != EXAMINATION:
            return see(request, f"{counter.home}/held/{row.public_id}?via={counter.via}")
        if row.state == "booked":
            return see(request, f"{counter.home}?done=booked&via={counter.via}")
        return await _held_page(counter, row)


@routes.post(EXAMS + "/held/{id}/{act}")
@needs(BOOK)
@in_tx
async def answer(request: web.Request, context: Context) -> web.StreamResponse:
    """Confirm all of it, or give all of it back."""
    act = request.match_info["act"]
    if act not in ("confirm", "release"):
        raise BadInput("no_such_act")
    counter = await Counter.of(request, context, BOOK, (await forms.values(request)).get("via", ""))
    row, acting = await exam_row(counter), await counter.examining()
    rows = await acting.together(row.id)
    if act == "release":
        if await acting.release(row.id):
            _wrote(counter, "released", rows)
        return see(request, f"{counter.home}?done=released&via={counter.via}")
    try:
        await acting.confirm(row.id)
    except BookingRefusal as no:
        return await _held_page(counter, row, refused=said(context, no), status=409)
    _wrote(counter, "booked", [each for each in rows if each.state == "held"])
    return see(request, f"{counter.home}?done=booked&via={counter.via}")


async def exam_row(counter: Counter) -> Any:
    """The examination in the address. Raises NotFound, for a visit to a doctor as well."""
    row = await counter.row(counter.request.match_info["id"])
    if row.kind != EXAMINATION:
        raise NotFound("examination")
    return row


async def exam_facts(counter: Counter, row: Any) -> dict[str, Any]:
    """What a page says of one: as of any visit, with its name, what to prepare and from when nothing is eaten."""
    return await counter.facts(row) | await of_exam(counter.context, row)


def by_day(found: Sequence[Time]) -> list[tuple[Any, list[Time]]]:
    return [(day, list(own)) for day, own in groupby(found, key=lambda time: time.start.date())]


# --- inside ----------------------------------------------------------------------------------------------------------


async def _orders_page(counter: Counter, *, missing: bool = False) -> web.Response:
    acting, booked, refused = await counter.examining(), 0, ""
    open_ones: list[Wish] = []
    try:
        open_ones, booked = await acting.orders(counter.person.id)
    except BookingRefusal as no:
        refused = said(counter.context, no)
    mine = [wish for wish in open_ones if acting.reaches([wish.item])]
    book = await acting.wishes.book()
    packages = [(each, [book.items[code] for code in each.items]) for each in await acting.packages()]
    return counter.page(
        "booking/desk/behalf_exams.html.j2", orders=mine, booked=booked,
        hidden=len(open_ones) - len(mine), packages=packages, refused=refused, missing=missing, package_of=PACKAGE,
    )


async def _times_page(counter: Counter, picks: list[str], *, refused: str = "", status: int = 200) -> web.Response:
    found = await _found(counter, await counter.examining(), picks)
    return counter.page(
        "booking/desk/behalf_exam_times.html.j2", status=status, found=found, days=by_day(found.times),
        refused=refused, token=secrets.token_hex(16), names={wish.name: wish.item.name for wish in found.wishes},
    )


async def _found(counter: Counter, acting: ExamsFor, picks: list[str]) -> Found:
    person = counter.person.id
    try:
        wishes = await acting.wishes.meant(counter.person, picks)
        if not acting.reaches(wish.item for wish in wishes):
            raise NotFound("examination")
        if len(wishes) == 1:
            return Found(wishes, times=await acting.times(person, picks[0]))
        return Found(wishes, plans=await acting.proposals(person, picks))
    except BookingRefusal as no:
        return Found(why=said(counter.context, no))


async def _held_page(counter: Counter, row: Any, *, refused: str = "", status: int = 200) -> web.Response:
    context, acting = counter.context, await counter.examining()
    rows = await acting.together(row.id)
    running = row.state == "held" and row.hold_until > context.now
    return counter.page(
        "booking/desk/behalf_exam_held.html.j2", status=status, refused=refused, id=row.public_id, running=running,
        exams=[await exam_facts(counter, each) for each in rows or [row]], until=row.hold_until,
    )


def _chosen(sent: Sequence[str]) -> dict[str, int]:
    """Name of a wish -> segment, from what a button sends ("segment:name"). Raises NotFound for what can be none."""
    found = {match[2]: key_of(match[1]) for each in sent[:MOST] if (match := _CHOSEN.fullmatch(each))}
    if not found or len(found) != len(sent):
        raise NotFound("segment")
    return found


def _pick(name: str) -> str:
    """What was picked, from the name of a wish: an order, or the package that it is a part of."""
    package, colon, _ = name.partition(":")
    return PACKAGE + package if colon else name


def _wrote(counter: Counter, act: str, rows: Sequence[Any]) -> None:
    for row in rows:
        counter.wrote(act, f"appointment:{row.public_id}")
