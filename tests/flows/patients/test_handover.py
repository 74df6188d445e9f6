"""Handing a task to family: one taker, asked and allowed, no wider than was consented to, ended by the giver."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
import time_machine
from sqlalchemy import select

from bot.db.outbox import outbox
from bot.errors import BadInput, NotFound
from bot.talk import events
from flows.patients import rules
from flows.patients.handover.shapes import Opened
from flows.patients.handover.store import handover
from flows.patients.people import Person
from flows.patients.refusals import (
    ConsentMissing,
    FamilyFull,
    HandoverOver,
    HandoversSpent,
    HelperOnly,
    HelpTriesSpent,
    ReachTooShort,
    SelfMissing,
)
from flows.patients.service import PatientsService
from flows.patients.store import link, person
from flows.patients.trail.store import act
from tests.flows.patients.family import LI, OTHER_MOBILE, been_before, registered, resident
from tests.support.world import World

WANG = resident("19900101")


@dataclass
class Sought:
    person: Person
    name: str
    code: str


async def sought(world: World, **changes: str) -> Sought:
    """a registers somebody and asks family for help."""
    return await again(world, await registered(world, **changes))


async def again(world: World, whom: Person) -> Sought:
    async with world.context() as context:
        given = await PatientsService(context).giving.give(whom.id)
    return Sought(whom, given.public_id, given.code)


async def helper(world: World, who: str = "b") -> None:
    """Somebody who has registered themself: b or c."""
    name, number, mobile = {"b": ("李梅", LI, OTHER_MOBILE), "c": ("王强", WANG, "13800000003")}[who]
    await registered(world, who, name=name, document_number=number, mobile=mobile)


async def filled(world: World) -> None:
    """b looks after as many persons as one may."""
    for order in range(1, world.settings.people.max_family):
        number = resident("19900101", order=order)
        await registered(world, "b", relation="other", name="王强", document_number=number, mobile=OTHER_MOBILE)


async def opened(world: World, who: str, name: str) -> Opened:
    async with world.context(who) as context:
        return await PatientsService(context).taking.open(name)


async def agreed(world: World, who: str, name: str, relation: str = "parent") -> Opened:
    await opened(world, who, name)
    async with world.context(who) as context:
        return await PatientsService(context).taking.agree(name, relation, True)


async def allowed(world: World, name: str, who: str = "a") -> str:
    async with world.context(who) as context:
        return await PatientsService(context).giving.allow(name)


async def names(world: World, who: str) -> list[str]:
    async with world.context(who) as context:
        return [person.name for person in await PatientsService(context).persons()]


async def told(world: World) -> list[tuple[str, int]]:
    async with world.database.reading() as tx:
        rows = await tx.all(select(outbox.c.key).where(outbox.c.topic == "patients.tell").order_by(outbox.c.id))
    return [(row.key.split(":")[1], int(row.key.split(":")[2])) for row in rows]


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
