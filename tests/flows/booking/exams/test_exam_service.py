"""Holding together or not at all; whose orders; what the hospital is told. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import time_machine

from bot.errors import NotFound, Refusal
from flows.booking import ledger, store
from flows.booking.exams import refusals
from flows.booking.exams.service import ExamService
from flows.booking.refusals import ClinicClosed, SlotTaken
from flows.booking.service import BookingService
from flows.booking.standing.coming.arrivals import Arrivals
from integrations.his.conduct import Conduct, behave
from tests.flows.booking import ward
from tests.flows.booking.exams import devices
from tests.support.world import World

PACKAGE = ("HC-BLOOD", "HC-ECG", "US-ABD")


@pytest.fixture
async def rooms(world: World) -> World:
    """A morning with a place each half hour: blood, heart, ultrasound."""
    await devices.build(world)
    for room in ("211", "212", "201"):
        await devices.session(world, ward.TOMORROW, room)
    await ward.sync(world)
    return world


async def segments(world: World, room: str) -> Sequence[Any]:
    return await ward.segments(world, f"{ward.TOMORROW:%y%m%d}am{devices.ROOMS[room].code}")


async def states(world: World) -> list[str]:
    async with world.database.reading() as tx:
        return sorted(row.state for row in await tx.all(store.appointment.select()))


async def chosen(world: World, blood: int, sound: int, heart: int) -> dict[str, int]:
    rows = [(await segments(world, room))[n].id for room, n in (("211", blood), ("201", sound), ("212", heart))]
    return dict(zip(("PK-BASE:HC-BLOOD", "PK-BASE:US-ABD", "PK-BASE:HC-ECG"), rows, strict=True))


async def test_two_who_want_packages_that_cross_both_get_all_or_nothing(rooms: World) -> None:
    """They meet in one segment, and take the others in the opposite order of time: one has all, the other nothing, and
    nobody waits for ever."""
    people = {who: await ward.person(rooms, who, f"钱{who}") for who in "abcd"}
    wanted = {who: await chosen(rooms, n, 2, 4 + n % 2) for n, who in enumerate(people)}
    wanted["b"] = await chosen(rooms, 0, 3, 5)
    taken = {who: wanted[who] for who in people}

    async def hold(who: str) -> bool:
        async def work() -> None:
            async with rooms.context(who) as context:
                await ExamService(context).hold_together(people[who], taken[who], f"r-{who}")
        try:
            await work()
        except SlotTaken:
            return False
        return True

    got = [who for who, done in zip(people, await asyncio.gather(*map(hold, people)), strict=True) if done]
    assert got and len(await states(rooms)) == 3 * len(got)
    assert set(await states(rooms)) == {"held"}
    assert await ward.balanced(rooms)


async def test_a_part_that_is_gone_keeps_all_of_it_away(rooms: World) -> None:
    one, two = await ward.person(rooms, "a", "钱一"), await ward.person(rooms, "b", "钱二")
    first = await chosen(rooms, 0, 2, 4)
    async with rooms.context("a") as context:
        held = await ExamService(context).hold_together(one, first, "r")
        assert [row.id for row in await ExamService(context).hold_together(one, first, "r")] == [r.id for r in held]
    second = await chosen(rooms, 1, 3, 4)  # the last of it is taken
    async with rooms.context("b") as context:
        with pytest.raises(SlotTaken):
            await ExamService(context).hold_together(two, second, "s")
    assert await states(rooms) == ["held"] * 3
    async with rooms.context("a") as context:
        await ExamService(context).confirm(held[1].id)  # on a page, one is enough
    assert await states(rooms) == ["booked"] * 3
    assert await ward.balanced(rooms)


async def test_a_package_is_whole_and_in_order(rooms: World) -> None:
    person = await ward.person(rooms)
    whole = await chosen(rooms, 0, 2, 4)
    part = dict(list(whole.items())[:2])
    heart_first = await chosen(rooms, 2, 4, 0)
    async with rooms.context() as context:
        service = ExamService(context)
        with pytest.raises(NotFound):
            await service.hold_together(person, part, "r")
        with pytest.raises(refusals.FastingFirst):
            await service.hold_together(person, heart_first, "r")
        swapped = {**whole, "PK-BASE:HC-ECG": whole["PK-BASE:US-ABD"]}
        with pytest.raises(NotFound):
            await service.hold_together(person, swapped, "r")
        plan = (await service.proposals(person, ["package:PK-BASE"]))[0]
        assert plan["PK-BASE:HC-ECG"].start > plan["PK-BASE:US-ABD"].start
    assert await states(rooms) == []


async def test_who_moves_a_part_of_a_package_keeps_the_others_confirmed(rooms: World) -> None:
    person = await ward.person(rooms)
    wanted = await chosen(rooms, 0, 2, 4)
    async with rooms.context() as context:
        rows = await ExamService(context).hold_together(person, wanted, "r")
    async with rooms.context() as context:
        await ExamService(context).confirm_together("r")
    heart = next(row for row in rows if row.segment_id == wanted["PK-BASE:HC-ECG"])
    async with rooms.context() as context:
        await ExamService(context).change(heart.id, (await segments(rooms, "212"))[5].id)
    for again in rows:
        async with rooms.context() as context:
            assert (await ExamService(context).confirm(again.id)).state in ("booked", "changed")
    async with rooms.context() as context:
        assert len(await ExamService(context).hold_together(person, wanted, "r")) == 2
    assert await states(rooms) == ["booked", "booked", "booked", "changed"]


async def test_nobody_takes_a_device_without_an_order_or_for_somebody_else(rooms: World) -> None:
    person, other = await ward.person(rooms, "a", "钱一"), await ward.person(rooms, "b", "钱二")
    order = (await devices.ordered(rooms, "钱二", "US-HEART"))[0]
    segment = (await segments(rooms, "201"))[0].id
    async with rooms.context("a") as context:
        with pytest.raises(ClinicClosed):
            await BookingService(context).hold(segment, person, "r")
        with pytest.raises(refusals.OrderGone):
            await ExamService(context).hold_together(person, {order: segment}, "r")
        with pytest.raises(NotFound):
            await ExamService(context).orders(other)
    async with rooms.context("b") as context:
        assert [wish.order for wish in (await ExamService(context).orders(other))[0]] == [order]
        await ExamService(context).hold_together(other, {order: segment}, "r")
    assert await states(rooms) == ["held"]


async def test_a_silent_hospital_is_said_to_be_so(rooms: World) -> None:
    person = await ward.person(rooms)
    await behave(rooms.database, Conduct(unavailable=True))
    async with rooms.context() as context:
        with pytest.raises(refusals.HospitalSilent):
            await ExamService(context).orders(person)
    said = await rooms.said("a", "预约检查")
    assert "查不到检查单" in " ".join(str(each) for each in said.messages)


async def test_an_order_that_was_booked_elsewhere_is_refused_and_the_slot_comes_back(rooms: World) -> None:
    person = await ward.person(rooms)
    order = (await devices.ordered(rooms, "张三明", "US-HEART"))[0]
    segment = (await segments(rooms, "201"))[0].id
    await behave(rooms.database, Conduct(refuse={"register": "order_booked"}))
    async with rooms.context() as context:
        service = ExamService(context)
        await service.confirm_together((await service.hold_together(person, {order: segment}, "r")) and "r")
    await rooms.drain.once()
    assert await states(rooms) == ["refused"]
    assert (await ward.census(rooms, segment))["free"] == 1


async def test_who_is_late_for_a_device_keeps_the_order(rooms: World, travel: time_machine.Coordinates) -> None:
    person = await ward.person(rooms)
    order = (await devices.ordered(rooms, "张三明", "US-HEART"))[0]
    first = (await segments(rooms, "201"))[0].id
    async with rooms.context() as context:
        held = (await ExamService(context).hold_together(person, {order: first}, "r"))[0]
        await ExamService(context).confirm(held.id)
    await rooms.drain.once()
    travel.move_to(f"{ward.TOMORROW}T00:05:00+00:00")  # 8:05, and their time began at 8:00
    async with rooms.context() as context:
        late = await Arrivals(context).check_in(held.id, "page")
        told = await ledger.entry(context, late.row.id)
        assert late.moved and told is not None and told.order == order
        assert await ExamService(context).orders(person) == ([], 1)
        assert (await ExamService(context).confirm(late.row.id)).id == late.row.id
    assert await states(rooms) == ["booked", "changed"] and await ward.balanced(rooms)


async def test_examinations_leave_the_doctors_limits_alone(rooms: World) -> None:
    person = await ward.person(rooms)
    async with rooms.context() as context:
        await ExamService(context).hold_together(person, await chosen(rooms, 0, 2, 4), "r")
        await ExamService(context).confirm_together("r")
    code = await ward.session(rooms, half="pm")
    await ward.sync(rooms)
    async with rooms.context() as context:
        held = await BookingService(context).hold((await ward.segments(rooms, code))[0].id, person, "d")
        assert held.state == "held"
        with pytest.raises(Refusal):
            await ExamService(context).hold_together(person, await chosen(rooms, 1, 3, 5), "again")
