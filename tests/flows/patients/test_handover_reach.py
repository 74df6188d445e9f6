"""What a helper may do: no wider than was consented to, ended by the giver."""

from __future__ import annotations

import pytest

from flows.patients.refusals import (
    FamilyFull,
    HelperOnly,
    ReachTooShort,
)
from flows.patients.service import PatientsService
from flows.patients.store import person
from tests.flows.patients.family import OTHER_MOBILE, been_before, registered, resident
from tests.flows.patients.handing import (
    again,
    agreed,
    allowed,
    filled,
    helper,
    names,
    opened,
    sought,
    told,
)
from tests.support.world import World


async def test_a_helper_neither_widens_nor_hands_on_nor_stands_for_a_child(world: World) -> None:
    await been_before(world, "张建国", resident(), "13800000001")
    task = await sought(world)
    await helper(world)
    await agreed(world, "b", task.name, "spouse")
    await allowed(world, task.name)
    async with world.context("b") as context:
        service = PatientsService(context)
        with pytest.raises(HelperOnly):
            await service.prove_record(task.person.id, "0001")
        with pytest.raises(HelperOnly):
            await service.giving.give(task.person.id)
        with pytest.raises(ReachTooShort):
            await service.reveal(task.person.id, "own page")
        assert [each.name for each in await service.guardians()] == ["李梅"]


async def test_a_record_that_is_made_later_does_not_widen_a_helpers_reach(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await agreed(world, "b", task.name)
    await allowed(world, task.name)
    async with world.context() as context:
        service = PatientsService(context)
        mine = person.update().where(person.c.id == task.person.id)
        await context.tx.update(mine.values(record_state="asked", patient_no=None))
        await service.records.made(task.person.id, "N1")
    async with world.context("b") as context:
        assert (await PatientsService(context).person(task.person.id)).reach == "booking"


async def test_limits_on_families_hold_for_takers(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await filled(world)
    await opened(world, "b", task.name)
    async with world.context("b") as context:
        with pytest.raises(FamilyFull):
            await PatientsService(context).taking.agree(task.name, "parent", True)


async def test_a_taker_who_became_full_meanwhile_is_told(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await agreed(world, "b", task.name)
    await filled(world)
    assert await allowed(world, task.name) == "full"
    assert ("help_full", await world.contact_id("b")) in await told(world)
    assert "张建国" not in await names(world, "b")


async def test_the_giver_sees_who_helps_and_ends_it(world: World) -> None:
    task = await sought(world)
    await registered(world, "c", relation="spouse", mobile="13800000003")
    await helper(world)
    await agreed(world, "b", task.name)
    await allowed(world, task.name)
    async with world.context() as context:
        [seen], others = await PatientsService(context).giving.helpers(task.person.id)
        assert (seen.public_id, seen.who, seen.tail, others) == (task.name, "李梅", OTHER_MOBILE[-4:], 1)
    for _ in range(2):
        async with world.context() as context:
            await PatientsService(context).giving.end(task.name)
    assert await names(world, "b") == ["李梅"]
    assert (await opened(world, "b", task.name)).standing == "expired"
    assert [kind for kind, _ in await told(world)].count("help_ended") == 1
    assert ("linked_elsewhere", await world.contact_id("c")) in await told(world)


async def test_nobody_helps_on_the_word_of_who_left(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await helper(world, "c")
    await agreed(world, "b", task.name)
    await allowed(world, task.name)
    waiting = await again(world, task.person)
    await agreed(world, "c", waiting.name)
    async with world.context() as context:
        await PatientsService(context).unbind(task.person.id)
    assert await names(world, "b") == ["李梅"]
    assert await allowed(world, waiting.name) == "over"
    assert [kind for kind, _ in await told(world) if kind != "linked_elsewhere"] == [
        "help_given", "help_expired", "help_ended",
    ]
