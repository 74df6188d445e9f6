"""In a rush: what is full is known for a moment and never longer, and who hammers gains nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from bot.areas import AREAS
from bot.db.contacts import contact
from bot.talk.dispatcher import Dispatcher
from bot.talk.line import Line
from flows.booking import doorstep, glance, store
from flows.booking.left import store as left
from flows.booking.offers import Wanted
from flows.booking.refusals import AllFull, SlotTaken
from flows.booking.service import BookingService
from tests.flows.booking import ward
from tests.support.world import World


async def one_session(world: World, capacity: int) -> list[int]:
    code = await ward.session(world, capacity=capacity)
    await ward.sync(world)
    return [row.id for row in await ward.segments(world, code)]


async def hold(world: World, who: str, segment: int, person: int, request: str) -> Any:
    async with world.context(who) as context:
        return await BookingService(context).hold(segment, person, request)


async def refusal(world: World, who: str, segment: int) -> SlotTaken | None:
    async with world.context(who) as context:
        return await BookingService(context).doorstep.refusal(segment)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The segments that were looked up by those who stand before the gate."""
    seen: list[int] = []
    place = left.place

    async def counted(tx: Any, segment_id: int, channel: str = "") -> Any:
        seen.append(segment_id)
        return await place(tx, segment_id, channel)

    monkeypatch.setattr(doorstep.left, "place", counted)
    return seen


async def test_what_is_full_is_refused_without_a_look_at_it(world: World, looks: list[int]) -> None:
    first, _ = await one_session(world, 1)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(3)]
    assert await refusal(world, "p0", first) is None
    held = await hold(world, "p0", first, people[0], "r0")
    with pytest.raises(SlotTaken):
        await hold(world, "p1", first, people[1], "r1")
    looks.clear()
    for _ in range(20):
        assert await refusal(world, "p2", first) is not None
    assert len(looks) <= 2, "one look for half a second, however many come"
    assert await refusal(world, "p0", first) is None, "whoever holds it is never told that it is gone"
    async with world.context("p0") as context:
        await BookingService(context).release(held.id)
    assert await refusal(world, "p2", first) is None, "here it is seen at once"
    assert (await hold(world, "p2", first, people[2], "r2")).state == "held"


async def test_a_slot_that_comes_back_elsewhere_is_seen_within_a_second(
    world: World, travel: time_machine.Coordinates
) -> None:
    """Another process gives a slot back: nothing here forgets, and full is not said for longer than a moment."""
    first, _ = await one_session(world, 1)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(2)]
    await hold(world, "p0", first, people[0], "r0")
    with pytest.raises(SlotTaken):
        await hold(world, "p1", first, people[1], "r1")
    assert await refusal(world, "p1", first) is not None
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=1))
    assert glance.MOMENT_S <= 1
    travel.shift(glance.MOMENT_S + 0.001)
    assert await refusal(world, "p1", first) is None


async def test_why_there_is_nothing_is_remembered_for_a_moment(
    world: World, travel: time_machine.Coordinates
) -> None:
    """The reason that a rush is told, and what can be booked: gone with any change here, and in time with one
    elsewhere."""
    first, _ = await one_session(world, 1)
    persons = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(2)]
    held = [await hold(world, f"p{n}", each, persons[n], f"r{n}") for n, each in enumerate((first, first + 1))]

    async def told(who: str) -> tuple[type[Exception], int]:
        async with world.context(who) as context:
            service = BookingService(context)
            row = await service.segment(first)
            wanted = Wanted(row.clinic, row.sitting, row.date)
            return type(await service.offers.why_none(wanted)), len(await service.offers.segments(wanted))

    assert await told("p2") == (AllFull, 0)
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=1))
    travel.shift(glance.MOMENT_S + 0.001)
    assert (await told("p2"))[1] == 1
    async with world.database.transaction() as tx:
        await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=0))
    travel.shift(glance.MOMENT_S + 0.001)
    assert await told("p2") == (AllFull, 0)
    async with world.context("p1") as context:
        await BookingService(context).release(held[1].id)
    assert (await told("p2"))[1] == 1, "here it is seen at once"


async def test_who_comes_to_the_gate_was_checked_before_it_was_theirs(world: World) -> None:
    """One stands at the gate for long: others are refused by their rules meanwhile, and wait for nothing."""
    first, _ = await one_session(world, 2)
    person = await ward.person(world, "p0", "张零", known=False)
    await hold(world, "p0", first, person, "r0")
    door = doorstep._doors[world.ports]
    stand, go_on = asyncio.Event(), asyncio.Event()

    async def before_us() -> None:
        stand.set()
        await go_on.wait()

    other = asyncio.create_task(door.lanes.run(first, before_us))
    await stand.wait()
    async with asyncio.timeout(60):
        assert (await hold(world, "p0", first, person, "r1")).request_id == "r0"
    go_on.set()
    await other


async def test_who_hammers_gains_nothing(world: World) -> None:
    """Forty taps of one contact at once, and single ones of others: one slot for each, in the order they came."""
    first, _ = await one_session(world, 3)
    greedy = await ward.person(world, "greedy", "钱多", known=False)
    people = [await ward.person(world, f"p{n}", f"张{n}", known=False) for n in range(4)]
    taps = [hold(world, "greedy", first, greedy, f"g{n}") for n in range(40)]
    others = [hold(world, f"p{n}", first, people[n], f"r{n}") for n in range(4)]
    got = await asyncio.gather(*taps, *others, return_exceptions=True)
    assert all(isinstance(each, SlotTaken) or each.state == "held" for each in got)
    async with world.database.reading() as tx:
        mine = select(store.appointment.c.person_id, func.count().label("many")).where(
            store.appointment.c.state == "held"
        )
        held = {row.person_id: row.many for row in await tx.all(mine.group_by(store.appointment.c.person_id))}
    assert set(held.values()) == {1} and len(held) == 3
    assert await ward.balanced(world)


async def test_a_tap_that_is_sent_again_and_again_is_one_hold(world: World) -> None:
    """By the chat itself: the same words many times at once. The second is an answer to what the first was asked."""
    first, second = await one_session(world, 2)
    await ward.person(world, "a", "张三明")
    await world.said("a", "王静")
    await asyncio.gather(*(world.said("a", "1") for _ in range(6)))
    async with world.database.reading() as tx:
        rows = await tx.all(select(store.appointment.c.state))
    assert [row.state for row in rows] == ["booked"]
    assert (await ward.census(world, first))["free"] + (await ward.census(world, second))["free"] == 3


async def answered(*turns: Any) -> list[str]:
    return [answer.messages[0].text for answer in await asyncio.gather(*turns)]


async def test_who_waits_before_the_gate_has_no_connection(world: World) -> None:
    """Some stand there, so that two more wait in line: nothing of the database is in their hands meanwhile."""
    first, _ = await one_session(world, 1)
    for n in range(2):
        await ward.person(world, f"p{n}", f"张{n}")
        await world.said(f"p{n}", "王静")
    door = doorstep._doors.setdefault(world.ports, doorstep.Door())
    line = door.lines[first] = Line(1)
    async with line.place():
        door.inside[first] = doorstep.AT_ONCE
        turns = [asyncio.create_task(answered(world.said(f"p{n}", "1"))) for n in range(2)]
        async with asyncio.timeout(60):
            while line.waiting < 2:
                await asyncio.sleep(0.01)
        async with world.database.transaction() as tx:  # and anybody else gets on, a writer too
            await tx.update(store.segment.update().where(store.segment.c.id == first).values(free=1))
        assert world.database._places._value == world.database.size
        del door.inside[first]
    told = [text for each in await asyncio.gather(*turns) for text in each]
    assert len(told) == 2 and len({text[:6] for text in told}) == 2, "one got it, the other is told that it is gone"
    assert (await ward.census(world, first))["held"] == 1
    assert not line.used and await ward.balanced(world)


async def test_a_rush_over_two_processes_sells_each_slot_once(world: World) -> None:
    """Forty tap at once for three slots: who has one is asked to confirm, everybody else is told so."""
    first, _ = await one_session(world, 3)
    names = [f"p{n}" for n in range(40)]
    for n, who in enumerate(names):
        await ward.person(world, who, f"张{n}")
        await world.said(who, "王静")
    other = Dispatcher(world.database, AREAS, world.wording, world.settings, world.ports)
    dispatchers = (world.dispatcher, other)
    letters = [world.inbound(who, "1") for who in names]
    answers = await asyncio.gather(*(dispatchers[n % 2].turn(letter) for n, letter in enumerate(letters)))
    async with world.database.reading() as tx:
        held = (store.appointment.c.state == "held", store.appointment.c.segment_id == first)
        joined = select(contact.c.external_id).join(store.appointment, store.appointment.c.contact_id == contact.c.id)
        holders = {row.external_id for row in await tx.all(joined.where(*held))}
    told = {letter.contact for letter, answer in zip(letters, answers, strict=True)
            if "确认" in "".join(label for _, label in answer.messages[-1].options)}
    assert len(holders) == 3 and told == holders
    assert all(answer.messages for answer in answers) and await ward.balanced(world)
