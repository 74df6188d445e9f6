"""/desk/booking/standing/: the appeals, what they are about, and the answer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing, moments
from bot.web.desk.pages import back, in_tx, reading, render
from flows.booking.desk.standing_parts import (
    ANSWER,
    SEE,
    STANDING,
    Desk,
    beside,
    reason_of,
    wants_export,
)
from flows.booking.exceptions import granting
from flows.booking.exceptions import store as exceptions
from flows.booking.exceptions.granting import BadDays, Grant
from flows.booking.standing.appeals import store
from flows.booking.standing.appeals.answering import answer, withdraw
from flows.booking.standing.missing import store as missing

routes = web.RouteTableDef()
KINDS = ("lock", "no_show", "refusal")
STATES = (store.OPEN, store.ACCEPTED, store.DECLINED)
LIST = Listing(
    "appeals",
    (Column("made", "moment"), Column("kind"), Column("person"), Column("date"), Column("clinic"), Column("doctor"),
     Column("state"), Column("exception"), Column("answered", "moment"), Column("rule", hidden=True),
     Column("channel", hidden=True)),
    filters=("since", "until", "clinic", "kind", "state", "person"), sortable=False,
)
SHORTEST = 2
LONGEST = 300


@routes.get(STANDING)
@needs(SEE)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    limit, offset = export.cut(request, asked, which)
    async with reading(request) as context:
        desk = await Desk.of(request, context, SEE)
        since, until = moments(context.clock, asked)
        found, count = await store.listed(
            context.tx, desk.clinics, state=filters["state"], kind=filters["kind"], clinic=filters["clinic"],
            person=await desk.person(asked), since=since, until=until, limit=limit, offset=offset,
        )
        people = await desk.people(row.person_id for row in found)
        known = await exceptions.of_appeals(context.tx, [row.id for row in found])
        rows = [_row(desk, row, people, known.get(row.id)) for row in found]
        opened = await _facts(context, desk, asked.open)
    if which:
        words = context.wording.words
        told = [row | {"state": words["appeal"][row["state"]], "kind": words["appeal_kind"][row["kind"]],
                       "exception": words["exception"].get(row["exception"], ""),
                       "rule": words["appeal_rule"].get(row["rule"], row["rule"])} for row in rows]
        return await export.send(request, LIST, asked, told)
    return render(
        request, "booking/desk/appeals.html.j2", list=LIST.page(asked, rows, count), clinics=desk.choices,
        states=STATES, kinds=KINDS, what="appeal", beside=opened, problem=None,
    )


@routes.get(STANDING + "appeals/{id}")
@needs(SEE)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        facts = await _facts(context, await Desk.of(request, context, SEE), request.match_info["id"])
    if facts is None:
        raise NotFound("appeal")
    return beside(request, "appeal", facts)


@routes.post(STANDING + "appeals/{id}")
@needs(ANSWER)
@in_tx
async def decide(request: web.Request, context: Context) -> web.StreamResponse:
    """Accepted, or not, with words that the patient reads. Raises Conflict where somebody else was faster."""
    desk, sent = await Desk.of(request, context, ANSWER), await forms.values(request)
    public, words = request.match_info["id"], sent.get("answer", "").strip()[:LONGEST]
    facts = await _facts(context, desk, public)
    if facts is None:
        raise NotFound("appeal")
    verdict = sent.get("verdict", "")
    typed = facts | {"typed": words, "days": sent.get("days", "")[:3], "ticked": "except" in sent,
                     "chosen": sent.get("reach", "")}
    if len(words) < SHORTEST or verdict not in ("accept", "decline"):
        return beside(request, "appeal", typed, problem=Problem("reason_needed"), status=422)
    try:
        await answer(context, public, words, accept=verdict == "accept", grant=_grant(sent))
    except BadDays:
        problem = Problem("exception_days", {"most": granting.LONGEST})
        return beside(request, "appeal", typed, problem=problem, status=422)
    return back(request, STANDING, open=public)


@routes.post(STANDING + "appeals/{id}/withdraw")
@needs(ANSWER)
@in_tx
async def withdraw_exception(request: web.Request, context: Context) -> web.StreamResponse:
    """The exception is taken back, with a reason. Raises Conflict where it was used meanwhile."""
    desk, sent = await Desk.of(request, context, ANSWER), await forms.values(request)
    public, reason = request.match_info["id"], reason_of(sent)
    facts = await _facts(context, desk, public)
    if facts is None:
        raise NotFound("appeal")
    if not reason:
        return beside(request, "appeal", facts, problem=Problem("reason_needed"), status=422)
    await withdraw(context, public, reason)
    return back(request, STANDING, open=public)


def _grant(sent: Any) -> Grant | None:
    """What of the rule is let go, where that was ticked; 0 days where no number was typed."""
    if "except" not in sent:
        return None
    days = sent.get("days", "").strip()
    return Grant(int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0, sent.get("reach") == "clinic")


async def _facts(context: Context, desk: Desk, public: str) -> dict[str, Any] | None:
    row = await store.by_public(context.tx, public) if public else None
    if row is None or (desk.clinics is not None and row.clinic not in desk.clinics):
        return None
    people = await desk.people([row.person_id])
    kind, _, which = row.about.partition(":")
    lock = await missing.lock_by(context.tx, which) if kind == "lock" else None
    no_show = await missing.no_show_by(context.tx, which) if kind == "no_show" else None
    excepted = (await exceptions.of_appeals(context.tx, [row.id])).get(row.id)
    return _row(desk, row, people, excepted) | {
        "half": row.half or "", "said": row.said or "", "answer": row.answer or "", "typed": "",
        "appointment": row.appointment or "", "which": which,
        "excepted": {"until": excepted.last_day.isoformat(), "whole": excepted.doctor is None,
                     "reason": excepted.reason or "", "ended": excepted.ended_at} if excepted else None,
        "days": await granting.Granting(context).days(row.clinic) if row.clinic else 0, "most": granting.LONGEST,
        "by_doctor": bool(row.sitting), "ticked": True, "chosen": "",
        "lock": {"until": lock.until, "count": lock.count, "state": lock.state} if lock else None,
        "missed": {"time": f"{no_show.start_wall}–{no_show.end_wall}", "state": no_show.state} if no_show else None,
    }


def _row(desk: Desk, row: Any, people: dict[int, str], excepted: Any) -> dict[str, Any]:
    return {
        "id": row.public_id, "made": row.made_at, "kind": row.kind, "rule": row.rule,
        "person": people.get(row.person_id, ""), "date": row.date.isoformat() if row.date else "",
        "clinic": desk.names.clinic(row.clinic) if row.clinic else "",
        "doctor": desk.names.doctor(row.sitting) if row.clinic else "", "state": row.state,
        "answered": row.answered_at, "channel": row.channel,
        "exception": granting.state_of(excepted, desk.context.clock.today()) if excepted else "",
    }
