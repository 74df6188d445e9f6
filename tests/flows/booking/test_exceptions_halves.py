"""One exception for both halves of a day, where a doctor may be seen twice on it: it serves one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from flows.booking.service import BookingService
from jobs import registry
from jobs.outbox import Drain
from tests.flows.booking import ward
from tests.flows.booking.days import count
from tests.flows.booking.test_exceptions import excepted
from tests.flows.booking.test_exceptions_waiting import halves, join, offered, refused, too_often
from tests.flows.booking.test_waiting import sweep
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("both_halves")


@pytest.fixture
def both_halves(world: World) -> None:
    """One cancels once, and may see the same doctor twice on a day; the jobs know as well."""
    terms = world.settings.standing.model_copy(update={"most_cancelled": 1})
    own = world.settings.booking.model_copy(update={"max_same_doctor_per_day": 2})
    world.settings = world.settings.model_copy(update={"booking": own, "standing": terms})
    world.workshop = replace(world.workshop, settings=world.settings)
    world.drain = Drain(world.workshop, registry.handlers())


@pytest.mark.parametrize("taken", [True, False])
async def test_where_both_halves_may_be_had_it_serves_one_of_them(
    world: World, travel: time_machine.Coordinates, taken: bool
) -> None:
    """Somebody cancels in the afternoon while the morning is offered: nobody says yes to both."""
    person, (morning, afternoon, _) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    await join(world, [morning[0], afternoon[0]], person)
    held = await offered(world, morning)
    assert await offered(world, afternoon) == held
    assert await count(world, "booking_appointment", state="held") == 1
    async with world.context("a") as context:
        service = BookingService(context)
        await (service.confirm(held) if taken else service.release(held))
    travel.shift(timedelta(minutes=16))
    await sweep(world)
    await world.drain.once()
    assert await count(world, "booking_appointment", state="held") == int(not taken)
    assert await count(world, "booking_waiting", state="offered") == int(not taken)
    assert await count(world, "booking_exception", state="used") == 1
    assert await ward.balanced(world)


async def test_whoever_waits_behind_them_is_offered_what_they_cannot_have(world: World) -> None:
    person, (morning, afternoon, _) = await too_often(world), await halves(world)
    await excepted(world, await refused(world, morning[0], person))
    await join(world, [morning[0], afternoon[0]], person)
    behind = await ward.person(world, "b", "孙二")
    async with world.context("b") as context:
        await BookingService(context).waiting.join([afternoon[0]], behind)
    held = await offered(world, morning)
    assert await offered(world, afternoon) == held
    assert await count(world, "booking_appointment", state="held", person_id=behind) == 1
    assert await count(world, "booking_waiting", state="waiting", person_id=person) == 1
