"""What a booking transcript can be given, and what happens in it besides talk.

Sessions are named by how many days from today they are: `given sits 1 1023`, `given general_clinic 2 1101 pm`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from bot.errors import Refusal
from flows.booking import store
from flows.booking.exceptions.granting import Grant
from flows.booking.pool import store as pool
from flows.booking.roster.sync import Roster, bring_in_line
from flows.booking.service import BookingService
from flows.booking.standing.appeals import store as appeals
from flows.booking.standing.appeals.answering import answer, withdraw
from flows.booking.standing.missing.writing import NoShows
from flows.patients import store as patients
from integrations.his import store as his
from integrations.his.conduct import GOOD, Conduct, behave
from integrations.his.port import HospitalPort
from tests.flows.booking import ward
from tests.support.givens import do, given
from tests.support.world import World

HOURS = {"am": (time(9), time(10)), "pm": (time(14), time(15)), "evening": (time(18), time(19))}


@given
async def small_hospital(world: World) -> None:
    """The small hospital of ward.py, without sessions."""
    await ward.open_hospital(world)


@given
async def sits(
    world: World, days: str, doctor: str, half: str = "am", capacity: str = "2", state: str = "open"
) -> None:
    """A doctor's session of two segments."""
    starts, ends = HOURS[half]
    await ward.session(
        world, day(days), clinic=ward.DOCTORS[doctor][1], doctor=doctor, half=half, starts=starts, ends=ends,
        capacity=int(capacity), state=state,
    )
    await ward.sync(world)


@given
async def early(world: World, days: str, doctor: str) -> None:
    """A session at eight, two hours before which everybody is asleep."""
    clinic = ward.DOCTORS[doctor][1]
    await ward.session(world, day(days), clinic=clinic, doctor=doctor, starts=time(8), ends=time(9), capacity=2)
    await ward.sync(world)


@given
async def special(world: World, days: str, doctor: str, clinic: str, half: str = "am") -> None:
    """A dearer session of a doctor in another clinic."""
    starts, ends = HOURS[half]
    await ward.session(
        world, day(days), clinic=clinic, doctor=doctor, half=half, starts=starts, ends=ends, fee=10000
    )
    await ward.sync(world)


@given
async def general_clinic(world: World, days: str, clinic: str, half: str = "pm", capacity: str = "3") -> None:
    """A general clinic's session."""
    starts, ends = HOURS[half]
    await ward.session(
        world, day(days), clinic=clinic, doctor=None, half=half, starts=starts, ends=ends, capacity=int(capacity),
        fee=1000,
    )
    await ward.sync(world)


@given
async def visitor(
    world: World, name: str, birth: str = "1984-05-12", sex: str = "male", relation: str = "self", who: str = "a"
) -> None:
    """Somebody whom a contact has registered."""
    await ward.person(world, who, name, date.fromisoformat(birth), sex, relation)


@given
async def other_site(world: World, days: str) -> None:
    """A second site with a clinic for respiration of its own, which sits on a day."""
    async with world.database.transaction() as tx:
        await tx.update(his.site.update().values(name="清梧医院 总院"))
        await tx.insert(his.site, code="E", name="清梧医院 东院区", address="", phone="")
        await tx.insert(his.department, code="21", site="E", name="内科", intro="", discreet=False)
        place = {"building": "东楼", "floor": "1", "area": "A", "room": "101"}
        await tx.insert(
            his.clinic, code="2101", department="21", site="E", name="呼吸内科", subjects="", phone="", intro="",
            min_age=None, max_age=None, sex=None, discreet=False, online=True, **place,
        )
        await tx.insert(his.room, code="R2101", site="E", clinic="2101", **place)
    code = await ward.session(world, day(days), clinic="2101", doctor=None, fee=1000)
    await ward.change_session(world, code, site="E")
    await ward.sync(world)


@given
async def discreet(world: World, clinic: str) -> None:
    """The hospital marks a clinic as one that is not named to whoever happens to look."""
    async with world.database.transaction() as tx:
        await tx.update(his.clinic.update().where(his.clinic.c.code == clinic).values(discreet=True))
    await ward.sync(world)


@given
async def document(world: World, name: str, number: str) -> None:
    """Somebody who is registered has an identity card."""
    async with world.database.transaction() as tx:
        rows = await tx.all(patients.person.select())
        mine = patients.person.c.id == next(row.id for row in rows if row.name == name)
        await tx.update(patients.person.update().where(mine).values(document=number, document_type="resident"))


@given
async def looks_after(world: World, name: str, who: str, relation: str) -> None:
    """Another contact looks after somebody who is registered already."""
    await ward.also(world, name, who, relation)


@do
async def others_take(
    world: World, days: str, doctor: str, segment: str = "1", count: str = "2", half: str = "am"
) -> None:
    """Somebody else books so many slots of a segment (counted from 1) of a doctor's session."""
    code = f"{day(days):%y%m%d}{half}{ward.DOCTORS[doctor][1]}{doctor}"
    rows = await ward.segments(world, code)
    for n in range(int(count)):
        who = f"x{doctor}{segment}{n}{half if half != 'am' else ''}"
        person_id = await ward.person(world, who, f"钱{n}", known=False)
        async with world.context(who) as context:
            service = BookingService(context)
            try:
                held = await service.hold(rows[int(segment) - 1].id, person_id, f"{who}:{days}")
                await service.confirm(held.id)
            except Refusal:
                return


@do
async def books(world: World, days: str, doctor: str, who: str) -> None:
    """A contact books a doctor's morning for their first person, on another way than this chat."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    rows = await ward.segments(world, code)
    async with world.context(who) as context:
        service = BookingService(context)
        person = (await service.neighbours.persons())[0]
        held = await service.hold(rows[0].id, person.id, f"{who}:{code}")
        await service.confirm(held.id)


@do
async def cancels(world: World, days: str, doctor: str, segment: str = "1", n: str = "0") -> None:
    """One of those who booked by `others_take` cancels; where nobody waits, chance has it that the slot cools for five
    minutes."""
    who = f"x{doctor}{segment}{n}"
    async with world.context(who) as context:
        service = BookingService(context)
        row = (await service.coming())[0]
        await service.cancel(row.id)
        cooling = store.slot.update().where(store.slot.c.id == row.slot_id, store.slot.c.back_at > context.now)
        await context.tx.update(cooling.values(back_at=context.now + timedelta(minutes=5)))


@do
async def others_wait(world: World, days: str, doctor: str, count: str = "1", half: str = "am") -> None:
    """So many others begin to wait for a doctor's session."""
    code = f"{day(days):%y%m%d}{half}{ward.DOCTORS[doctor][1]}{doctor}"
    session = (await ward.segments(world, code))[0].session_id
    for n in range(int(count)):
        who = f"w{doctor}{n}"
        person_id = await ward.person(world, who, f"孙{n}", known=False)
        async with world.context(who) as context:
            await BookingService(context).waiting.join([session], person_id)


@do
async def stops(world: World, days: str, doctor: str) -> None:
    """The hospital stops a doctor's morning session, and the rosters are taken over."""
    code = f"{day(days):%y%m%d}am{ward.DOCTORS[doctor][1]}{doctor}"
    await ward.change_session(world, code, state="stopped")
    await ward.sync(world)


@do
async def hospital_refuses(world: World, code: str) -> None:
    """From now on the hospital refuses registrations with this code."""
    await behave(world.database, Conduct(refuse={"register": code}))


@do
async def hospital_is_well(world: World) -> None:
    await behave(world.database, GOOD)


def day(days: str) -> date:
    return ward.TODAY + timedelta(days=int(days))


@do
async def misses(world: World, days: str, name: str, who: str = "a") -> None:
    """A person of a contact had an appointment so many days ago and did not come: written down, whatever follows."""
    async with world.context(who) as context:
        person = next(each for each in await BookingService(context).neighbours.persons() if each.name == name)
    code = await ward.session(world, day(days), doctor="1024")
    port = world.ports[HospitalPort]
    told = Roster(day(days), day(days), await port.rosters(day(days), day(days)), {})
    await bring_in_line(world.database.run, {}, told, world.clock)
    segment = (await ward.segments(world, code))[1]
    async with world.context(who) as context:
        await pool.add(
            context.tx, person_id=person.id, contact_id=context.contact.id, segment_id=segment.id, slot_id=0,
            number=3, request_id=f"missed {name} {days}", channel="wechat", fee=2500, created_at=context.now,
            created_by="test", state="booked", hold_until=context.now, booked_at=context.now,
        )
        key = (await store.appointment_of_request(context.tx, f"missed {name} {days}")).id
        await NoShows(replace(context, contact=None, actor="job:test")).write(key)


@do
async def office(world: World, verdict: str, *words: str) -> None:
    """The office answers the oldest appeal that waits."""
    async with world.context() as context:
        staff = replace(context, contact=None, actor="staff:test")
        rows, _ = await appeals.listed(context.tx, None, state="open")
        grant = Grant(7) if verdict == "excepts" else None
        await answer(staff, rows[0].public_id, " ".join(words), accept=verdict != "declines", grant=grant)


@do
async def withdraws(world: World, *words: str) -> None:
    """The office takes the exception back that it made last."""
    async with world.context() as context:
        rows, _ = await appeals.listed(context.tx, None, state="accepted")
        await withdraw(replace(context, contact=None, actor="staff:test"), rows[-1].public_id, " ".join(words))
