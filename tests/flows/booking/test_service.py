"""The use cases, called as pages and jobs call them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from bot.errors import NotFound
from flows.booking import refusals, store
from flows.booking.offers import GENERAL, Wanted
from flows.booking.service import BookingService
from flows.directory import store as directory
from flows.directory.rules import ClinicRule
from flows.notices import store as notices
from tests.flows.booking import ward
from tests.support.world import World


async def booked(world: World, who: str, segment: int, person: int, request: str) -> int:
    async with world.context(who) as context:
        service = BookingService(context)
        return int((await service.confirm((await service.hold(segment, person, request)).id)).id)


async def first_segment(world: World, **how: Any) -> int:
    code = await ward.session(world, **how)
    await ward.sync(world)
    return int((await ward.segments(world, code))[0].id)


async def pushes(world: World, appointment: int) -> dict[str, str]:
    """Kind -> state of the pushes about an appointment."""
    async with world.database.reading() as tx:
        public = await tx.scalar(select(store.appointment.c.public_id).where(store.appointment.c.id == appointment))
        rows = await tx.all(notices.push.select().where(notices.push.c.about == f"appointment:{public}"))
    return {row.kind: row.state for row in rows}


async def test_confirming_twice_books_once(world: World) -> None:
    segment, person = await first_segment(world), await ward.person(world)
    appointment = await booked(world, "a", segment, person, "r")
    async with world.context() as context:
        assert (await BookingService(context).confirm(appointment)).id == appointment
        assert (await BookingService(context).hold(segment, person, "r")).id == appointment
    await world.drain.once()
    async with world.database.reading() as tx:
        row = await store.appointment_by(tx, appointment)
    assert row is not None and row.state == "booked" and row.registration
    assert (await ward.census(world, segment))["taken"] == 1


async def test_confirming_after_the_hold_is_over(world: World, travel: time_machine.Coordinates) -> None:
    """In the chat: the wait is over but nothing has swept it yet when the answer comes."""
    await first_segment(world)
    await ward.person(world)
    await world.said("a", "王静")
    await world.said("a", "1")
    travel.shift(timedelta(minutes=15))
    answer = await world.said("a", "确认")
    assert "15 分钟过了" in answer.messages[0].text
    assert answer.messages[1].options
    assert await ward.balanced(world)


async def test_somebody_elses_appointment_is_not_there(world: World) -> None:
    appointment = await booked(world, "a", await first_segment(world), await ward.person(world), "r")
    async with world.context("b") as context:
        service = BookingService(context)
        for verb in (service.mine, service.cancel, service.confirm):
            with pytest.raises(NotFound):
                await verb(appointment)
        assert await service.coming() == []


async def test_nobody_books_for_a_stranger(world: World) -> None:
    segment, person = await first_segment(world), await ward.person(world, "a")
    with pytest.raises(NotFound):
        async with world.context("b") as context:
            await BookingService(context).hold(segment, person, "r")
    assert (await ward.census(world, segment))["free"] == 2


async def test_cancelling_withdraws_the_reminders(world: World) -> None:
    await world.said("a", "你好")  # so that the account may write to them
    day = ward.TODAY + timedelta(days=4)
    appointment = await booked(world, "a", await first_segment(world, day=day), await ward.person(world), "r")
    await world.drain.once()
    assert set(await pushes(world, appointment)) == {"booking.booked", "booking.evening", "booking.soon"}
    async with world.context() as context:
        await BookingService(context).cancel(appointment)
        await BookingService(context).cancel(appointment)
    await world.drain.once()
    states = await pushes(world, appointment)
    assert states["booking.evening"] == states["booking.soon"] == "withdrawn"
    assert states["booking.cancelled"] == "sent"


async def test_no_reminder_for_what_is_near(world: World, travel: time_machine.Coordinates) -> None:
    segment = await first_segment(world, day=ward.TODAY)
    appointment = await booked(world, "a", segment, await ward.person(world), "r")
    assert set(await pushes(world, appointment)) == {"booking.booked"}


async def test_cancelling_too_late_changes_nothing(world: World, travel: time_machine.Coordinates) -> None:
    segment = await first_segment(world)
    appointment = await booked(world, "a", segment, await ward.person(world), "r")
    travel.shift(timedelta(hours=12))
    async with world.context() as context:
        with pytest.raises(refusals.CancelTooLate):
            await BookingService(context).cancel(appointment)
    assert (await ward.census(world, segment))["taken"] == 1


async def test_a_closed_clinic_and_one_with_its_own_horizon(world: World) -> None:
    await ward.session(world, ward.TODAY + timedelta(days=10))
    await ward.sync(world)
    async with world.context() as context:
        assert await BookingService(context).offers.days(Wanted("1101")) == []
    async with world.database.transaction() as tx:
        await directory.set_rule(tx, "1101", ClinicRule(horizon_days=14))
        await directory.set_rule(tx, "1102", ClinicRule(closed=True))
    from flows.directory.service import forget

    forget(world.ports)
    async with world.context() as context:
        offers = BookingService(context).offers
        assert [offer.left for offer in await offers.days(Wanted("1101"))] == [4]
        assert [clinic.code for clinic in await offers.clinics("11")] == ["1101"]
        assert isinstance(await offers.why_none(Wanted("1102")), refusals.ClinicClosed)


async def test_what_is_offered(world: World) -> None:
    await ward.session(world, ward.TOMORROW, capacity=1)
    await ward.session(world, ward.TOMORROW + timedelta(days=1), doctor="1024", half="pm")
    await ward.session(world, ward.TOMORROW, doctor=None, half="pm", fee=1000)
    await ward.sync(world)
    async with world.context() as context:
        offers = BookingService(context).offers
        listed, full = await offers.doctors("1101")
        assert [(o.code, o.day, o.left, o.fee) for o in listed] == [
            (GENERAL, ward.TOMORROW, 4, 1000), ("D1023", ward.TOMORROW, 2, 2500),
            ("D1024", ward.TOMORROW + timedelta(days=1), 4, 2500),
        ]
        assert full == []
        segments = await offers.segments(Wanted("", "D1023", ward.TOMORROW))
        assert [(s.start, s.end, s.left) for s in segments] == [("09:00", "09:30", 1), ("09:30", "10:00", 1)]
    for n, segment in enumerate(segments):
        await booked(world, f"p{n}", segment.id, await ward.person(world, f"p{n}", f"张{n}", known=False), f"r{n}")
    async with world.context() as context:
        listed, full = await BookingService(context).offers.doctors("1101")
        assert ("D1023" not in [o.code for o in listed], full) == (True, ["王静"])


async def test_the_doctor_of_last_time(world: World, travel: time_machine.Coordinates) -> None:
    person = await ward.person(world)
    await booked(world, "a", await first_segment(world), person, "1")
    travel.shift(timedelta(days=2))
    await booked(world, "a", await first_segment(world, day=date(2027, 3, 8), doctor="1024"), person, "2")
    async with world.context() as context:
        # A visit that was counts before a booking that is still to come.
        assert await BookingService(context).last_doctor() == ("D1023", "1101", True)
    async with world.context("b") as context:
        assert await BookingService(context).last_doctor() is None
