"""Handing a task to family: one taker, asked and allowed, and nobody else."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.db.outbox import outbox
from bot.errors import BadInput, NotFound
from bot.talk import events
from flows.patients import rules
from flows.patients.handover.store import handover
from flows.patients.refusals import (
    ConsentMissing,
    HandoverOver,
    SelfMissing,
)
from flows.patients.service import PatientsService
from flows.patients.store import link
from flows.patients.trail.store import act
from tests.flows.patients.family import OTHER_MOBILE, registered
from tests.flows.patients.handing import (
    agreed,
    allowed,
    helper,
    names,
    opened,
    sought,
    told,
)
from tests.support.world import World


async def test_a_link_and_an_agreement_alone_give_nothing(world: World) -> None:
    task = await sought(world)
    await helper(world)
    assert (await agreed(world, "b", task.name)).standing == "asked"
    assert await names(world, "b") == ["李梅"]
    async with world.database.reading() as tx:
        begins = await tx.all(select(outbox).where(outbox.c.topic == events.BEGIN))
    assert len(begins) == 1


async def test_allowed_the_taker_has_a_link_with_its_consent_and_both_are_in_the_trail(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await agreed(world, "b", task.name)
    assert await allowed(world, task.name) == "given"
    assert await allowed(world, task.name) == "over"
    async with world.context("b") as context:
        seen = await PatientsService(context).person(task.person.id)
        assert (seen.relation, seen.reach, seen.proof) == ("parent", "booking", "consent")
        assert seen.mobile_tail == OTHER_MOBILE[-4:]  # never the giver's
        taker = context.contact
    async with world.database.reading() as tx:
        row = await tx.one(select(link).where(link.c.proof == "consent"))
        assert row is not None and (row.consent, row.contact_id) == (rules.HELP_TERMS, taker.id)
        acts = await tx.all(select(act).where(act.c.act.like("help%")).order_by(act.c.id))
    assert [each.act for each in acts] == ["help_sought", "help_taken", "help_given"]
    given = acts[-1]
    assert (given.person_id, given.contact_id, given.relation) == (task.person.id, taker.id, "parent")
    assert (given.reach, given.consent) == ("booking", rules.HELP_TERMS)
    assert given.actor.startswith("contact:") and given.actor != f"contact:{taker.public_id}"
    assert await told(world) == [("help_given", taker.id)]


@pytest.mark.parametrize("by", ["link", "code"])
async def test_of_two_takers_at_once_one_has_it(world: World, by: str) -> None:
    task = await sought(world)
    takers = ("b", "c", "d")
    for who in takers:
        await world.contact_id(who)

    async def attempt(who: str) -> bool:
        async with world.context(who) as context:
            taking = PatientsService(context).taking
            if by == "link":
                return (await taking.open(task.name)).standing == "open"
            return (await taking.open_by_code(task.code))[0] is not None

    assert sorted(await asyncio.gather(*map(attempt, takers))) == [False, False, True]
    async with world.database.reading() as tx:
        bound = await tx.scalar(select(handover.c.taker_id))
    standing = {who: await opened(world, who, task.name) for who in takers}
    ids = {who: await world.contact_id(who) for who in takers}
    for who, each in standing.items():
        assert each.standing == ("open" if ids[who] == bound else "used")
        assert each.name == ("张建国" if ids[who] == bound else "")


async def test_two_yeses_at_once_link_once(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await agreed(world, "b", task.name)
    verdicts = await asyncio.gather(*(allowed(world, task.name) for _ in range(3)))
    assert sorted(verdicts) == ["given", "over", "over"]
    assert await names(world, "b") == ["李梅", "张建国"]


async def test_a_stranger_neither_agrees_nor_allows_nor_ends(world: World) -> None:
    task = await sought(world)
    await helper(world)
    await helper(world, "c")
    await opened(world, "b", task.name)
    async with world.context("c") as context:
        service = PatientsService(context)
        with pytest.raises(HandoverOver):
            await service.taking.agree(task.name, "parent", True)
        with pytest.raises(NotFound):
            await service.taking.open("x" * 22)
        with pytest.raises(NotFound):
            await service.giving.give(task.person.id)
    await agreed(world, "b", task.name)
    for who in ("b", "c"):
        assert await allowed(world, task.name, who) == "over"
        async with world.context(who) as context:
            giving = PatientsService(context).giving
            assert await giving.asked(task.name) is None
            assert not await giving.refuse(task.name)
    assert await allowed(world, task.name) == "given"
    async with world.context("c") as context:
        with pytest.raises(HandoverOver):
            await PatientsService(context).giving.end(task.name)
    assert await names(world, "b") == ["李梅", "张建国"]


async def test_what_the_taker_has_to_bring(world: World) -> None:
    task = await sought(world)
    await opened(world, "b", task.name)
    async with world.context("b") as context:
        taking = PatientsService(context).taking
        with pytest.raises(SelfMissing):
            await taking.agree(task.name, "parent", True)
        with pytest.raises(ConsentMissing):
            await taking.agree(task.name, "parent", False)
        for relation in ("self", "boss", ""):
            with pytest.raises(BadInput):
                await taking.agree(task.name, relation, True)
        assert [each.public_id for each in await taking.begun()] == [task.name]


async def test_the_givers_own_link_binds_nobody(world: World) -> None:
    task = await sought(world)
    assert (await opened(world, "a", task.name)).standing == "own"
    assert (await opened(world, "b", task.name)).standing == "open"


async def test_who_looks_after_the_person_already_leaves_the_link_to_others(world: World) -> None:
    task = await sought(world)
    await registered(world, "b", relation="spouse", mobile=OTHER_MOBILE)
    assert (await opened(world, "b", task.name)).standing == "linked"
    assert (await opened(world, "c", task.name)).standing == "open"
