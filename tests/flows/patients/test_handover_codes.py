"""The link and the code by which family is found: how long they hold, how often they may be guessed."""

from __future__ import annotations

import pytest
import time_machine
from sqlalchemy import select

from bot.db.outbox import outbox
from flows.patients import rules
from flows.patients.handover.store import handover
from flows.patients.refusals import (
    HandoversSpent,
    HelpTriesSpent,
)
from flows.patients.service import PatientsService
from tests.flows.patients.handing import (
    again,
    agreed,
    allowed,
    helper,
    names,
    opened,
    sought,
    told,
)
from tests.support.world import World


async def test_a_day_without_an_answer_ends_it(world: World, travel: time_machine.Coordinates) -> None:
    task = await sought(world)
    await helper(world)
    travel.shift(23 * 3600)
    await agreed(world, "b", task.name)
    travel.shift(23 * 3600)
    async with world.context() as context:
        assert await PatientsService(context).giving.pending() == [task.name]
    travel.shift(3601)
    assert await allowed(world, task.name) == "over"
    await world.settle()
    await world.settle()
    assert await told(world) == [("help_expired", await world.contact_id("b"))]
    assert (await opened(world, "b", task.name)).standing == "expired"
    assert await names(world, "b") == ["李梅"]


async def test_a_link_that_nobody_opened_is_worth_nothing_after_a_day(
    world: World, travel: time_machine.Coordinates
) -> None:
    task = await sought(world)
    travel.shift(24 * 3600)
    assert (await opened(world, "b", task.name)).standing == "expired"
    async with world.context("b") as context:
        assert (await PatientsService(context).taking.open_by_code(task.code))[0] is None
    await world.settle()
    assert await told(world) == []


async def test_a_new_one_makes_the_old_one_worthless(world: World) -> None:
    old = await sought(world)
    new = await again(world, old.person)
    assert (await opened(world, "b", old.name)).standing == "expired"
    assert (await opened(world, "b", new.name)).standing == "open"


async def test_five_are_given_a_day(world: World) -> None:
    task = await sought(world)
    for _ in range(rules.HANDOVERS - 1):
        await again(world, task.person)
    with pytest.raises(HandoversSpent):
        await again(world, task.person)


async def test_five_wrong_codes_a_day_and_then_not_even_the_right_one(
    world: World, travel: time_machine.Coordinates
) -> None:
    task = await sought(world)
    wrong = [f"{number:06}" for number in range(7) if f"{number:06}" != task.code]
    lefts = []
    for code in wrong[: rules.HELP_TRIES - 1]:
        async with world.context("b") as context:
            lefts.append((await PatientsService(context).taking.open_by_code(code))[1])
    assert lefts == [4, 3, 2, 1]
    for code in (wrong[rules.HELP_TRIES], task.code):
        async with world.context("b") as context:
            with pytest.raises(HelpTriesSpent):
                await PatientsService(context).taking.open_by_code(code)
    travel.shift(13 * 3600)  # past midnight
    async with world.context("b") as context:
        found, _ = await PatientsService(context).taking.open_by_code(task.code)
        assert found is not None and found.name == "张建国"


async def test_a_code_that_another_has_taken_is_a_wrong_one(world: World) -> None:
    task = await sought(world)
    await opened(world, "b", task.name)
    async with world.context("c") as context:
        assert await PatientsService(context).taking.open_by_code(task.code) == (None, 4)


async def test_the_code_is_kept_nowhere_in_the_clear(world: World) -> None:
    task = await sought(world)
    async with world.database.reading() as tx:
        row = await tx.one(select(handover))
        assert row is not None and task.code.encode() not in bytes(row.code_hash)
        payloads = [each.payload for each in await tx.all(select(outbox.c.payload))]
    assert not any(task.code in str(payload) for payload in payloads)
