"""/desk/booking/use: how much of the pool is used, by clinic, doctor and day, beside the period before; who did not
come; through which channels people book. Each chart stands over its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import reading, render
from flows.booking.desk.office_parts import HOME, USE, days_asked, office, send, wants_export
from flows.booking.office import store
from flows.booking.office.figures import store as figured
from flows.booking.office.rules import LONGEST_SUM, By, Days, Figures, Use, by_of, change, most, percent, total
from flows.booking.office.service import Names, OfficeService, figures
from flows.booking.office.store import Wanted

routes = web.RouteTableDef()
PATH = HOME + "use"
AHEAD = 7
"""Days that are shown where none are asked for: of a Sunday alone there is little to see."""
BARS = 16
"""So many clinics or doctors stand in a chart, those with most slots; the table has all."""
LIST = Listing(
    "use",
    (Column("name"), Column("sessions", "number", total=True), Column("stopped", "number", total=True),
     Column("capacity", "number", total=True), Column("taken", "number", total=True),
     Column("held", "number", total=True), Column("cooling", "number", total=True),
     Column("free", "number", total=True), Column("rate", "number"), Column("before", "number"),
     Column("over", "number", total=True), Column("missed", "number", total=True),
     Column("missed_rate", "number")),
    filters=("since", "until", "by", "site", "clinic", "doctor"), sort="capacity", down=True,
)
CHANNELS = Listing(
    "use_channels",
    (Column("name"), Column("booked", "number", total=True), Column("cancelled", "number", total=True),
     Column("changed", "number", total=True), Column("lapsed", "number", total=True),
     Column("refused", "number", total=True), Column("share", "number")), sort="booked", down=True, sortable=False,
)


@routes.get(PATH)
@needs(USE)
async def use(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    async with reading(request) as context:
        service = await office(request, context, USE)
        days = days_asked(asked, context, LONGEST_SUM, usual=AHEAD)
        by = by_of(filters["by"])
        wanted = Wanted(days, service.scope, filters["clinic"], filters["doctor"], filters["site"])
        now, as_of = await _uses(service, wanted, by), days.as_of(context.now, context.clock.today())
        before = await _uses(service, replace(wanted, days=days.before), by, as_of)
        kinds = [] if which else await store.by_kind(service.tx, wanted)
    rows = _rows(service.names, days, by, now, before)
    if by == "date" and "sort" not in request.query:
        asked = replace(asked, sort="name", down=False)
    if which:
        chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await send(request, LIST, asked, chosen, {}, heads=_heads(context, days, as_of),
                          days=[days.first.isoformat(), days.last.isoformat()])
    sums, earlier = total(now.values()), total(before.values())
    shown = LIST.shown(asked, rows)
    totals = {**shown.totals, **{name: value for name, value in (
        ("rate", sums.rate), ("before", earlier.rate), ("missed_rate", sums.missed_rate)) if value is not None}}
    channels = _channels(request, kinds, service.names)
    return render(
        request, "booking/desk/use.html.j2", list=LIST.page(asked, shown.rows, len(rows), totals), days=days, by=by,
        sums=figures(sums), turns=_turns(sums, earlier), longest=LONGEST_SUM, as_of=as_of,
        chart=_chart(service.names, days, by, now, before), channels=channels,
        missed=_missed(service.names, days, by, now) if sums.missed else None,
        clinics=service.clinics, doctors=service.doctors, sites=service.sites,
    )


async def _uses(service: OfficeService, wanted: Wanted, by: By, at: datetime | None = None) -> dict[str, Use]:
    """``at``: what was taken at that moment."""
    found: Figures = await figured.use(service.tx, wanted, by)
    if at:
        await figured.stood(service.tx, wanted, by, at, found)
    await figured.came(service.tx, wanted, by, service.context.now, found)
    return found.uses()


def _rows(names: Names, days: Days, by: str, now: Mapping[str, Use], before: Mapping[str, Use]) -> list[dict[str, Any]]:
    """A row for each clinic, doctor or day; ``before`` is the rate of the same a period earlier."""
    keys = [str(day) for day in days.all] if by == "date" else sorted(now)
    earlier = _earlier(days, by, before)
    return [{"id": key, "name": _name(names, by, key), **figures(now.get(key, Use())),
             "before": earlier.get(key, Use()).rate} for key in keys]


def _earlier(days: Days, by: str, before: Mapping[str, Use]) -> Mapping[str, Use]:
    """What stands beside each key: of a day, the same day of the period before."""
    if by != "date":
        return before
    pairs = zip(days.all, days.before.all, strict=True)
    return {str(day): before[str(then)] for day, then in pairs if str(then) in before}


def _heads(context: Context, days: Days, as_of: datetime | None) -> dict[str, str]:
    """Titles of the export's columns that compare: each with its days, and until when they were counted."""
    words, local = context.wording.words["columns"]["use"], context.clock.local
    now, then = (f" ≤{local(at):%Y-%m-%d %H:%M}" if as_of and at else "" for at in (context.now, as_of))
    return {
        "rate": f"{words['rate']} {days.first}–{days.last}{now}",
        "before": f"{words['before']} {days.before.first}–{days.before.last}{then}",
    }


def _name(names: Names, by: str, key: str) -> str:
    if by == "date":
        return key
    return names.clinic(key) if by == "clinic" else names.doctor(key)


def _turns(now: Use, before: Use) -> dict[str, float | None]:
    """By how much the figures went up or down since the period before; rates in points."""
    def points(one: float | None, other: float | None) -> float | None:
        return None if one is None or other is None else round(one - other, 1)

    found = {name: change(getattr(now, name), getattr(before, name)) for name in ("sessions", "capacity", "taken")}
    return {**found, "rate": points(now.rate, before.rate), "missed_rate": points(now.missed_rate, before.missed_rate)}


def _chart(names: Names, days: Days, by: str, uses: Mapping[str, Use], before: Mapping[str, Use]) -> dict[str, Any]:
    """Slots by what became of them: of days how many, of clinics and doctors which part, for the general clinics have
    together many times as many as any doctor. What was taken in the period before stands as a mark on each bar."""
    kinds, earlier = ("taken", "held", "cooling", "free"), _earlier(days, by, before)
    word = names.words["office"]["before"]
    if by == "date":
        pairs = [(f"{day:%m-%d}", uses.get(str(day), Use())) for day in days.all]
        then = [earlier[str(day)].taken if str(day) in earlier else None for day in days.all]
        chart = _bars(names, pairs, kinds)
        return chart | {"series": [*chart["series"], {"name": word["taken"], "as": "before", "data": then}]}
    chosen = most(uses, {}, BARS)
    called = names.clinics if by == "clinic" else names.doctors
    pairs = [(called.get(key, key), use) for key, use in chosen]
    share: dict[str, list[float | None]] = {
        kind: [percent(getattr(each, kind), each.capacity) for _, each in pairs] for kind in kinds}
    rates = [earlier.get(key, Use()).rate for key, _ in chosen]
    series = [{"name": names.words["columns"]["use"][kind], "as": kind, "data": share[kind]} for kind in kinds]
    return _bars(names, pairs, kinds) | {
        "across": True, "unit": "%", "series": [*series, {"name": word["rate"], "as": "before", "data": rates}]}


def _missed(names: Names, days: Days, by: str, uses: Mapping[str, Use]) -> dict[str, Any]:
    """Who did not come: by day, or where most did not."""
    if by == "date":
        return _bars(names, [(f"{day:%m-%d}", uses.get(str(day), Use())) for day in days.all], ("missed",))
    pairs = most(uses, names.clinics if by == "clinic" else names.doctors, BARS, "missed")
    return _bars(names, pairs, ("missed",)) | {"across": True}


def _bars(names: Names, pairs: Sequence[tuple[str, Use]], kinds: Sequence[str]) -> dict[str, Any]:
    words = names.words["columns"]["use"]
    return {
        "names": [name for name, _ in pairs],
        "series": [{"name": words[kind], "as": kind, "data": [getattr(each, kind) for _, each in pairs]}
                   for kind in kinds],
    }


def _channels(request: web.Request, rows: Any, names: Names) -> dict[str, Any]:
    """Bookings by channel, with what became of them."""
    ends = {"booked": "booked", "cancelled": "cancelled", "changed": "changed", "released": "lapsed",
            "expired": "lapsed", "refused": "refused"}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.state in ends:
            mine = found.setdefault(row.channel, dict.fromkeys(ends.values(), 0))
            mine[ends[row.state]] += row.many
    whole = sum(each["booked"] for each in found.values())
    words = names.words["channel"]
    listed = [{"id": key, "name": words.get(key, key), "share": percent(each["booked"], whole), **each}
              for key, each in found.items()]
    listing = CHANNELS.shown(replace(CHANNELS.asked(request), sort="booked", down=True, page=1), listed)
    return {"list": listing, "chart": {
        "names": [row["name"] for row in listing.rows],
        "series": [{"name": names.words["columns"]["use_channels"][kind], "as": kind,
                    "data": [row[kind] for row in listing.rows]} for kind in ("booked", "changed", "cancelled")],
    }}
