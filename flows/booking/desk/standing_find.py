"""/desk/booking/standing/find: whose no-shows, locks or appeals, by name, document, phone or record number."""

from __future__ import annotations

from aiohttp import web

from bot.access import audit
from bot.context import Context
from bot.errors import BadInput
from bot.web import forms
from bot.web.desk.guard import STAFF, needs
from bot.web.desk.pages import in_tx, render, see
from flows.booking.desk.standing_parts import SEE, STANDING
from flows.patients.sight import Sight

routes = web.RouteTableDef()
FIND = f"{STANDING}find"
LISTS = ("", "no-shows", "blacklist")
"""Where they stand below STANDING."""
SHORTEST, LONGEST = 2, 60


@routes.post(FIND)
@needs(SEE)
@in_tx
async def find(request: web.Request, context: Context) -> web.StreamResponse:
    """In a form and not in an address, which would stay in histories. Nobody is found of whom nothing lies within
    reach; that somebody looked is in the trail, not what was typed."""
    sent = await forms.values(request)
    text, here = sent.get("q", "").strip()[:LONGEST], sent.get("list", "")
    if here not in LISTS:
        raise BadInput("list")
    sight = await Sight.of(context, request[STAFF], SEE)
    hits, _ = await sight.search(text) if len(text) >= SHORTEST else ([], [])
    audit.write(context.tx, context.actor, "patients.searched", "patients", {"found": len(hits)})
    if len(hits) == 1:
        return see(request, f"{STANDING}{here}?person={hits[0].public_id}")
    return render(request, "booking/desk/standing_found.html.j2", here=here, hits=hits)
