"""Booking by staff: a caller without any contact, a patient with one, the room; the same rules, and what is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.db.contacts import contact, conversation
from bot.db.outbox_dead import levels
from bot.errors import NotFound
from flows.booking.behalf import store as own
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.rules import Rule
from flows.booking.refusals import CancelTooLate, SameDoctorSameDay, SlotTaken
from flows.booking.service import BookingService
from flows.booking.standing.missing.writing import NoShows
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService
from flows.booking.waiting import store as entries
from jobs import booking_opening
from tests.flows.booking import behalf, ward
from tests.flows.booking.test_waiting import cancel, full, states, sweep
from tests.support.world import World


async def opened(world: World, **how: Any) -> list[Any]:
    code = await ward.session(world, **how)
    await ward.sync(world)
    return list(await ward.segments(world, code))


async def test_a_caller_is_booked_changed_and_cancelled(world: World) -> None:
    segments = await opened(world)
    world = behalf.with_sms(world)
    person = await behalf.caller(world)
    made = await behalf.booked(world, person, segments[0].id)
    assert (made.state, made.channel, made.created_by) == ("booked", "phone", behalf.STAFF)
    await world.drain.once()
    sent = [(to, kind) for to, kind, _ in world.sms.sent]
    assert sent == [("13800000009", "booking.booked")]
    facts = world.sms.sent[0][2]
    assert facts["person"] == "钱*云" and "呼吸内科" in facts["place"] and "205" in facts["place"]
    async with behalf.acting(world, person) as clerk:
        new = await clerk.change(made.id, segments[1].id)
    assert (new.replaces, new.contact_id) == (made.id, made.contact_id)
    await world.drain.once()
    async with behalf.acting(world, person) as clerk:
        await clerk.cancel(new.id)
    await world.drain.once()
    assert [kind for _, kind, _ in world.sms.sent[1:]] == ["booking.changed", "booking.cancelled"]
    assert (await behalf.now(world, new.id)).ended_by == behalf.STAFF
    assert await ward.balanced(world)


async def test_the_hospital_hears_of_it_and_reminders_go_by_text(
    world: World, travel: time_machine.Coordinates
) -> None:
    segments = await opened(world)
    world = behalf.with_sms(world)
    made = await behalf.booked(world, await behalf.caller(world), segments[0].id)
    await world.drain.once()
    assert (await behalf.now(world, made.id)).registration
    travel.shift(timedelta(hours=11, minutes=1))
    await world.drain.once()
    assert "booking.evening" in [kind for _, kind, _ in world.sms.sent]
    async with world.database.reading() as tx:
        found = await tx.all(select(contact.c.followed).where(contact.c.channel == "phone"))
    assert [row.followed for row in found] == [False]


async def test_a_patient_with_a_contact_sees_it_there(world: World) -> None:
    segments = await opened(world)
    person = await ward.person(world, "a")
    await ward.also(world, "张三明", "b", "child")
    made = await behalf.booked(world, person, segments[0].id)
    assert made.contact_id == await world.contact_id("a")
    told = {row.contact_id for row in await behalf.pushes(world, "booking.booked")}
    assert told == {await world.contact_id("a"), await world.contact_id("b")}
    async with world.context("a") as context:
        assert [row.public_id for row in await BookingService(context).coming()] == [made.public_id]


async def test_who_left_the_account_is_told_by_phone(world: World) -> None:
    segments = await opened(world)
    person = await ward.person(world, "a")
    async with world.database.transaction() as tx:
        await tx.update(contact.update().values(followed=False))
    made = await behalf.booked(world, person, segments[0].id)
    assert made.contact_id != await world.contact_id("a")
    async with world.context("a") as context:  # and they see it all the same
        assert [row.id for row in await BookingService(context).coming()] == [made.id]


async def test_the_same_rules_hold(world: World) -> None:
    segments = await opened(world)
    person = await behalf.caller(world)
    await behalf.booked(world, person, segments[0].id)
    async with behalf.acting(world, person) as clerk:
        with pytest.raises(SameDoctorSameDay):
            await clerk.hold(segments[1].id, person, "again")


async def test_shares_of_the_way_are_taken(world: World) -> None:
    """Half of each segment is for who calls; who stands at the window finds the rest."""
    code = await ward.session(world, capacity=2)
    await ward.sync(world)
    async with behalf.desk(world) as context:
        await shares.set_rule(context.tx, Rule("1101", "D1023", "phone", 50, 60), behalf.STAFF)
    await booking_opening.sweep_shares(world.workshop.job(name="booking.shares"))
    segment = (await ward.segments(world, code))[0]
    people = [await behalf.caller(world, name) for name in ("赵一", "钱二", "孙三")]
    await behalf.booked(world, people[0], segment.id, "window")
    async with behalf.acting(world, people[1], "window") as clerk:
        with pytest.raises(SlotTaken):
            await clerk.hold(segment.id, people[1], "window")
    made = await behalf.booked(world, people[2], segment.id, "phone")
    assert made.channel == "phone" and await ward.balanced(world)


async def test_the_own_time_of_the_patient_is_past(world: World, travel: time_machine.Coordinates) -> None:
    """Staff with the right to it still cancel until it begins; nobody is counted for that."""
    segments = await opened(world)
    person = await ward.person(world, "a")
    async with world.context("a") as context:
        service = BookingService(context)
        made = await service.confirm((await service.hold(segments[0].id, person, "a")).id)
    travel.shift(timedelta(hours=24))
    async with world.context("a") as context:
        with pytest.raises(CancelTooLate):
            await BookingService(context).cancel(made.id)
    async with behalf.acting(world, person) as clerk:
        assert await clerk.is_late(await clerk.mine(made.id))
        with pytest.raises(CancelTooLate):
            await clerk.cancel(made.id)
    async with behalf.acting(world, person, late=True) as clerk:
        assert (await clerk.cancel(made.id)).state == "cancelled"
    assert len(await behalf.pushes(world, "booking.cancelled")) == 1
    assert await ward.balanced(world)


async def test_not_once_it_has_begun(world: World, travel: time_machine.Coordinates) -> None:
    segments = await opened(world)
    person = await behalf.caller(world)
    made = await behalf.booked(world, person, segments[0].id)
    travel.shift(timedelta(hours=25))
    async with behalf.acting(world, person, late=True) as clerk:
        with pytest.raises(CancelTooLate):
            await clerk.cancel(made.id)


async def test_nothing_outside_of_reach_and_nobody_elses(world: World) -> None:
    segments = await opened(world)
    person, other = await behalf.caller(world), await behalf.caller(world, "李四")
    made = await behalf.booked(world, person, segments[0].id)
    async with behalf.acting(world, person, clinics="1501") as clerk:
        for act in (clerk.cancel(made.id), clerk.hold(segments[1].id, person, "x"),
                    clerk.waiting.join([segments[0].session_id], person)):
            with pytest.raises(NotFound):
                await act
    async with behalf.acting(world, other) as clerk:
        with pytest.raises(NotFound):
            await clerk.cancel(made.id)


async def test_who_waits_without_a_chat_is_called_and_answers_on_the_phone(
    world: World, travel: time_machine.Coordinates
) -> None:
    world = behalf.with_sms(world)
    session, made = await full(world)
    person = await behalf.caller(world)
    async with behalf.acting(world, person) as clerk:
        await clerk.waiting.join([session], person)
    await cancel(world, 0, made[0])
    await sweep(world)
    await world.drain.once()
    assert await states(world) == [entries.OFFERED] and await behalf.calls(world) == ["open"]
    assert not [kind for _, kind, _ in world.sms.sent if kind == "booking.offer"]
    async with behalf.acting(world, person) as clerk:
        row = (await own.live(clerk.tx, person))[0]
        assert (await clerk.confirm(row.id)).state == "booked"
    assert await states(world) == [entries.BOOKED] and await behalf.calls(world) == ["over"]
    assert await ward.balanced(world)


async def test_an_offer_that_runs_out_leaves_no_call(world: World, travel: time_machine.Coordinates) -> None:
    session, made = await full(world)
    person = await behalf.caller(world)
    async with behalf.acting(world, person) as clerk:
        await clerk.waiting.join([session], person)
    await cancel(world, 0, made[0])
    await sweep(world)
    await world.drain.once()
    assert await behalf.calls(world) == ["open"]
    travel.shift(timedelta(minutes=16))
    await sweep(world)
    assert await states(world) == [entries.MISSED] and await behalf.calls(world) == ["over"]


async def test_staff_decline_and_give_up_for_them(world: World) -> None:
    session, made = await full(world)
    person, second = await behalf.caller(world), await behalf.caller(world, "李四")
    for each in (person, second):
        async with behalf.acting(world, each) as clerk:
            await clerk.waiting.join([session], each)
    await cancel(world, 0, made[0])
    await sweep(world)
    await world.drain.once()
    async with behalf.acting(world, person) as clerk:
        assert await clerk.release((await own.live(clerk.tx, person))[0].id)
    assert (await states(world))[0] == entries.DECLINED and await behalf.calls(world) == ["over"]
    async with behalf.acting(world, second) as clerk:
        waits = await own.waits(clerk.tx, second)
        row = await clerk.waiting.give_up(waits[0].public_id)
    assert row.state in (entries.GIVEN_UP, entries.OFFERED)


async def test_a_stop_reaches_a_caller_and_begins_no_conversation(world: World) -> None:
    segments = await opened(world)
    world = behalf.with_sms(world)
    person = await behalf.caller(world)
    made = await behalf.booked(world, person, segments[0].id)
    async with behalf.desk(world) as context:
        await StopsService(context).stop(Wish(segments[0].session_id, "临时停诊"), "stopped")
    await world.drain.once()
    assert "booking.stopped" in [kind for _, kind, _ in world.sms.sent]
    assert (await behalf.now(world, made.id)).stopped_at is not None
    async with world.database.reading() as tx:
        turns = select(conversation.c.turns).where(conversation.c.contact_id == made.contact_id)
        assert await tx.scalar(turns) == 0
        assert (await levels(tx))[1] == 0


async def test_a_caller_who_is_locked_is_told_by_phone(world: World, travel: time_machine.Coordinates) -> None:
    world = behalf.strict(world)
    person = await behalf.caller(world)
    row = await behalf.booked(world, person, (await opened(world))[0].id)
    travel.shift(30 * 3600)
    job = world.workshop.job(name="booking.no_shows")
    assert await job.run(lambda context: NoShows(context).write(row.id))
    assert [each.contact_id for each in await behalf.pushes(world, "booking.locked")] == [row.contact_id]
