"""/desk/booking/appointments: who is booked where, by date, doctor, clinic, channel and state; persons are masked."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.errors import NotFound
from bot.web.desk.guard import needs
from bot.web.desk.lists import Column, Listing
from bot.web.desk.pages import is_part, reading, render
from flows.booking.desk.office_parts import (
    CHANNELS,
    HOME,
    STATES,
    VIEW,
    days_asked,
    most,
    office,
    send,
    wants_export,
)
from flows.booking.office import store
from flows.booking.office.rules import LONGEST_LIST
from flows.booking.office.store import Wanted

routes = web.RouteTableDef()
PATH = HOME + "appointments"
LIST = Listing(
    "appointments",
    (Column("date", "moment", sortable=False), Column("time"), Column("clinic"), Column("doctor"),
     Column("number", "number"), Column("person", sortable=False), Column("channel"), Column("state"),
     Column("created", "moment"), Column("instead_of", hidden=True, sortable=False),
     Column("fee", "number", hidden=True, sortable=False), Column("pay", hidden=True, sortable=False),
     Column("site", hidden=True, sortable=False),
     Column("place", hidden=True, sortable=False), Column("booked", "moment", hidden=True, sortable=False),
     Column("ended", "moment", hidden=True, sortable=False), Column("registration", hidden=True, sortable=False),
     Column("refusal", hidden=True, sortable=False)),
    filters=("since", "until", "site", "clinic", "doctor", "channel", "state", "person"), sort="time",
)
WORDS = {"state": "appointment", "pay": "fee_state"}


@routes.get(PATH)
@needs(VIEW)
async def listed(request: web.Request) -> web.StreamResponse:
    asked, which = LIST.asked(request), wants_export(request)
    filters = asked.filters
    async with reading(request) as context:
        service = await office(request, context)
        days = days_asked(asked, context, LONGEST_LIST)
        person = await service.person_key(filters["person"]) if filters["person"] else None
        wanted = Wanted(
            days, service.scope, filters["clinic"], filters["doctor"], filters["site"],
            filters["channel"] if filters["channel"] in CHANNELS else "",
            filters["state"] if filters["state"] in STATES else "",
            person if person or not filters["person"] else -1,
        )
        counts = await service.counts(wanted)
        limit, offset = asked.size, (asked.page - 1) * asked.size
        if which == "all":
            limit, offset = most(request), 0
        rows = await service.appointments(
            wanted, counts.days, sort=asked.sort, down=asked.down, limit=limit, offset=offset
        )
        totals: dict[str, Any] = {"state": counts.states, "number": counts.all}
        if "fee" in asked.columns:
            totals["fee"] = await store.fees(service.tx, wanted) / 100
        near = await service.next_day(wanted) if not counts.all else None
        beside = None
        if asked.open:
            try:
                beside = await service.appointment(asked.open)
            except NotFound:
                beside = None  # the list is there all the same
    if which:
        return await send(request, LIST, asked, rows, WORDS)
    shown = LIST.page(asked, rows, counts.all, totals)
    return render(
        request, "booking/desk/appointments.html.j2", list=shown, days=days, beside=beside, clinics=service.clinics,
        doctors=service.doctors, sites=service.sites, channels=CHANNELS, states=STATES,
        longest=LONGEST_LIST, near=near, today=context.clock.today(),
    )


@routes.get(HOME + "appointment/{id}")
@needs(VIEW)
async def one(request: web.Request) -> web.StreamResponse:
    async with reading(request) as context:
        service = await office(request, context)
        found = await service.appointment(request.match_info["id"])
    template = "booking/desk/appointment.html.j2" if is_part(request) else "booking/desk/appointment_page.html.j2"
    return render(request, template, beside=found)
