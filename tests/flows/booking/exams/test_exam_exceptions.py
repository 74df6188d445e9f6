"""What the office excepts somebody from for examinations: used once by all that is held together, and given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from flows.booking import ledger
from flows.booking.exams.service import ExamService
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.standing.refusals import TooManyCancelled
from tests.flows.booking import ward
from tests.flows.booking.days import count, session
from tests.flows.booking.exams.test_exam_service import chosen, rooms
from tests.flows.booking.test_exceptions import excepted
from tests.flows.booking.test_exceptions_waiting import too_often
from tests.support.world import World

__all__ = ["rooms"]
USED = {"rule": "refuse_cancelled_often", "state": "used"}


@pytest.fixture
async def person(rooms: World) -> int:
    """Somebody whose contact cancelled too often, and who may hold examinations once."""
    terms = rooms.settings.standing.model_copy(update={"most_cancelled": 1})
    rooms.settings = rooms.settings.model_copy(update={"standing": terms})
    person = await too_often(rooms)
    wanted = await chosen(rooms, 0, 2, 4)
    async with rooms.context("a") as context:
        with pytest.raises(TooManyCancelled) as no:
            await ExamService(context).hold_together(person, wanted, "refused")
        about = await Appeals(context).about_refusal(no.value, person, wanted["PK-BASE:US-ABD"])
    await excepted(rooms, about)
    return person


async def hold(world: World, person: int, request: str, n: int = 0) -> Sequence[Any]:
    wanted = await chosen(world, n, 2 + n, 4 + n)
    async with world.context("a") as context:
        return await ExamService(context).hold_together(person, wanted, request)


async def refused(world: World, held: Any) -> None:
    async with world.context() as context:
        await ledger.refused(replace(context, contact=None, actor="job:test"), held.id, "no_segment")


async def test_all_that_is_held_together_uses_it_once(rooms: World, person: int) -> None:
    held = await hold(rooms, person, "first")
    assert len(held) == 3
    assert await count(rooms, "booking_exception", **USED) == 1
    other = await session(rooms)
    async with rooms.context("a") as context:
        with pytest.raises(TooManyCancelled):
            await BookingService(context).hold(other[0], person, "a doctor")


async def test_other_times_take_it_along_and_what_is_given_back_gives_it_back(rooms: World, person: int) -> None:
    await hold(rooms, person, "first")
    later = await hold(rooms, person, "later", 1)
    assert await count(rooms, "booking_appointment", state="held") == 3
    assert await count(rooms, "booking_exception", **USED) == 1
    async with rooms.context("a") as context:
        await ExamService(context).release_together(later[0].request_id.rpartition(":")[0])
    assert await count(rooms, "booking_exception", state="open", appointment_id=None) == 1
    await hold(rooms, person, "once more", 1)
    assert await count(rooms, "booking_exception", **USED) == 1


async def test_it_comes_back_when_the_hospital_refused_the_last_of_them(rooms: World, person: int) -> None:
    await hold(rooms, person, "first")
    async with rooms.context("a") as context:
        booked = await ExamService(context).confirm_together("first")
    for row in booked[:2]:
        await refused(rooms, row)
        assert await count(rooms, "booking_exception", **USED) == 1
    await refused(rooms, booked[2])
    assert await count(rooms, "booking_exception", state="open", appointment_id=None) == 1
    assert await ward.balanced(rooms)
