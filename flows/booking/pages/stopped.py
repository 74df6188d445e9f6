"""A stopped session on the page: what happened, and the same choice as in the chat, each one tap."""

from __future__ import annotations

from typing import Any, get_args

from aiohttp import web

from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.pages import contact_page, in_tx, reading, render, see
from flows.booking.board import own_photo
from flows.booking.neighbours import Catalogue
from flows.booking.pages.parts import HOME, facts_for, number_of
from flows.booking.paying.inforce import paying
from flows.booking.refusals import BookingRefusal
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.rules import Answer
from flows.booking.told import said

STOPS = f"{HOME}stops/"

routes = web.RouteTableDef()


@routes.get(STOPS + "{choice}")
@contact_page
@in_tx
async def ask(request: web.Request, context: Context) -> web.StreamResponse:
    """That they looked is what the office waits for before it calls; who asks for the page's head has not looked."""
    choosing = Choosing(context)
    row = await choosing.current(request.match_info["choice"])
    if row.public_id != request.match_info["choice"]:
        return see(f"{STOPS}{row.public_id}")
    if request.method == "GET":
        await choosing.saw(row, "page")
    return await _page(request, choosing, row, done=request.query.get("done", ""))


@routes.get(STOPS + "{choice}/others")
@contact_page
async def others(request: web.Request) -> web.StreamResponse:
    """Other doctors of the clinic, each with the time that is nearest to the old one."""
    async with reading(request) as context:
        choosing = Choosing(context)
        return await _others(request, choosing, await choosing.mine(request.match_info["choice"]))


@routes.post(STOPS + "{choice}")
@contact_page
@in_tx
async def choose(request: web.Request, context: Context) -> web.StreamResponse:
    """A second tap finds the first; a no is said where the choice is shown again."""
    choosing, sent = Choosing(context), await forms.values(request)
    public = request.match_info["choice"]
    answer: Answer | None = next((each for each in get_args(Answer) if each == sent.get("answer")), None)
    if answer is None:
        raise NotFound("answer")
    segment = number_of(sent.get("segment", "")) if answer == "other" else None
    try:
        done = await choosing.choose(public, answer, segment)
    except BookingRefusal as no:
        row = await choosing.mine(public)
        if answer == "other":
            return await _others(request, choosing, row, refused=said(context, no), status=409)
        return await _page(request, choosing, row, refused=said(context, no), status=409)
    return see(f"{STOPS}{done.row.public_id}?done=1")


async def _page(
    request: web.Request, choosing: Choosing, row: Any, *, done: str = "", refused: str = "", status: int = 200
) -> web.Response:
    facts, answers = await _facts(request, choosing, row), await choosing.answers(row)
    own = [each for each in answers if not (each == "keep" and row.state in ("kept", "stayed"))]
    if facts["veiled"]:
        own = [each for each in own if each != "other"]
    return render(
        request, "booking/h5/stopped.html.j2", status=status, visit=facts, choice=row.public_id, answers=own,
        done=bool(done), refused=refused, open=row.state == "open" and bool(answers),
    )


async def _others(
    request: web.Request, choosing: Choosing, row: Any, *, refused: str = "", status: int = 200
) -> web.Response:
    facts = await _facts(request, choosing, row)
    if facts["veiled"] or "other" not in await choosing.answers(row):
        return see(f"{STOPS}{row.public_id}")
    catalogue = await choosing.booking.neighbours.catalogue()
    times: list[tuple[Any, Any, str, str]] = []
    for each in await choosing.others(row):
        doctor = catalogue.doctor.get(each.sitting or "")
        photo = own_photo(doctor.photo if doctor else None)
        times.append((each, doctor, photo, _elsewhere(each.sitting, row, catalogue)))
    times.sort(key=lambda each: each[3] != "")
    return render(
        request, "booking/h5/stopped_others.html.j2", status=status, visit=facts,
        choice=row.public_id, times=times, refused=refused, paid=facts["pay"]["how"] == "paid",
        paying=paying(catalogue, row.clinic, choosing.context),
    )


async def _facts(request: web.Request, choosing: Choosing, row: Any) -> dict[str, Any]:
    """As far as this reader may know which clinic it is; `ask` is where to prove it."""
    old = await choosing.booking.mine(row.appointment)
    told = await facts_for(request, choosing.booking, old)
    catalogue = await choosing.booking.neighbours.catalogue()
    home = "" if told["veiled"] else _elsewhere(row.substitute, row, catalogue)
    return await choosing.facts(row, open=not told["veiled"]) | {"ask": told["ask"], "substitute_home": home}


def _elsewhere(code: str | None, row: Any, catalogue: Catalogue) -> str:
    """The clinic that somebody is at home in, where it is neither that of the stopped session nor that of who is away:
    in a clinic of many specialties another doctor may be none for the same complaint. "" where it is one of these."""
    doctor, away = catalogue.doctor.get(code or ""), catalogue.doctor.get(row.doctor or "")
    home = doctor.clinics[0] if doctor and doctor.clinics else row.clinic
    own = {row.clinic, *(away.clinics[:1] if away else ())}
    return "" if home in own else catalogue.clinic_name(home)
