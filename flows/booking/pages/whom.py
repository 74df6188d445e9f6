"""The pages of whom to see: a clinic, its general sessions, a doctor, and the doctor's QR code."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web.keys import DATABASE, PORTS
from bot.web.pages import contact_page, context_of, reading, render
from flows.booking import doctor_code
from flows.booking.board import Board, absent, place_name
from flows.booking.neighbours import Catalogue, discreet
from flows.booking.offers import GENERAL, Wanted
from flows.booking.pages.parts import HOME, day_of, kind_of, waiting_for
from flows.booking.paying.inforce import paying
from flows.booking.service import BookingService
from flows.booking.told import said

routes = web.RouteTableDef()


@routes.get(f"{HOME}clinics/{{clinic}}")
@contact_page
async def clinic(request: web.Request) -> web.StreamResponse:
    """Who can be booked in a clinic, on all days or on one, or why there is nobody."""
    async with reading(request) as context:
        board, day, kind = Board(context), day_of(request), kind_of(request)
        known, site = await _clinic(request, board)
        entries = await board.experts(clinic=known.code, day=day, general=True, kind=kind)
        why, full, ahead = "", "", None
        if not (kind or any(entry.state == "free" for entry in entries)):
            wanted = Wanted(known.code, "", day)
            full, many = await waiting_for(context, wanted)
            names = {"clinic_name": known.name, "waiting": many}
            why = said(context, await board.why_none(wanted), can_wait=bool(full), **names)
            ahead = await board.nearest(Wanted(known.code), after=day)
        return render(
            request, "booking/h5/clinic.html.j2", clinic=known, site=site, full=full, ahead=ahead,
            discreet=await _discreet(board, known.code),
            days=await board.calendar(Wanted(known.code)), entries=entries, on_day=day, why=why, more="",
            kind=kind, kinds=await board.kinds(known.code),
        )


@routes.get(f"{HOME}clinics/{{clinic}}/general")
@contact_page
async def general(request: web.Request) -> web.StreamResponse:
    """The sessions of a clinic without a doctor's name."""
    async with reading(request) as context:
        board = Board(context)
        known, site = await _clinic(request, board)
        facts = await times(context, Wanted(known.code, GENERAL, day_of(request)), clinic_name=known.name)
        sat = [each.kind for each in await board.experts(clinic=known.code, general=True) if not each.name]
        return render(request, "booking/h5/general.html.j2", clinic=known, site=site, kind=sat[0] if sat else "general",
                      discreet=await _discreet(board, known.code), **facts)


@routes.get(f"{HOME}doctors/{{doctor}}")
@contact_page
async def doctor(request: web.Request) -> web.StreamResponse:
    """Who the doctor is, and their times."""
    async with reading(request) as context:
        board, code = Board(context), request.match_info["doctor"]
        catalogue = await board.neighbours.catalogue()
        known = catalogue.doctor.get(code)
        if known is None:
            raise NotFound("doctor")
        facts = await times(context, Wanted("", code, day_of(request)), doctor_name=known.name)
        clinics = [catalogue.clinic[each] for each in known.clinics if each in catalogue.clinic]
        return render(
            request, "booking/h5/doctor.html.j2", doctor=known, clinics=clinics, **await _sits(board, code, catalogue),
            sites={each.code: catalogue.site_name(each.site) for each in clinics},
            clinic_names=[catalogue.clinic_name(each.code) for each in clinics],
            discreet=await _discreet(board, *known.clinics), **facts,
        )


@routes.get(f"{HOME}doctors/{{doctor}}/code")
@contact_page
async def card(request: web.Request) -> web.StreamResponse:
    """The doctor's QR code: who scans it follows the account and has the doctor before them."""
    async with reading(request) as context:
        catalogue = await BookingService(context).neighbours.catalogue()
        known = catalogue.doctor.get(request.match_info["doctor"])
        if known is None:
            raise NotFound("doctor")
        sits = await _sits(Board(context), known.code, catalogue)
        hidden = await _discreet(Board(context), *known.clinics)
    async with request.app[DATABASE].reading() as tx:
        account = context_of(request, tx).contact
    assert account is not None
    address = await doctor_code.address(request.app[DATABASE], request.app[PORTS], account.account, known.code)
    picture = doctor_code.picture(address) if address else ""
    return render(request, "booking/h5/doctor_code.html.j2", doctor=known, picture=picture, discreet=hidden, **sits)


async def _sits(board: Board, code: str, catalogue: Catalogue) -> dict[str, Any]:
    """`entry` of a doctor; what their sessions cost, by kind, and where they are by clinic, each said once."""
    terms = (await board.terms_of([code])).get(code, [])
    rooms: dict[str, list[tuple[str, ...]]] = {}
    for each in terms:
        spot = (each.building, each.floor, each.zone, each.room)
        if any(spot) and spot not in (there := rooms.setdefault(each.clinic, [])):
            there.append(spot)
    fees = sorted({(each.kind, each.fee) for each in terms}, key=lambda each: (-each[1], each[0]))
    return {"entry": absent(code, catalogue, terms), "fees": fees, "rooms": rooms}


async def _clinic(request: web.Request, board: Board) -> tuple[Any, str]:
    """The clinic in the address, and its site's name."""
    catalogue = await board.neighbours.catalogue()
    known = catalogue.clinic.get(request.match_info["clinic"])
    if known is None:
        raise NotFound("clinic")
    return known, catalogue.site_name(known.site)


async def _discreet(board: Board, *clinics: str) -> bool:
    """Whether the page's name is none for the history of a browser."""
    return discreet(await board.neighbours.catalogue(), clinics, board.context)


async def times(context: Context, wanted: Wanted, **names: Any) -> dict[str, Any]:
    """The calendar, the chosen day (the first with a slot where none was chosen) and its segments by half day, or why
    there are none; `ahead` is the next day with one then, `full` the page on which one waits for what is full there, ""
    where nothing is."""
    board = Board(context)
    catalogue = await board.neighbours.catalogue()
    days = await board.calendar(wanted)
    day = wanted.day or next((each.day for each in days if each.state == "free"), None)
    segments = await board.segments(replace(wanted, day=day)) if day else []
    full, many = await waiting_for(context, replace(wanted, day=day))
    names |= {"waiting": many, "can_wait": bool(full)}
    why = "" if segments else said(context, await board.why_none(wanted), **names)
    ahead = None if segments else await board.nearest(wanted, after=day)
    return {
        "days": days,
        "on_day": day,
        "segments": segments,
        "ahead": ahead,
        "full": full,
        "places": _places({each.clinic for each in segments}, wanted, catalogue),
        "why": why,
        "paying": {code: paying(catalogue, code, context) for code in {each.clinic for each in segments}},
    }


def _places(shown: Collection[str], wanted: Wanted, catalogue: Catalogue) -> dict[str, str]:
    """Where the times of each clinic are, where that is not plain: who is looked for sits in several."""
    doctor = catalogue.doctor.get(wanted.doctor)
    if wanted.clinic or (len(shown) < 2 and doctor is not None and len(doctor.clinics) < 2):
        return {}
    return {code: place_name(code, catalogue) for code in shown}
