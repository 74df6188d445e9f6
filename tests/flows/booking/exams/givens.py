"""What a transcript about examinations can be given."""

from __future__ import annotations

from flows.booking.pool import store as pool
from flows.booking.service import BookingService
from tests.flows.booking import ward
from tests.flows.booking.exams import devices
from tests.flows.booking.givens import day
from tests.support.givens import do, given
from tests.support.world import World


@given
async def rooms_with_devices(world: World) -> None:
    """CT 111, 112; ultrasound 201 to 203; barium 121; endoscopy 401, 402; check-ups 211, 212; without sessions."""
    await devices.build(world)


@given
async def device(world: World, days: str, *rooms: str, half: str = "am") -> None:
    """A morning of each of these devices: six half hours with a place each."""
    for room in rooms:
        await devices.session(world, day(days), room, half)
    await ward.sync(world)


@given
async def ordered(world: World, name: str, *items: str) -> None:
    """A doctor ordered these for somebody who is registered."""
    await devices.ordered(world, name, *items)


@do
async def device_breaks(world: World, days: str, room: str) -> None:
    """The hospital stops a device's morning, and the rosters are taken over."""
    await ward.change_session(world, f"{day(days):%y%m%d}am{devices.ROOMS[room].code}", state="stopped")
    await ward.sync(world)


@do
async def cancelled_often(world: World, days: str, room: str, who: str = "a") -> None:
    """A contact cancelled eleven times just now: once more than one may."""
    code = f"{day(days):%y%m%d}am{devices.ROOMS[room].code}"
    segment = (await ward.segments(world, code))[0]
    async with world.context(who) as context:
        person = (await BookingService(context).neighbours.persons())[0]
        for n in range(11):
            await pool.add(
                context.tx, person_id=person.id, contact_id=context.contact.id, segment_id=segment.id, slot_id=0,
                number=n, request_id=f"cancelled {n}", channel="wechat", fee=0, created_at=context.now,
                created_by="test", state="cancelled", hold_until=context.now, booked_at=context.now,
                ended_at=context.now, ended_by=f"contact:{context.contact.public_id}",
            )
