"""/desk/booking/roster/patterns: the weekly patterns of a clinic and the draft of what they are to become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.lists import Listing
from bot.web.desk.pages import in_tx, is_part, reading, render, see
from bot.web.forms import day_of
from flows.booking.desk.roster_parts import (
    FIELDS,
    HOME,
    BadForm,
    Choice,
    form_of,
    places,
    reach,
    reaches,
    terms_from,
    weekdays_from,
)
from flows.booking.fees import store as fees
from flows.booking.roster.copies import terms_of
from flows.booking.roster.grid import HALVES
from flows.booking.roster.patterns.drafts import BadTerms, Drafts, Entry
from flows.booking.roster.patterns.rules import USUAL, Terms, cut, wrong
from flows.booking.roster.reach import EDIT, SEE, Reach
from flows.booking.roster.sessions import store

routes = web.RouteTableDef()
PATH = HOME + "patterns"
GENERAL = "-"
"""In the filter by doctor: sessions of nobody by name."""
LIST = Listing("roster_patterns", (), filters=("department", "clinic", "doctor"), sortable=False)
SINCE = timedelta(days=60)
"""Days back, and ahead, in which a doctor's last session is looked for: its fee and room are offered."""


@routes.get(PATH)
@needs(SEE)
async def listed(request: web.Request) -> web.StreamResponse:
    """Of one clinic: the one asked for, else the first."""
    async with reading(request) as context:
        own = await reaches(request, context)
        where = places(own["see"], request.query)
        clinic = where["clinic"] or next(iter(where["shown"]), "")
        where = places(own["see"], {"clinic": clinic}) if clinic else where
        every = [each for each in await Drafts(context).entries(clinic)
                 if own["see"].covers(clinic, each.terms.doctor)]
    asked = LIST.asked(request)
    doctors = sorted({each.terms.doctor or GENERAL for each in every})
    # Of another clinic, which was chosen since, the doctor may be: then all of this one are shown.
    doctor = asked.filters["doctor"] if asked.filters["doctor"] in doctors else ""
    found = [each for each in every if doctor in ("", each.terms.doctor or GENERAL)]
    weekly = sorted((each for each in found if not each.terms.single), key=lambda each: (
        each.terms.weekday, HALVES.index(each.terms.half), each.terms.doctor or ""))
    days = sorted((each for each in found if each.terms.single), key=lambda each: (
        each.terms.first, HALVES.index(each.terms.half), each.terms.doctor or ""))
    start = (asked.page - 1) * asked.size
    shown = [*weekly, *days][start : start + asked.size]
    return render(
        request, "booking/desk/roster_patterns.html.j2", reach=own, catalogue=own["see"].catalogue,
        list=LIST.page(asked, (), len(found)), weekly=[each for each in shown if not each.terms.single],
        days=[each for each in shown if each.terms.single], doctor=doctor, doctors=doctors,
        general=GENERAL,
        **{**where, "clinic": clinic},
    )


@routes.get(PATH + "/{clinic}/new")
@needs(EDIT)
async def ask_new(request: web.Request) -> web.StreamResponse:
    """Filled from the doctor's last session, and with ``day`` for that day alone. Whoever has only sessions of their
    own begins with themselves."""
    clinic, sent = request.match_info["clinic"], request.query
    async with reading(request) as context:
        own = await reach(request, context, EDIT)
        doctor = sent.get("doctor", "") or ("" if own.clinic(clinic) else own.mine)
        own.need(clinic, doctor or None)
        values = await _offered(context, own, clinic, {**sent, "doctor": doctor})
        rules = await _fees(context, clinic)
    # What was chosen before the doctor was stays chosen.
    if chosen := weekdays_from({"weekday": sent.getall("weekday", [])}):
        values["weekday"] = chosen
    values |= {name: sent[name] for name in ("first", "last") if day_of(sent.get(name, ""))}
    if sent.get("weeks") in ("every", "odd", "even"):
        values["weeks"] = sent["weeks"]
    return _form(request, own, clinic, values, rules)


@routes.post(PATH + "/{clinic}/new")
@needs(EDIT)
@in_tx
async def take_new(request: web.Request, context: Context) -> web.StreamResponse:
    return await _save(request, context, None)


@routes.get(PATH + "/{clinic}/cut")
@needs(EDIT)
async def segments(request: web.Request) -> web.StreamResponse:
    """What the times and numbers of the form come to, while it is being filled."""
    async with reading(request) as context:
        today = context.clock.local(context.now).date()
    try:
        sent = {**request.query, "first": today.isoformat(), "last": "", "once": ""}
        terms = terms_from(sent, request.match_info["clinic"], [0])[0]
    except BadForm as bad:
        return render(request, "booking/desk/roster_cut.html.j2", parts=(), problem=bad.problem)
    why = wrong(terms, today)
    return render(request, "booking/desk/roster_cut.html.j2", parts=() if why else cut(terms),
                  problem=Problem(why) if why else None)


@routes.get(PATH + "/{clinic}/{key}")
@needs(EDIT)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        own, entry = await _entry(request, context)
        rules = await _fees(context, request.match_info["clinic"])
    return _form(request, own, request.match_info["clinic"], form_of(entry.terms), rules, entry)


@routes.post(PATH + "/{clinic}/{key}")
@needs(EDIT)
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    _, entry = await _entry(request, context)
    return await _save(request, context, entry)


@routes.post(PATH + "/{clinic}/{key}/{act:end|undo}")
@needs(EDIT)
@in_tx
async def end(request: web.Request, context: Context) -> web.StreamResponse:
    """To end the pattern, at once or after a day; or to take its line out of the draft."""
    clinic, sent = request.match_info["clinic"], await forms.values(request)
    _, entry = await _entry(request, context)
    drafts = Drafts(context)
    if request.match_info["act"] == "undo":
        await drafts.undo(clinic, entry.key)
    else:
        await drafts.end(clinic, entry.key, day_of(sent.get("last", "")))
    return see(request, f"{PATH}?clinic={clinic}")


async def _entry(request: web.Request, context: Context) -> tuple[Reach, Entry]:
    """The line of the address. Raises NotFound for one out of reach."""
    clinic = request.match_info["clinic"]
    own = await reach(request, context, EDIT)
    entry = await Drafts(context).entry(clinic, request.match_info["key"])
    if not all(own.covers(clinic, each.doctor) for each in (entry.terms, entry.now) if each is not None):
        raise NotFound("pattern")
    return own, entry


async def _save(request: web.Request, context: Context, entry: Entry | None) -> web.StreamResponse:
    clinic, sent = request.match_info["clinic"], await forms.values(request)
    own = await reach(request, context, EDIT)
    weekdays = weekdays_from(await forms.lists(request))
    own.need(clinic, sent.get("doctor") or None)
    try:
        terms = terms_from(sent, clinic, weekdays)
        if entry is None:
            await Drafts(context).add(terms)
        else:
            await Drafts(context).change(clinic, entry.key, sent.get("mark", ""), terms[0])
    except (BadForm, BadTerms) as bad:
        problem = bad.problem if isinstance(bad, BadForm) else Problem(bad.facts["why"])
        values = {**dict.fromkeys(FIELDS, ""), **sent, "weekday": weekdays}
        return _form(request, own, clinic, values, await _fees(context, clinic), entry, problem, status=422)
    return see(request, f"{PATH}?clinic={clinic}")


async def _offered(context: Context, own: Reach, clinic: str, sent: Mapping[str, str]) -> dict[str, Any]:
    """What the form of a new pattern begins with: as the doctor last sat here, else what is usual."""
    today = context.clock.local(context.now).date()
    day, doctor = day_of(sent.get("day", "")), sent.get("doctor", "")
    rows = [row for row in await store.sittings(context.tx, today - SINCE, today + SINCE, [clinic])
            if (row.sitting or "") == doctor]
    half = sent.get("half", "") if sent.get("half", "") in USUAL else "am"
    same = [row for row in rows if row.half == half] or rows
    like = terms_of(same[-1], await store.parts(context.tx, [same[-1].id]), own.catalogue) if same else None
    rooms = [room.code for room in own.catalogue.rooms if room.clinic == clinic]
    usual = Terms(clinic, doctor or None, (day or today).weekday(), half, *USUAL[half], minutes=30, capacity=5,
                  kind="expert" if doctor else "general", fee=None, room=rooms[0] if rooms else "", first=day or today)
    values = form_of(usual)
    if like is not None:
        taken = form_of(like)
        values |= {name: taken[name] for name in ("minutes", "capacity", "kind", "fee", "room")}
        if (await fees.read(context.tx, clinic)).on(clinic, like.kind, day or today) is not None:
            values["fee"] = ""  # the clinic's rule goes before what it once was
        if like.half == half:
            values |= {"starts": like.starts, "ends": like.ends}
    return values | {"once": "1" if day else "", "weekday": [] if not day else [day.weekday()], "last": ""}


async def _fees(context: Context, clinic: str) -> Sequence[Mapping[str, Any]]:
    """What sessions cost that are given no fee of their own: now, and from later days (`since`) on."""
    today = context.clock.local(context.now).date()
    found = (await fees.read(context.tx, clinic)).shown(clinic, today)
    return [{"kind": each.kind, "fee": each.fee, "since": each.first if each.first > today else None} for each in found]


def _form(
    request: web.Request, own: Reach, clinic: str, values: Mapping[str, Any], rules: Sequence[Mapping[str, Any]],
    entry: Entry | None = None, problem: Problem | None = None, status: int = 200,
) -> web.Response:
    catalogue = own.catalogue
    if clinic not in catalogue.clinic:
        raise NotFound("clinic")
    template = "booking/desk/roster_pattern.html.j2" if is_part(request) else "booking/desk/roster_pattern_page.html.j2"
    return render(
        request, template, status=status, clinic=Choice(clinic, own.names[clinic]), entry=entry, values=values,
        problem=problem,
        doctors=[each for each in catalogue.doctors_of(clinic) if own.covers(clinic, each.code)],
        general=own.clinic(clinic), rooms=[each for each in catalogue.rooms if each.clinic == clinic], usual=USUAL,
        fees=rules,
    )
