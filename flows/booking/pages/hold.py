"""From a segment to an appointment: for whom, hold, confirm; or give it back."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.limits import limited
from bot.web.pages import contact_page, in_tx, reading, render, see
from bot.web.reader import open_for
from flows.booking.board import own_photo, place_name
from flows.booking.exams.service import ExamService, service_of
from flows.booking.neighbours import Person, discreet
from flows.booking.offers import GENERAL, Wanted
from flows.booking.opening.refusals import InDraw
from flows.booking.pages.parts import HOME, facts_for, hold_key, number_of, request_id, whom_of
from flows.booking.pages.pay import order_page, to_pay
from flows.booking.pages.whom import times
from flows.booking.paying.inforce import paying
from flows.booking.refusals import BookingRefusal, HoldExpired, NotBooked, WrongAge, WrongSex, hold_over
from flows.booking.rules import EXAMINATION
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.told import said
from flows.booking.visit import minutes_held

routes = web.RouteTableDef()


@routes.get(f"{HOME}segments/{{segment}}")
@contact_page
async def choose_person(request: web.Request) -> web.StreamResponse:
    """The chosen time, and for whom it is."""
    async with reading(request) as context:
        return await _person_page(request, context, number_of(request.match_info["segment"]))


@routes.post(f"{HOME}segments/{{segment}}")
@contact_page
@limited("holds")
@in_tx
async def hold(request: web.Request, context: Context) -> web.StreamResponse:
    """Keep the slot. A second tap finds the first one's hold."""
    service, sent = BookingService(context), await forms.values(request)
    segment, person_id = number_of(request.match_info["segment"]), sent.get("person", "")
    person = next((each for each in await service.neighbours.persons() if each.public_id == person_id), None)
    if person is None:
        if person_id:
            raise NotFound("person")
        return await _person_page(request, context, segment, missing=True, status=422)
    token = request_id(context, sent.get("request", ""), segment, person_id)
    try:
        held = await service.hold(segment, person.id, token)
    except (WrongAge, WrongSex) as no:
        about = await Appeals(context).about_refusal(no, person.id, segment)
        return await _person_page(request, context, segment, refused=said(context, no), about=about, status=409)
    except HoldExpired:
        # The same page was sent again long after: what it held is gone, a fresh page can hold anew.
        return see(f"{HOME}segments/{segment}")
    except InDraw:
        return await _wish(request, context, segment, person.id)
    except BookingRefusal as no:
        about = await Appeals(context).about_refusal(no, person.id, segment)
        return await instead(request, context, no, await service.segment(segment), about=about)
    response = see(f"{HOME}holds/{held.public_id}")
    open_for(request, response, hold_key(held), minutes_held(held))
    return response


async def _wish(request: web.Request, context: Context, segment: int, person: int) -> web.Response:
    """The session is drawn: being in the draw stands in the place of a hold."""
    service = BookingService(context)
    try:
        row = await service.wishing.wish(segment, person)
    except BookingRefusal as no:
        return await instead(request, context, no, await service.segment(segment))
    return see(f"{HOME}wishes/{row.public_id}")


@routes.get(f"{HOME}holds/{{appointment}}")
@contact_page
async def held(request: web.Request) -> web.StreamResponse:
    """Everything once more, and how long it is kept; or what became of it."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        if row.state == "held" and row.pay_order and row.hold_until > context.now:
            return await to_pay(request, service, row)
        if row.state == "held" and row.hold_until > context.now:
            seconds = int((row.hold_until - context.now).total_seconds())
            facts = await facts_for(request, service, row) | {"hold_until": row.hold_until.isoformat()}
            others = await _together(context, row)
            visits = [await facts_for(request, service, each) for each in others] or [facts]
            return render(
                request, "booking/h5/hold.html.j2", visit=facts, visits=visits, public_id=row.public_id,
                seconds=seconds, several=await _several(service),
                offer=row.id in await service.waiting.offers(), drawn=await service.wishing.won(row.id),
            )
        if row.state in ("held", "released", "expired"):
            if (await facts_for(request, service, row))["veiled"]:
                return see(HOME)  # what else there is would tell what it was
            no = hold_over(row.state, minutes_held(row))
            return await instead(request, context, no, row, status=200)
        return see(f"{HOME}mine/{row.public_id}")


@routes.post(f"{HOME}holds/{{appointment}}/confirm")
@contact_page
@in_tx
async def confirm(request: web.Request, context: Context) -> web.StreamResponse:
    service = BookingService(context)
    row = await service.mine(request.match_info["appointment"])
    try:
        several = len(await _together(context, row)) > 1
        row = await service_of(context, row).confirm(row.id)
    except (HoldExpired, NotBooked) as no:
        if (await facts_for(request, service, row))["veiled"]:
            return see(HOME)
        return await instead(request, context, no, row)
    if row.state == "held":
        return see(await order_page(service, row))
    return see(f"{HOME}mine/?done=together" if several else f"{HOME}mine/{row.public_id}?done=booked")


async def _together(context: Context, row: Any) -> list[Any]:
    """Examinations that are held together are confirmed and given back together; [] of anything else."""
    return await ExamService(context).together(row.id) if row.kind == EXAMINATION else []


@routes.post(f"{HOME}holds/{{appointment}}/release")
@contact_page
@in_tx
async def release(request: web.Request, context: Context) -> web.StreamResponse:
    """Give the slot back, and go on to another time or another person, or leave it. Nothing happens to what was
    confirmed meanwhile."""
    service, sent = BookingService(context), await forms.values(request)
    row = await service.mine(request.match_info["appointment"])
    if row.state == "booked":
        return see(f"{HOME}mine/{row.public_id}")
    offered = row.id in await service.waiting.offers()
    await service_of(context, row).release(row.id)
    if offered:
        return see(f"{HOME}mine/?done=declined")
    if sent.get("then") == "person":
        return see(f"{HOME}segments/{row.segment_id}")
    if sent.get("then") == "time":
        return see(f"{whom(row)}?day={row.date.isoformat()}")
    return see(f"{HOME}?released=1")


async def instead(
    request: web.Request, context: Context, no: BookingRefusal, row: Any, status: int = 409, *, about: str = ""
) -> web.Response:
    """A no, said with what can be done instead: other times of the same doctor, on the same day where there are any.
    `row` is an appointment or a segment; `about`: what an appeal would be about."""
    service = BookingService(context)
    catalogue = await service.neighbours.catalogue()
    doctor = catalogue.doctor.get(row.sitting or "")
    names = {"doctor_name": doctor.name if doctor else "", "clinic_name": catalogue.clinic_name(row.clinic)}
    wanted = Wanted("" if row.sitting else row.clinic, row.sitting or GENERAL)
    day = None if no.way == "days" else row.date
    found = await times(context, replace(wanted, day=day), **names)
    if no.way == "days" or not found["segments"]:
        # That day is no way on: the next one that is.
        free = (each.day for each in found["days"] if each.state == "free" and each.day != row.date)
        found = await times(context, replace(wanted, day=next(free, row.date)), **names)
        if found["on_day"] == row.date:
            found["segments"] = []
    return render(
        request, "booking/h5/instead.html.j2", status=status, said=said(context, no, **names), whom=whom(row),
        offered=row.kind != EXAMINATION and (no.way in ("segments", "days") or isinstance(no, HoldExpired)),
        exam=row.kind == EXAMINATION, locked=no.appeals == "lock",
        another=f"{HOME}segments/{row.segment_id}" if no.appeals and await _several(service) else "", about=about,
        appealed=bool(no.appeals) and not about, **names, **found,
    )


async def _several(service: BookingService) -> bool:
    return len(await service.neighbours.persons()) > 1


def whom(row: Any) -> str:
    """The page of whom an appointment or a segment is with."""
    return f"{HOME}doctors/{row.sitting}" if row.sitting else f"{HOME}clinics/{row.clinic}/general"


async def _person_page(
    request: web.Request, context: Context, segment: int, *, refused: str = "", about: str = "",
    missing: bool = False, status: int = 200,
) -> web.Response:
    service = BookingService(context)
    row = await service.segment(segment)
    catalogue = await service.neighbours.catalogue()
    doctor = catalogue.doctor.get(row.sitting or "")
    listed = [(person, await _why_not(service, person, row)) for person in await service.neighbours.persons()]
    return render(
        request, "booking/h5/segment.html.j2", status=status, row=row, whom=whom(row), doctor=doctor,
        place=place_name(row.clinic, catalogue), photo=own_photo(doctor.photo if doctor else None), persons=listed,
        paying=paying(catalogue, row.clinic, context),
        chosen=whom_of(request, listed), token=secrets.token_hex(16), refused=refused,
        about=about, missing=missing, minutes=(await service.neighbours.rules_of(row.clinic)).hold_minutes,
        discreet=discreet(catalogue, [row.clinic], context),
    )


async def _why_not(service: BookingService, person: Person, row: Any) -> str:
    """Why the clinic does not take this person, "" where it does."""
    try:
        await service.check_person(person, row.clinic, row.date, row.sitting)
    except (WrongAge, WrongSex) as no:
        return service.context.wording.render(f"booking/h5/not_for_{no.template}", **no.facts)
    return ""
