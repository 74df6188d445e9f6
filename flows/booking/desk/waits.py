"""What of booking waits for staff: counted on their start page, within their reach. Who may deal with it but not see
the page has nothing that waits."""

from __future__ import annotations

from bot.access.rights import Member
from bot.access.work import Wait
from bot.context import Context
from flows.booking.desk.standing_parts import ANSWER, SEE, STANDING, within
from flows.booking.desk.stops import CALL, HOME, VIEW
from flows.booking.neighbours import Neighbours
from flows.booking.roster.patterns import store as patterns
from flows.booking.roster.reach import PUBLISH, reach_of
from flows.booking.roster.reach import SEE as SEE_ROSTERS
from flows.booking.standing.appeals import store as appeals
from flows.booking.stops.board import Board


async def open_appeals(context: Context, member: Member) -> int:
    if not member.may(SEE):
        return 0
    clinics = within(member.range(ANSWER), await Neighbours(context).catalogue())
    return (await appeals.listed(context.tx, clinics, state="open", limit=1))[1]


async def stop_calls(context: Context, member: Member) -> int:
    """Patients of a stopped session who have not looked, or were left without anything."""
    if not member.may(VIEW):
        return 0
    return await Board(context, member.range(CALL)).count_calls()


async def rosters(context: Context, member: Member) -> int:
    """Clinics with a draft."""
    if not member.may(SEE_ROSTERS):
        return 0
    reach = await reach_of(context, member, PUBLISH)
    return len({clinic for clinic, _ in await patterns.edits(context.tx) if reach.clinic(clinic)})


WAITS = (
    Wait("appeals", ANSWER, f"{STANDING}?state=open", open_appeals),
    Wait("stop_calls", CALL, f"{HOME}calls", stop_calls, late=True),
    Wait("rosters", PUBLISH, "/desk/booking/roster/drafts", rosters),
)
