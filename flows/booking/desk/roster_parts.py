"""What the roster's pages share: whose reach, which clinics of the address, and the form of a pattern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web.desk.guard import STAFF
from bot.web.forms import day_of
from flows.booking.neighbours import Choice
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.rules import Edit, Terms
from flows.booking.roster.reach import EDIT, PUBLISH, SEE, Reach, reach_of
from flows.booking.roster.sessions.diff import Compared
from flows.booking.roster.sessions.preview import Preview

HOME = "/desk/booking/roster/"
FIELDS = ("doctor", "half", "starts", "ends", "minutes", "capacity", "kind", "total", "ahead", "fee", "room", "first",
          "last", "weeks", "once", "day")
"""Of the form of a pattern, beside its weekdays."""
FEW = 8
"""Clinics that are shown together without a department being chosen."""


class BadForm(Exception):
    """What was typed is no pattern. ``problem`` says what is wrong."""

    def __init__(self, slug: str) -> None:
        self.problem = Problem(slug)
        super().__init__(slug)


async def reach(request: web.Request, context: Context, right: str = SEE) -> Reach:
    return await reach_of(context, request[STAFF], right)


async def reaches(request: web.Request, context: Context) -> dict[str, Reach]:
    """Reach by "see", "edit" and "publish"; what the member may not do at all is left out, but who may not even see is
    refused (NotAllowed)."""
    me = request[STAFF]
    more = {word: right for word, right in (("edit", EDIT), ("publish", PUBLISH)) if me.may(right)}
    return {word: await reach_of(context, me, right) for word, right in {"see": SEE, **more}.items()}


async def drafted(context: Context, own: Reach) -> dict[str, list[Edit]]:
    """What is not published yet, by clinic, as far as it lies within reach."""
    live = {each.key: each.terms for each in await patterns.live(context.tx)}
    found: dict[str, list[Edit]] = {}
    for clinic, edit in await patterns.edits(context.tx):
        terms = edit.terms or live.get(edit.pattern)
        if terms is not None and own.covers(clinic, terms.doctor):
            found.setdefault(clinic, []).append(edit)
    return found


def within(own: Reach, found: Preview) -> Preview:
    """A preview without what lies out of reach: colleagues' sessions, and who comes to them."""
    if own.clinic(found.clinic):
        return found

    def mine(doctor: str | None) -> bool:
        return own.covers(found.clinic, doctor)

    compared = Compared(
        [each for each in found.compared.comes if mine(each.pattern.terms.doctor)],
        [(known, planned) for known, planned in found.compared.changes if mine(known.doctor)],
        [each for each in found.compared.goes if mine(each.doctor)],
    )
    named = {each.key: each.terms or found.before.get(each.pattern) for each in found.edits}
    return replace(
        found, compared=compared, hits=[each for each in found.hits if mine(each.known.doctor)],
        lost=[each for each in found.lost if mine(each.pattern.terms.doctor)],
        edits=[each for each in found.edits if (terms := named[each.key]) is not None and mine(terms.doctor)],
    )


def places(own: Reach, sent: Mapping[str, str]) -> dict[str, Any]:
    """The filter by department and clinic: ``departments`` and ``clinics`` to choose from, ``department`` and
    ``clinic`` chosen (the first department where nothing was; none where there are few clinics: a doctor sits in two
    departments and sees both), ``shown`` codes. Raises NotFound."""
    catalogue, codes = own.catalogue, own.clinics
    inside = [catalogue.clinic[code] for code in codes]
    departments = [each for each in catalogue.departments if any(c.department == each.code for c in inside)]
    few = len(inside) <= FEW and len(departments) > 1
    clinic, department = sent.get("clinic", ""), sent.get("department", "")
    if clinic:
        if clinic not in codes:
            raise NotFound("clinic")
        department = catalogue.clinic[clinic].department
    elif department not in {each.code for each in departments}:
        department = departments[0].code if departments and not few else ""
    offered = [Choice(each.code, own.names[each.code]) for each in inside if department in ("", each.department)]
    shown = [clinic] if clinic else [each.code for each in offered]
    homes = [Choice(each.code, own.departments[each.code]) for each in departments]
    return {"departments": homes, "clinics": offered, "department": department, "clinic": clinic, "shown": shown,
            "few": few}


def terms_from(sent: Mapping[str, str], clinic: str, weekdays: Sequence[int] = ()) -> list[Terms]:
    """The patterns of a form: one for each weekday, or the one day of ``day``. Raises BadForm."""
    single = sent.get("once", "") == "1"
    day = day_of(sent.get("day" if single else "first", ""))
    last = sent.get("last", "")
    if day is None or (last and not single and day_of(last) is None):
        raise BadForm("roster_days")
    if not single and not weekdays:
        raise BadForm("roster_weekday")
    common: dict[str, Any] = {
        "clinic": clinic, "doctor": sent.get("doctor", "") or None, "half": sent.get("half", ""),
        "starts": _wall(sent.get("starts", "")), "ends": _wall(sent.get("ends", "")),
        "minutes": _number(sent.get("minutes", "")), "capacity": _number(sent.get("capacity", "")),
        "total": _number(sent.get("total", ""), empty=True), "ahead": _number(sent.get("ahead", ""), empty=True),
        "kind": sent.get("kind", ""), "room": sent.get("room", ""),
        "fee": fen(sent["fee"]) if sent.get("fee", "").strip() else None,
    }
    if single:
        return [Terms(**common, weekday=day.weekday(), first=day, last=day)]
    weeks: Any = sent.get("weeks", "every")
    return [Terms(**common, weekday=each, first=day, last=day_of(last), weeks=weeks) for each in weekdays]


def weekdays_from(chosen: Mapping[str, list[str]]) -> list[int]:
    return sorted({int(each) for each in chosen.get("weekday", []) if each in "0123456" and len(each) == 1})


def form_of(terms: Terms) -> dict[str, Any]:
    """A pattern as its form shows it."""
    return {
        "doctor": terms.doctor or "", "weekday": [terms.weekday], "half": terms.half, "starts": terms.starts,
        "ends": terms.ends, "minutes": terms.minutes, "capacity": terms.capacity, "kind": terms.kind,
        "total": "" if terms.total is None else terms.total, "ahead": "" if terms.ahead is None else terms.ahead,
        "fee": "" if terms.fee is None else f"{terms.fee / 100:.2f}", "room": terms.room,
        "first": terms.first.isoformat(), "weeks": terms.weeks,
        "last": terms.last.isoformat() if terms.last else "", "once": "1" if terms.single else "",
        "day": terms.first.isoformat(),
    }


def _wall(text: str) -> str:
    hour, colon, minute = text[:5].partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and int(hour) < 24 and
            int(minute) < 60):
        raise BadForm("roster_times")
    return f"{int(hour):02d}:{int(minute):02d}"


def _number(text: str, *, empty: bool = False) -> int | None:
    if empty and not text.strip():
        return None
    if not (text.strip().isascii() and text.strip().isdigit() and len(text) < 6):
        raise BadForm("roster_limits" if empty else "roster_numbers")
    return int(text)


def fen(text: str) -> int:
    try:
        fen = Decimal(text.strip() or "x") * 100
    except InvalidOperation:
        raise BadForm("roster_fee") from None
    if not fen.is_finite() or fen != int(fen) or abs(fen) > 10_000_000:
        raise BadForm("roster_fee")
    return int(fen)
