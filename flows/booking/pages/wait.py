"""The waiting list on pages: begin to wait for what is full, see one's place, wait no longer. An offer is a hold like
any other, on the page of holds."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking.neighbours import discreet
from flows.booking.offers import GENERAL, Wanted
from flows.booking.pages.parts import HOME, day_of, number_of, whom_of
from flows.booking.refusals import BookingRefusal, WrongAge, WrongSex
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.told import said
from flows.booking.waiting.list import Full, session_facts

WAITING = f"{HOME}waiting/"

routes = web.RouteTableDef()


@routes.get(f"{HOME}wait")
@contact_page
async def choose(request: web.Request) -> web.StreamResponse:
    """Which of the full sessions, and for whom."""
    async with reading(request) as context:
        return await _choose_page(request, context, _wanted(request))


@routes.post(f"{HOME}wait")
@contact_page
@in_tx
async def join(request: web.Request, context: Context) -> web.StreamResponse:
    """Begin to wait. A second tap finds what the first one did."""
    service, sent = BookingService(context), await forms.values(request)
    wanted = _wanted(request)
    asked = [number_of(each) for each in sent.get("sessions", "").split(",") if each]
    person = next(
        (each for each in await service.neighbours.persons() if each.public_id == sent.get("person", "")), None
    )
    if not asked or person is None:
        return await _choose_page(request, context, wanted, missing=True, status=422)
    try:
        rows = await service.waiting.join(asked, person.id)
    except BookingRefusal as no:
        mine = [row for row in await service.waiting.mine() if (row.session_id, row.person_id) == (asked[0], person.id)]
        if mine:
            return see(f"{WAITING}{mine[0].public_id}")
        about = await Appeals(context).about_session(no, person.id, asked[0])
        return await _choose_page(request, context, wanted, refused=said(context, no), about=about, status=409)
    return see(f"{WAITING}{rows[0].public_id}?done=joined")


@routes.get(WAITING + "{entry}")
@contact_page
async def place(request: web.Request) -> web.StreamResponse:
    """How many are before me; or what became of it."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.waiting.entry(request.match_info["entry"])
        if held := await service.waiting.held_for(row):
            return see(f"{HOME}holds/{(await service.mine(held)).public_id}")
        return render(
            request, "booking/h5/waiting.html.j2", entry=await _facts(service, row),
            minutes=context.settings.booking.offer_minutes, done=request.query.get("done", ""),
        )


@routes.post(WAITING + "{entry}/give-up")
@contact_page
@in_tx
async def give_up(request: web.Request, context: Context) -> web.StreamResponse:
    """Wait no longer. Whose turn has come meanwhile answers the offer instead."""
    row = await BookingService(context).waiting.give_up(request.match_info["entry"])
    return see(f"{WAITING}{row.public_id}")


async def waits_of(service: BookingService) -> list[dict[str, Any]]:
    """What this contact waits for, with its place."""
    return [await _facts(service, row) for row in await service.waiting.mine()]


async def _facts(service: BookingService, row: Any) -> dict[str, Any]:
    whom = f"{HOME}doctors/{row.sitting}" if row.sitting else f"{HOME}clinics/{row.clinic}/general"
    return await service.waiting.facts(row) | {"public_id": row.public_id, "state": row.state, "whom": whom}


def _wanted(request: web.Request) -> Wanted:
    """What is full, as the address says it. Raises NotFound for what is no address of ours."""
    clinic, doctor = request.query.get("clinic", ""), request.query.get("doctor", "")
    if not (clinic or doctor) or (doctor == GENERAL and not clinic):
        raise NotFound("wait")
    return Wanted(clinic, doctor, day_of(request))


async def _choose_page(
    request: web.Request, context: Context, wanted: Wanted, *, refused: str = "", about: str = "",
    missing: bool = False, status: int = 200,
) -> web.Response:
    service = BookingService(context)
    catalogue = await service.neighbours.catalogue()
    full = await service.waiting.full(wanted)
    persons = [(each, await _why_not(service, each, full)) for each in await service.neighbours.persons()]
    return render(
        request, "booking/h5/wait.html.j2", status=status, choices=_choices(full, catalogue), persons=persons,
        chosen=whom_of(request, persons), refused=refused, about=about,
        missing=missing, minutes=context.settings.booking.offer_minutes, address=request.rel_url.raw_path_qs,
        discreet=discreet(catalogue, {each.row.clinic for each in full}, context),
        back=f"{HOME}doctors/{wanted.doctor}" if wanted.doctor not in ("", GENERAL)
        else f"{HOME}clinics/{wanted.clinic}",
    )


def _choices(full: list[Full], catalogue: Any) -> list[dict[str, Any]]:
    """Each full session, and first of all the halves of one doctor's day together. `key` is what the form sends."""
    days: dict[tuple[Any, ...], list[Full]] = {}
    for each in full:
        days.setdefault((each.row.date, each.row.sitting, each.row.clinic), []).append(each)
    found = []
    for own in days.values():
        groups = [own, *([each] for each in own)] if len(own) > 1 else [own]
        found += [
            session_facts(group[0].row, catalogue) | {
                "key": ",".join(str(each.id) for each in group),
                "halves": [each.row.half for each in group],
                "waiting": max(each.waiting for each in group),
                "until": max(each.until for each in group),
            }
            for group in groups
        ]
    return found


async def _why_not(service: BookingService, person: Any, full: list[Full]) -> str:
    """Why the clinic does not take this person, "" where it does."""
    try:
        for each in full[:1]:
            await service.check_person(person, each.row.clinic, each.row.date, each.row.sitting)
    except (WrongAge, WrongSex) as no:
        return service.context.wording.render(f"booking/h5/not_for_{no.template}", **no.facts)
    return ""
