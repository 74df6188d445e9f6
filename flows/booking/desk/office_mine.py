"""/desk/booking/mine: a doctor's own sessions on their phone: today's and the next, who comes, how many are left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.errors import NotFound
from bot.web.desk.guard import needs
from bot.web.desk.pages import reading, render
from flows.booking.desk.office_parts import HOME, MINE, office
from flows.booking.office import store
from flows.booking.office.rules import Days, Scope
from flows.booking.office.service import OfficeService
from flows.booking.office.store import Wanted

routes = web.RouteTableDef()
AHEAD = 14
"""Days that a doctor looks ahead; the office's pages show more."""
NEXT = 12


@routes.get(HOME + "mine")
@needs(MINE)
async def mine(request: web.Request) -> web.StreamResponse:
    """Only the doctor's own, however far their other rights reach."""
    async with reading(request) as context:
        service = await office(request, context, MINE)
        today = context.clock.today()
        own = Scope(False, doctor=service.doctor)
        wanted = Wanted(Days(today, today + timedelta(days=AHEAD)), own)
        rows = await service.sessions(wanted) if service.doctor else []
        now = [await _with_people(service, own, row) for row in rows if row["date"] == today]
        done = await _just_booked(service, own, request.query.get("done", ""))
    later = [row for row in rows if row["date"] > today][:NEXT]
    doctor = service.names.catalogue.doctor.get(service.doctor)
    return render(request, "booking/desk/mine.html.j2", doctor=doctor, now=now, later=later, today=today, ahead=AHEAD,
                  done=done)


@routes.get(HOME + "mine/{code}")
@needs(MINE)
async def people(request: web.Request) -> web.StreamResponse:
    """Who comes to one of the doctor's next sessions."""
    async with reading(request) as context:
        service = await office(request, context, MINE)
        found = await store.one_session(service.tx, request.match_info["code"], Scope(False, doctor=service.doctor))
        if found is None:
            raise NotFound("session")
        coming = await service.people_of(found.id)
    return render(request, "booking/desk/mine_people.html.j2", people=coming, next="")


async def _just_booked(service: OfficeService, own: Scope, public: str) -> dict[str, Any] | None:
    """The next visit that was booked a moment ago, to be said to who sits there."""
    row = await store.appointment_of(service.tx, public, own) if public else None
    return await service.appointment(public) if row and row.state == "booked" else None


async def _with_people(service: OfficeService, own: Scope, row: dict[str, Any]) -> dict[str, Any]:
    """A session with who comes; the first who has not come yet is marked as the next."""
    found = await store.one_session(service.tx, row["id"], own)
    people = await service.people_of(found.id) if found else []
    ahead = next((each["id"] for each in people if each["state"] == "booked"), "")
    return row | {"people": people, "next": ahead}
