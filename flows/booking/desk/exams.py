"""/desk/booking/exams: the hospital's book of examinations as it was told: how to prepare, what does not go together.
Only looked at; it is changed in the hospital's system."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import is_part, reading, render
from flows.booking.desk.office_parts import HOME, VIEW, office, send, wants_export
from flows.booking.exams import book
from flows.booking.exams.rules import Book, Item
from flows.booking.office.service import OfficeService

routes = web.RouteTableDef()
PATH = HOME + "exams"
LIST = Listing(
    "exams",
    (Column("name"), Column("clinic"), Column("rooms"), Column("minutes", "number"), Column("fasting", "number"),
     Column("notice", "number"), Column("latest"), Column("contrast"), Column("preparation"), Column("rules", "number"),
     Column("who", hidden=True), Column("code", hidden=True)),
    filters=("q", "clinic"), sort="clinic", key="code",
)


@routes.get(PATH)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    async with reading(request) as context:
        service = await office(request, context)
        known = await book.read(context.tx)
    own = {each.code: each.name for each in service.clinics}
    word = asked.filters["q"].casefold()
    rows = [
        _row(context, service, known, item) for item in known.items.values() if item.clinic in own
        and asked.filters["clinic"] in ("", item.clinic) and word in f"{item.name} {item.code}".casefold()
    ]
    if which:
        chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await send(request, LIST, asked, chosen, {})
    clinics = [each for each in service.clinics if each.code in {item.clinic for item in known.items.values()}]
    opened = _beside(context, service, known, asked.open) if asked.open in {row["code"] for row in rows} else None
    return render(request, "booking/desk/exams.html.j2", list=LIST.shown(asked, rows), clinics=clinics, beside=opened)


@routes.get(PATH + "/{code}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        service = await office(request, context)
        known = await book.read(context.tx)
    item = known.items.get(request.match_info["code"])
    if item is None or item.clinic not in {each.code for each in service.clinics}:
        raise NotFound("exam")
    template = "booking/desk/exam.html.j2" if is_part(request) else "booking/desk/exam_page.html.j2"
    return render(request, template, beside=_beside(context, service, known, item.code))


def _row(context: Context, service: OfficeService, known: Book, item: Item) -> dict[str, Any]:
    words = context.wording.words["exam_desk"]
    clinic = service.names.clinic(item.clinic)
    return {
        "code": item.code, "name": item.name, "clinic": clinic, "clinic_code": item.clinic,
        "rooms": " ".join(_room(service, each) for each in item.rooms), "minutes": item.minutes,
        "fasting": item.fasting_hours, "notice": item.notice_hours,
        "latest": f"{item.latest:%H:%M}" if item.latest else "",
        "contrast": words["contrast"] if item.contrast else "", "preparation": "；".join(item.preparation),
        "rules": len(_conflicts(known, item.code)), "min_age": item.min_age, "max_age": item.max_age,
        "who": context.wording.words["sex"].get(item.sex, "") if item.sex else "",
    }


def _beside(context: Context, service: OfficeService, known: Book, code: str) -> dict[str, Any]:
    item = known.items[code]
    named = {each.code: each.name for each in known.items.values()}
    return {
        "row": _row(context, service, known, item), "steps": item.preparation,
        "conflicts": [
            {"kind": each.kind, "first": named.get(each.first, each.first),
             "second": named.get(each.second, each.second), "days": each.days} for each in _conflicts(known, code)
        ],
        "contrast_days": known.contrast_days if item.contrast else 0,
        "packages": [each.name for each in known.packages if code in each.items],
    }


def _conflicts(known: Book, code: str) -> list[Any]:
    return [each for each in known.conflicts if code in (each.first, each.second)]


def _room(service: OfficeService, code: str) -> str:
    found = service.names.catalogue.room.get(code)
    return found.place.room if found else code
