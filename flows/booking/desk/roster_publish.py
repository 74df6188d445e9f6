"""/desk/booking/roster/drafts and preview: what is not published yet, what it would do, and publishing it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.db.transaction import Transaction
from bot.documents import Problem
from bot.errors import NotAllowed, NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import context_of, in_tx, reading, render, see
from bot.web.keys import DATABASE
from flows.booking.desk.roster_parts import HOME, Choice, drafted, reach, reaches, within
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.patterns.drafts import Drafts
from flows.booking.roster.reach import EDIT, PUBLISH, SEE, Reach
from flows.booking.roster.sessions.preview import preview
from flows.booking.roster.sessions.publishing import (
    NothingToPublish,
    Published,
    Publishing,
    StalePreview,
    Undecided,
)
from flows.booking.stops.by_roster import stop_session

routes = web.RouteTableDef()
COUNTS = ("made", "there", "left")


@routes.get(HOME + "drafts")
@needs(SEE)
async def drafts(request: web.Request) -> web.StreamResponse:
    """Clinics with something that is not published yet."""
    async with reading(request) as context:
        own = await reach(request, context)
        found = await drafted(context, own)
    told = {name: number for name in COUNTS if (number := forms.whole(request.query.get(name, ""))) is not None}
    return render(request, "booking/desk/roster_drafts.html.j2", drafts=found, names=own.names, copied=told)


@routes.get(HOME + "preview/{clinic}")
@needs(SEE)
async def shown(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        return await _page(request, context)


@routes.post(HOME + "preview/{clinic}/publish")
@needs(PUBLISH)
async def publish(request: web.Request) -> web.StreamResponse:
    """The preview that was read, with what becomes of each appointment it hits."""
    clinic, sent = request.match_info["clinic"], await forms.values(request)
    decisions = {name.removeprefix("visit:"): value for name, value in sent.items() if name.startswith("visit:")}

    async def work(tx: Transaction) -> Published:
        context = context_of(request, tx)
        await _may_publish(request, context, clinic)
        return await Publishing(context, stop_session).publish(clinic, sent.get("token", ""), decisions)

    try:
        done = await request.app[DATABASE].run(work)
    except (StalePreview, Undecided, NothingToPublish) as no:
        async with reading(request) as context:
            return await _page(request, context, _problem(no), decisions,
                               status=409 if isinstance(no, StalePreview) else 422)
    return render(request, "booking/desk/roster_published.html.j2", done=done, clinic=await _clinic(request, clinic))


@routes.post(HOME + "preview/{clinic}/discard")
@needs(EDIT)
@in_tx
async def discard(request: web.Request, context: Context) -> web.StreamResponse:
    clinic = request.match_info["clinic"]
    own = await reach(request, context, EDIT)
    own.need(clinic)
    await Drafts(context).discard(clinic)
    return see(request, f"{HOME}patterns?clinic={clinic}")


def _problem(no: StalePreview | Undecided | NothingToPublish) -> Problem:
    if isinstance(no, Undecided):
        return Problem("roster_undecided", no.facts)
    return Problem("roster_stale" if isinstance(no, StalePreview) else "roster_empty")


async def _may_publish(request: web.Request, context: Context, clinic: str) -> None:
    """Whoever reaches only a doctor's sessions publishes a draft that is about nothing else. Raises NotAllowed,
    NotFound."""
    own = await reach(request, context, PUBLISH)
    if clinic not in own.clinics:
        raise NotFound("clinic")
    if not await _reaches(own, context, clinic):
        raise NotAllowed(PUBLISH)


async def _reaches(own: Reach, context: Context, clinic: str) -> bool:
    if own.clinic(clinic):
        return True
    now = {each.key: each.terms for each in await patterns.live(context.tx)}
    edits = [edit for _, edit in await patterns.edits(context.tx, clinic)]
    terms = [each for edit in edits for each in (edit.terms, now.get(edit.pattern)) if each is not None]
    return all(own.covers(clinic, each.doctor) for each in terms)


async def _clinic(request: web.Request, clinic: str) -> Choice:
    async with reading(request) as context:
        return Choice(clinic, (await reach(request, context, PUBLISH)).names[clinic])


async def _page(
    request: web.Request, context: Context, problem: Problem | None = None, decisions: Any = None, status: int = 200
) -> web.Response:
    clinic = request.match_info["clinic"]
    own = await reaches(request, context)
    if clinic not in own["see"].clinics:
        raise NotFound("clinic")
    found = within(own["see"], await preview(context, clinic))
    publishing = own.get("publish")
    return render(
        request, "booking/desk/roster_preview.html.j2", status=status, clinic=Choice(clinic, own["see"].names[clinic]),
        catalogue=own["see"].catalogue, found=found, problem=problem, decisions=decisions or {}, stops=True,
        publishable=publishing is not None and await _reaches(publishing, context, clinic),
        discardable="edit" in own and own["edit"].clinic(clinic),
    )
