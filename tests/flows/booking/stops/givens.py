"""What a clerk and the hospital do to sessions in transcripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from flows.booking.service import BookingService
from flows.booking.stops.choosing import Choosing
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.stops.store import choice, stop
from flows.booking.stops.undoing import Undoing
from flows.patients.links import store as links
from tests.flows.booking import ward
from tests.flows.booking.givens import day
from tests.support.givens import do, given
from tests.support.world import World


@given
async def looked_after_by(world: World, who: str, owner: str = "a") -> None:
    """The first person of `owner` is looked after by somebody else as well."""
    async with world.context(owner) as context:
        person = (await BookingService(context).neighbours.persons())[0]
    async with world.context(who) as context:
        await links.add(
            context.tx, context.contact.id, person.id, mobile="13800000001", relation="child", is_default=True,
            reach="all", proof="sms", consent="2027-01", until=None, made_by="test",
        )


@do
async def clerk_stops(
    world: World, days: str, doctor: str, reason: str = "医生临时有手术", since: str = "", substitute: str = "",
    half: str = "am",
) -> None:
    """A clerk stops a doctor's session, or what of it begins at `since` or later."""
    code = f"{day(days):%y%m%d}{half}{ward.DOCTORS[doctor][1]}{doctor}"
    session = (await ward.segments(world, code))[0].session_id
    wish = Wish(session, reason, time.fromisoformat(since) if since else None, f"D{substitute}" if substitute else None)
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:clerk")
        await StopsService(staff).stop(wish, f"clerk:{code}:{since}:{substitute}")


@do
async def clerk_undoes(world: World) -> None:
    """The last stop was an error."""
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:clerk")
        found = await context.tx.one(stop.select().order_by(stop.c.id.desc()).limit(1))
        await Undoing(staff).undo(found.public_id)


@do
async def page_chooses(world: World, answer: str, who: str = "a") -> None:
    """Somebody taps on the page of the notice."""
    async with world.context(who) as context:
        choosing = Choosing(context)
        rows = await choosing.asked()
        await choosing.choose(rows[0].public_id, answer)


@do
async def hospital_substitutes(world: World, days: str, doctor: str, substitute: str) -> None:
    """The hospital seats somebody else ("" the doctor again), and the rosters are taken over."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    await ward.change_session(world, code, substitute=f"D{substitute}" if substitute else None)
    await ward.sync(world)


@do
async def hospital_opens(world: World, days: str, doctor: str) -> None:
    """The hospital opens a session again."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    await ward.change_session(world, code, state="open")
    await ward.sync(world)


@do
async def hospital_moves(world: World, days: str, doctor: str, starts: str, ends: str) -> None:
    """The hospital gives a session of the morning other hours."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    await ward.change_session(world, code, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))
    await ward.sync(world)


@do
async def holds(world: World, days: str, doctor: str, who: str) -> None:
    """A contact holds a slot of the morning and has not confirmed it."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    rows = await ward.segments(world, code)
    async with world.context(who) as context:
        service = BookingService(context)
        person = (await service.neighbours.persons())[0]
        await service.hold(rows[0].id, person.id, f"{who}:hold:{code}")


@do
async def choice_named(world: World, public: str) -> None:
    """The one choice that is open has this public id, as in a conversation that was kept."""
    async with world.database.transaction() as tx:
        await tx.update(choice.update().values(public_id=public))
