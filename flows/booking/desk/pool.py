"""/desk/booking/shares: which part of sessions is kept for a channel, and until when."""

from __future__ import annotations

from datetime import date
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk import export
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import in_tx, reading, render, see
from flows.booking.desk.office_parts import HOME, wants_export
from flows.booking.neighbours import choices
from flows.booking.office.service import Names
from flows.booking.pool.shares import rules
from flows.booking.pool.shares import store as shares
from flows.booking.roster.reach import Reach, reach_of

routes = web.RouteTableDef()
SHARES = "booking.shares"
PAGE = f"{HOME}shares"
HALVES = ("am", "pm", "evening")
LIST = Listing(
    "shares",
    (Column("clinic"), Column("doctor"), Column("which"), Column("channel"), Column("percent", "number"),
     Column("hours", "number"), Column("changed", "moment"), Column("act", sortable=False)),
    sort="clinic",
)


@routes.get(PAGE)
@needs(SHARES)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    async with reading(request) as context:
        if not which:
            return await _page(request, context)
        reach = await reach_of(context, request[STAFF], SHARES)
        rows = await _rows(context, reach)
    chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
    return await export.send(request, LIST, asked.without("act"), chosen)


@routes.post(PAGE)
@needs(SHARES)
@in_tx
async def keep(request: web.Request, context: Context) -> web.StreamResponse:
    """Make a share, or change how much it is and until when; the sessions follow at once."""
    sent = await forms.values(request)
    reach = await reach_of(context, request[STAFF], SHARES)
    reach.need(sent.get("clinic", ""))
    wanted, problem = await _wanted(context, reach, sent)
    if wanted is None:
        return await _page(request, context, sent, problem, status=422)
    before = {each.channel: each.percent for each in await _same(context, wanted) if each.channel != wanted.channel}
    if sum(before.values()) + wanted.percent > 100:
        return await _page(request, context, sent, "too_much", status=422)
    await shares.set_rule(context.tx, wanted, context.actor)
    audit.write(context.tx, context.actor, "booking.share_kept", f"clinic:{wanted.clinic}", _told(wanted))
    context.tx.put(shares.RENEW, {}, priority=3)
    return see(request, f"{PAGE}?done=kept")


@routes.post(f"{PAGE}/{{rule}}/drop")
@needs(SHARES)
@in_tx
async def drop(request: web.Request, context: Context) -> web.StreamResponse:
    row = await shares.rule_of(context.tx, request.match_info["rule"])
    reach = await reach_of(context, request[STAFF], SHARES)
    if row is None or not reach.clinic(row.clinic):
        raise NotFound("share")
    if await shares.drop_rule(context.tx, row.id):
        told = _told(shares.as_rule(row))
        audit.write(context.tx, context.actor, "booking.share_dropped", f"clinic:{row.clinic}", told)
        context.tx.put(shares.RENEW, {}, priority=3)
    return see(request, f"{PAGE}?done=dropped")


async def _wanted(context: Context, reach: Reach, sent: dict[str, str]) -> tuple[rules.Rule | None, str]:
    """What the form asks for, or the slug of what is wrong with it."""
    channel, percent, hours = sent.get("channel", ""), sent.get("percent", ""), sent.get("hours", "")
    doctor, half, day = sent.get("doctor", ""), sent.get("half", ""), sent.get("day", "")
    known = reach.catalogue.doctor.get(doctor)
    if channel not in rules.CHANNELS or (half and half not in HALVES):
        return None, "choose"
    if doctor and (known is None or sent["clinic"] not in known.clinics):
        return None, "doctor"
    share, ahead = forms.whole(percent), forms.whole(hours)
    if share is None or not 1 <= share <= 100:
        return None, "percent"
    if ahead is None or ahead * 60 > rules.MOST_MINUTES:
        return None, "hours"
    weekday = int(sent["weekday"]) if sent.get("weekday", "") in tuple("0123456") else rules.ANY_DAY
    session = ""
    if day:
        session = await _session(context, sent["clinic"], doctor, day, half)
        if not session:
            return None, "session"
        weekday, half = rules.ANY_DAY, ""
    return rules.Rule(sent["clinic"], doctor, channel, share, ahead * 60, weekday, half, session), ""


async def _session(context: Context, clinic: str, doctor: str, day: str, half: str) -> str:
    """The code of the one session that is meant; "" where there is none, or more than one."""
    try:
        codes = await shares.session_codes(context.tx, clinic, doctor, date.fromisoformat(day), half)
    except ValueError:
        return ""
    return codes[0] if len(codes) == 1 else ""


async def _same(context: Context, wanted: rules.Rule) -> list[Any]:
    """Shares of other channels of the very same sessions."""
    what = ("clinic", "doctor", "weekday", "half", "session")
    return [
        row for row in await shares.rules(context.tx)
        if all(getattr(row, name) == getattr(wanted, name) for name in what)
    ]


def _told(rule: rules.Rule) -> dict[str, Any]:
    return {"doctor": rule.doctor, "channel": rule.channel, "percent": rule.percent, "session": rule.session}


async def _rows(context: Context, reach: Reach) -> list[dict[str, Any]]:
    """The shares within reach, in words."""
    rows = [row for row in await shares.rules(context.tx) if reach.clinic(row.clinic)]
    days, words = await shares.session_days(context.tx, [row.session for row in rows]), context.wording.words
    names, found = Names(reach.catalogue, words), []
    for row in rows:
        day, half = days.get(row.session, ("", row.half))
        usual = words["day"]["weekdays"][row.weekday] if row.weekday >= 0 else words["day"]["every"]
        found.append({
            "id": row.public_id, "act": "", "clinic": names.clinic(row.clinic), "doctor": names.doctor(row.doctor),
            "which": f"{(day or row.session) if row.session else usual} {words['half'].get(half, '')}".strip(),
            "channel": words["share_channel"][row.channel], "percent": row.percent,
            "hours": row.release_minutes / 60, "changed": row.changed_at,
        })
    return found


async def _page(
    request: web.Request, context: Context, sent: dict[str, str] | None = None, problem: str = "", status: int = 200
) -> web.Response:
    reach = await reach_of(context, request[STAFF], SHARES)
    clinics = choices(reach.catalogue, (each.code for each in reach.catalogue.clinics if reach.clinic(each.code)))
    codes = {each.code for each in clinics}
    doctors = [each for each in reach.catalogue.doctors if codes & set(each.clinics)]
    return render(
        request, "booking/desk/shares.html.j2", list=LIST.shown(LIST.asked(request), await _rows(context, reach)),
        clinics=clinics, doctors=doctors, halves=HALVES, channels=rules.CHANNELS, sent=sent or {}, wrong=problem,
        status=status, done=request.query.get("done", ""),
    )
