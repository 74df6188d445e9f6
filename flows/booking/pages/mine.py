"""My appointments on pages: the lists, one with the way there, another time, cancelling, the calendar."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking import calendar_file, doctor_code
from flows.booking.exams.cards import cards
from flows.booking.offers import same_doctor
from flows.booking.pages.find import holds_of
from flows.booking.pages.hold import whom
from flows.booking.pages.parts import HOME, day_of, facts_for, number_of
from flows.booking.pages.standing import locks_of
from flows.booking.pages.wait import waits_of
from flows.booking.pages.whom import times
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import EXAMINATION
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.stops.asking import Asking
from flows.booking.told import said

MINE = f"{HOME}mine/"
CODE = "DAOYI:"
"""What stands before an appointment's public id in its QR code, so that whoever scans it knows what it is."""

routes = web.RouteTableDef()


@routes.get(MINE)
@contact_page
async def mine(request: web.Request) -> web.StreamResponse:
    """What is held and coming, or what was, or what was cancelled."""
    async with reading(request) as context:
        service = BookingService(context)
        listed = request.query.get("list", "")
        shown = listed if listed in ("past", "cancelled") else "coming"
        read = {"coming": service.coming, "past": service.past, "cancelled": service.cancelled}[shown]
        found = await read()
        whole = (await cards(context.tx, found)).values() if shown == "coming" else [[row] for row in found]
        rows = [await _card(service, own) for own in whole]
        holds = await holds_of(service) if shown == "coming" else []
        waits = await waits_of(service) if shown == "coming" else []
        return render(
            request, "booking/h5/mine.html.j2", list=shown, rows=rows, holds=holds, waits=waits, tab="mine",
            locks=await locks_of(service), done=request.query.get("done", ""),
        )


@routes.get(MINE + "{appointment}")
@contact_page
async def details(request: web.Request) -> web.StreamResponse:
    """One appointment: when, where, the way there, what to bring, and what can be done about it."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        if row.state in ("held", "released", "expired"):
            return see(f"{HOME}holds/{row.public_id}")
        facts = await _facts(service, row) | await facts_for(request, service, row)
        facts["became"] = await service.became(row)
        stop = await Asking(context).about(row.id)
        if stop is not None and facts["stopped"]:
            return see(f"{HOME}stops/{stop.public_id}")
        catalogue = await service.neighbours.catalogue()
        coming = facts["state"] == "coming"
        about = await _too_late(context, service, row) if coming and not facts["can_cancel"] else ""
        return render(
            request, "booking/h5/details.html.j2", visit=facts, whom=whom(row),
            place=catalogue.site.get(row.site), clinic=catalogue.clinic.get(row.clinic),
            picture=doctor_code.picture(CODE + row.public_id) if coming else "",
            standing=await service.standing.of_visit(row), about=about,
            done=request.query.get("done", "") if coming else "", choice=stop.public_id if stop else "",
        )


@routes.get(MINE + "{appointment}/calendar.ics")
@contact_page
async def calendar(request: web.Request) -> web.StreamResponse:
    """The visit for the phone's own calendar."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        if row.state != "booked":
            raise NotFound("appointment")
        text = calendar_file.of(context, row, await service.facts(row))
    headers = {"Content-Disposition": f'attachment; filename="{row.date.isoformat()}.ics"'}
    return web.Response(text=text, content_type="text/calendar", charset="utf-8", headers=headers)


@routes.get(MINE + "{appointment}/cancel")
@contact_page
async def ask_cancel(request: web.Request) -> web.StreamResponse:
    """Ask once more; who is too late learns it before."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        if row.stopped_at is not None and (stop := await Asking(context).about(row.id)):
            return see(f"{HOME}stops/{stop.public_id}")
        facts = await _facts(service, row)
        try:
            await service.check_cancel(row)
        except BookingRefusal as no:
            return await _refused(request, context, row, facts, no)
        return render(request, "booking/h5/cancel.html.j2", visit=facts, refused="")


@routes.post(MINE + "{appointment}/cancel")
@contact_page
@in_tx
async def cancel(request: web.Request, context: Context) -> web.StreamResponse:
    service = BookingService(context)
    row = await service.mine(request.match_info["appointment"])
    try:
        await service.cancel(row.id)
    except BookingRefusal as no:
        return await _refused(request, context, row, await _facts(service, row), no, status=409)
    return see(f"{MINE}?list=cancelled&done=cancelled")


@routes.get(MINE + "{appointment}/change")
@contact_page
async def choose_change(request: web.Request) -> web.StreamResponse:
    """Other times of the same doctor; with ?segment= the last question."""
    async with reading(request) as context:
        service = BookingService(context)
        row = await service.mine(request.match_info["appointment"])
        chosen = request.query.get("segment", "")
        segment = number_of(chosen) if chosen else None
        return await _change_page(request, context, row, segment)


@routes.post(MINE + "{appointment}/change")
@contact_page
@in_tx
async def change(request: web.Request, context: Context) -> web.StreamResponse:
    """The new slot is taken and the old one let go, or neither."""
    service, sent = BookingService(context), await forms.values(request)
    row, segment = await service.mine(request.match_info["appointment"]), number_of(sent.get("segment", ""))
    try:
        new = await service.change(row.id, segment)
    except BookingRefusal as no:
        about = await Appeals(context).about_refusal(no, row.person_id, segment)
        return await _change_page(request, context, row, None, refused=said(context, no), about=about, status=409)
    return see(f"{MINE}{new.public_id}?done=changed")


async def _too_late(context: Context, service: BookingService, row: Any) -> str:
    """What an appeal would be about for whoever cannot cancel any more; "" where it was made."""
    try:
        await service.check_cancel(row)
    except BookingRefusal as no:
        return await Appeals(context).about_refusal(no, row.person_id, row.segment_id)
    return ""


async def _refused(
    request: web.Request, context: Context, row: Any, facts: dict[str, Any], no: BookingRefusal, *, status: int = 200
) -> web.Response:
    """Why it cannot be cancelled or changed any more, with the appeal against it."""
    about = await Appeals(context).about_refusal(no, row.person_id, row.segment_id)
    facts["became"] = await BookingService(context).became(row)
    shown = {"visit": facts, "refused": said(context, no), "about": about}
    return render(request, "booking/h5/cancel.html.j2", status=status, **shown)


async def _change_page(
    request: web.Request, context: Context, row: Any, segment: int | None, *, refused: str = "", about: str = "",
    status: int = 200,
) -> web.Response:
    service = BookingService(context)
    facts = await _facts(service, row)
    try:
        await service.check_cancel(row)
    except BookingRefusal as no:
        return await _refused(request, context, row, facts, no, status=status)
    if segment is not None:
        new = await service.segment(segment)
        if (new.sitting, new.clinic) == (row.sitting, row.clinic):
            return render(request, "booking/h5/change_sure.html.j2", visit=facts, new=new)
        raise NotFound("segment")
    names = {"doctor_name": facts["doctor"], "clinic_name": facts["clinic"]}
    found = await times(context, same_doctor(row, day_of(request)), **names)
    found["segments"] = [each for each in found["segments"] if each.id != row.segment_id]
    return render(
        request, "booking/h5/change.html.j2", status=status, visit=facts, refused=refused, about=about,
        here_path=f"{MINE}{row.public_id}/change", **found,
    )


async def _card(service: BookingService, rows: list[Any]) -> dict[str, Any]:
    """One appointment; or the parts of a package."""
    told = [await _facts(service, row) for row in rows]
    return told[0] | {"parts": told if len(told) > 1 else []}


async def _facts(service: BookingService, row: Any) -> dict[str, Any]:
    """What templates say of an appointment, with its address and its state as patients see it."""
    over = row.end_at <= service.context.now
    state = ("past" if over else "coming") if row.state == "booked" else row.state
    reachable = {person.id for person in await service.neighbours.persons()}
    return await service.facts(row) | {
        "public_id": row.public_id, "state": state,
        "can_change": row.person_id in reachable and row.kind != EXAMINATION,
    }
