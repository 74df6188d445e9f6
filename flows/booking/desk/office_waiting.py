"""/desk/booking/waiting: who waits for a slot of a full session, and what became of those who waited."""

from __future__ import annotations

from aiohttp import web

from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import reading, render
from flows.booking.desk.office_parts import CHANNELS, HOME, VIEW, days_asked, office, send, wants_export
from flows.booking.office.rules import LONGEST_LIST
from flows.booking.office.store import Wanted

routes = web.RouteTableDef()
AHEAD = 14
"""Days that are shown where none are asked for: who waits, waits for what is still to come."""
STATES = ("waiting", "offered", "booked", "declined", "missed", "given_up", "skipped", "over")
LIST = Listing(
    "waiting",
    (Column("date", "moment"), Column("half", sortable=False), Column("clinic"), Column("doctor"),
     Column("place", "number"), Column("person", sortable=False), Column("channel"), Column("state"),
     Column("joined", "moment"), Column("ended", "moment", hidden=True)),
    filters=("since", "until", "clinic", "doctor", "channel", "state"), sort="date",
)


@routes.get(HOME + "waiting")
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    async with reading(request) as context:
        service = await office(request, context)
        days = days_asked(asked, context, LONGEST_LIST, usual=AHEAD)
        wanted = Wanted(
            days, service.scope, filters["clinic"], filters["doctor"],
            channel=filters["channel"] if filters["channel"] in CHANNELS else "",
            state=filters["state"] if filters["state"] in STATES else "",
        )
        rows = await service.waiting(wanted)
    if which:
        chosen = LIST.shown(asked, rows).rows if which == "page" else LIST.sorted(asked, rows)
        return await send(request, LIST, asked, chosen, {"state": "waiting_state"})
    return render(
        request, "booking/desk/waiting.html.j2", list=LIST.shown(asked, rows), days=days, clinics=service.clinics,
        doctors=service.doctors, channels=CHANNELS, states=STATES, longest=LONGEST_LIST,
    )
