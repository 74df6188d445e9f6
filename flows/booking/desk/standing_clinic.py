"""/desk/booking/roster/clinics/{clinic}/day: what a clinic decides about the day itself (当日挂号), and whether it
writes no-shows down; a form beside the one that opens and closes it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time
from typing import Any

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.documents import Problem
from bot.errors import NotFound
from bot.web import forms
from bot.web.desk.guard import needs
from bot.web.desk.pages import back, in_tx
from flows.booking.desk.roster_clinics import CHANGED, about
from flows.booking.desk.roster_parts import HOME, reach
from flows.booking.neighbours import ClinicRule, Neighbours
from flows.booking.roster.clinics import setting
from flows.booking.roster.reach import CLINICS

routes = web.RouteTableDef()
PATH = HOME + "clinics"
WORDS = {"": None, "yes": True, "no": False}
_MINUTES = re.compile(r"-?\d{1,3}")
SOONEST, LATEST = -240, 720
"""Minutes before a segment begins, as `[same_day] before_minutes` has them."""


@routes.post(PATH + "/{clinic}/day")
@needs(CLINICS)
@in_tx
async def decide(request: web.Request, context: Context) -> web.StreamResponse:
    """Empty follows the general setting. Where somebody changed it meanwhile, the form comes back with what was typed;
    what stands there already is done. Raises NotFound."""
    code, sent = request.match_info["clinic"], await forms.values(request)
    own = await reach(request, context, CLINICS)
    if not own.clinic(code):
        raise NotFound("clinic")
    neighbours = Neighbours(context)
    found = setting(context, await neighbours.held(), code)
    after = _read(found.own, sent)
    if after is None:
        return await about(request, context, Problem("clinic_day", {"least": SOONEST, "most": LATEST}), sent, 422)
    if after != found.own:
        if found.mark != sent.get("mark", ""):
            return await about(request, context, CHANGED, sent, 409)
        await neighbours.decide(code, after)
        facts = {"before": _plain(found.own), "after": _plain(after)}
        audit.write(context.tx, context.actor, "booking.clinic_changed", f"clinic:{code}", facts)
        neighbours.forget()
    return back(request, PATH, open=code)


def _read(own: ClinicRule, sent: Any) -> ClinicRule | None:
    """None: something in the form is nonsense."""
    minutes, until = sent.get("before", "").strip(), sent.get("until", "").strip()[:5]
    same_day, no_shows = sent.get("same_day", ""), sent.get("no_shows", "")
    try:
        at = time.fromisoformat(until) if until else None
    except ValueError:
        return None
    if (minutes and not _MINUTES.fullmatch(minutes)) or same_day not in WORDS or no_shows not in WORDS:
        return None
    before = int(minutes) if minutes else None
    if before is not None and not SOONEST <= before <= LATEST:
        return None
    return replace(
        own, same_day=WORDS[same_day], same_day_before=before, same_day_until=at, no_shows=WORDS[no_shows]
    )


def _plain(rule: ClinicRule) -> dict[str, object]:
    return {
        "same_day": rule.same_day, "same_day_before": rule.same_day_before,
        "same_day_until": f"{rule.same_day_until:%H:%M}" if rule.same_day_until else None, "no_shows": rule.no_shows,
    }
