"""The hospital is told, whatever it answers and however often it stays silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.db.outbox import outbox
from flows.booking import store
from flows.booking.service import BookingService
from flows.patients import store as patients
from integrations.his import store as his
from integrations.his.conduct import GOOD, Conduct, behave
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.test_service import booked, first_segment
from tests.support.world import World

DAY = ward.TODAY + timedelta(days=4)


async def appointment_of(world: World, appointment: int) -> Any:
    async with world.database.reading() as tx:
        return await store.appointment_by(tx, appointment)


async def registrations(world: World, active: int | None = 1) -> int:
    async with world.database.reading() as tx:
        where = his.registration.c.active == 1 if active else his.registration.c.active.is_(None)
        return int(await tx.scalar(select(func.count()).select_from(his.registration).where(where)))


async def cancel(world: World, appointment: int) -> None:
    async with world.context() as context:
        await BookingService(context).cancel(appointment)


async def later(world: World, travel: time_machine.Coordinates, times: int = 6) -> None:
    for _ in range(times):
        travel.shift(timedelta(minutes=2))
        await world.drain.once()


async def test_a_lost_answer_is_asked_for_and_not_repeated(
    world: World, travel: time_machine.Coordinates
) -> None:
    segment, person = await first_segment(world, day=DAY), await ward.person(world)
    await behave(world.database, Conduct(lose_next=1))
    appointment = await booked(world, "a", segment, person, "r")
    await world.drain.once()
    assert (await appointment_of(world, appointment)).registration is None
    await later(world, travel)
    assert (await appointment_of(world, appointment)).registration
    assert await registrations(world) == 1


async def test_a_hospital_that_is_away_is_waited_for(world: World, travel: time_machine.Coordinates) -> None:
    segment, person = await first_segment(world, day=DAY), await ward.person(world)
    await behave(world.database, Conduct(unavailable=True))
    appointment = await booked(world, "a", segment, person, "r")
    await later(world, travel, 20)
    assert (await appointment_of(world, appointment)).state == "booked"
    await behave(world.database, GOOD)
    await later(world, travel)
    assert (await appointment_of(world, appointment)).registration


@pytest.mark.parametrize(("code", "free"), [("session_stopped", 2), ("number_taken", 1)])
async def test_a_refusal_gives_the_slot_back_and_tells(
    world: World, travel: time_machine.Coordinates, code: str, free: int
) -> None:
    """A number that the hospital gave to somebody else is not sold again."""
    await world.said("a", "你好")  # so that the account may write to them
    segment, person = await first_segment(world, day=DAY), await ward.person(world)
    await behave(world.database, Conduct(refuse={"register": code}))
    appointment = await booked(world, "a", segment, person, "r")
    await world.drain.once()
    row = await appointment_of(world, appointment)
    assert (row.state, row.refusal) == ("refused", code)
    assert (await ward.census(world, segment))["noted_free"] == free
    assert await ward.balanced(world)
    assert "没有办成" in world.channels.sent[-1][1].text
    async with world.context() as context:
        assert await BookingService(context).coming() == []


async def test_cancelled_after_it_was_told(world: World, travel: time_machine.Coordinates) -> None:
    appointment = await booked(world, "a", await first_segment(world, day=DAY), await ward.person(world), "r")
    await world.drain.once()
    await cancel(world, appointment)
    await world.drain.once()
    assert (await registrations(world), await registrations(world, active=None)) == (0, 1)


async def test_cancelled_before_it_was_told(world: World) -> None:
    appointment = await booked(world, "a", await first_segment(world, day=DAY), await ward.person(world), "r")
    await cancel(world, appointment)
    await world.drain.once()
    assert (await registrations(world), await registrations(world, active=None)) == (0, 0)


async def test_cancelled_while_the_answer_was_lost(world: World, travel: time_machine.Coordinates) -> None:
    """The hospital has it, we do not know yet: the cancellation waits in the lane until we do."""
    segment, person = await first_segment(world, day=DAY), await ward.person(world)
    await behave(world.database, Conduct(lose_next=1))
    appointment = await booked(world, "a", segment, person, "r")
    await world.drain.once()
    await cancel(world, appointment)
    await later(world, travel)
    assert (await registrations(world), await registrations(world, active=None)) == (0, 1)


async def test_a_person_without_a_record_is_waited_for(world: World, travel: time_machine.Coordinates) -> None:
    segment, person = await first_segment(world, day=DAY), await ward.person(world, known=False)
    appointment = await booked(world, "a", segment, person, "r")
    await later(world, travel)
    assert (await appointment_of(world, appointment)).registration is None
    record = await ward.record(world, "张三明")
    async with world.database.transaction() as tx:
        await patients.set_record(tx, person, "known", record, was=("asked",))
    await later(world, travel)
    assert (await appointment_of(world, appointment)).registration


async def test_a_person_whom_the_hospital_closed(world: World, travel: time_machine.Coordinates) -> None:
    segment, person = await first_segment(world, day=DAY), await ward.person(world, known=False)
    appointment = await booked(world, "a", segment, person, "r")
    async with world.database.transaction() as tx:
        await patients.set_record(tx, person, "refused", None, was=("asked",))
        await patients.change_person(tx, person, active=None)
    await world.drain.once()
    assert (await appointment_of(world, appointment)).refusal == "no_patient"
    assert (await ward.census(world, segment))["free"] == 2


async def test_a_record_that_takes_an_hour_makes_no_dead_letter(
    world: World, travel: time_machine.Coordinates
) -> None:
    segment = await first_segment(world, day=DAY)
    person = await ward.person(world, known=False)
    async with world.database.transaction() as tx:
        await tx.update(patients.person.update().values(record_state="asked"))
    appointment = await booked(world, "a", segment, person, "r")
    for _ in range(240):
        travel.shift(timedelta(seconds=15))
        await world.drain.once()
    async with world.database.reading() as tx:
        rows = await tx.all(select(outbox.c.state).where(outbox.c.topic == "booking.register"))
    assert [row.state for row in rows] == ["ready"]
    assert (await appointment_of(world, appointment)).state == "booked"


async def test_one_hold_that_cannot_be_given_back_keeps_no_other(
    world: World, travel: time_machine.Coordinates
) -> None:
    segment = await first_segment(world, day=DAY)
    first, second = [await held(world, who, segment, await ward.person(world, who, name)) for who, name in (
        ("a", "张三明"), ("b", "李四光"))]
    async with world.database.transaction() as tx:  # a fault that nobody foresaw
        await tx.update(store.slot.update().where(store.slot.c.id == first.slot_id).values(state="free"))
    travel.shift(timedelta(minutes=20))
    await booking.sweep(world.workshop.job(name="booking.sweep"))
    assert (await appointment_of(world, first.id)).state == "held"
    assert (await appointment_of(world, second.id)).state == "expired"


async def held(world: World, who: str, segment: int, person: int) -> Any:
    async with world.context(who) as context:
        return await BookingService(context).hold(segment, person, f"hold {who}")


async def test_a_horizon_longer_than_the_hospital_tells_in_one_answer(
    world: World, travel: time_machine.Coordinates
) -> None:
    far = ward.TODAY + timedelta(days=80)
    async with world.database.transaction() as tx:
        for n in range(22, 100):
            await tx.insert(his.roster_day, day=ward.TODAY + timedelta(days=n), made_at=tx.now)
    wide = world.settings.booking.model_copy(update={"horizon_days": 90})
    world.workshop = replace(world.workshop, settings=world.settings.model_copy(update={"booking": wide}))
    code = await ward.session(world, far)
    await ward.sync(world)
    async with world.database.reading() as tx:
        assert await tx.scalar(select(store.session.c.code).where(store.session.c.date == far)) == code
