"""The drain of the outbox, on both databases: everything once, lanes in order, faults retried, nothing forgotten."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import LargeBinary, literal, select, update

from bot import clock
from bot.db import outbox as rows
from bot.db.contacts import asleep_until
from bot.db.outbox import DEAD, DONE, DROPPED, READY, TAKEN, outbox
from bot.errors import OutsideRefused, OutsideUnavailable
from jobs import talk
from jobs.job import Job
from jobs.outbox import Drain, Handles
from tests.bot.talk.conftest import world as toy_world
from tests.support.patience import until
from tests.support.world import World

world = toy_world
Run = Callable[[Job, dict[str, Any]], Awaitable[None]]


class Hands:
    """Handlers that note what they carried out and fail as they are told."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.errors: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def work(self, job: Job, payload: dict[str, Any]) -> None:
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.done.append(payload["n"])


def drain(world: World, hands: Hands, **options: Any) -> Drain:
    return Drain(world.workshop, {"t": Handles(hands.work, tries=3)}, poll_s=0.02, **options)


async def put(world: World, count: int, **options: Any) -> None:
    async with world.database.transaction() as tx:
        for n in range(count):
            tx.put("t", {"n": n}, **options)


async def states(world: World) -> list[str]:
    async with world.database.reading() as tx:
        return [row.state for row in await tx.all(select(outbox.c.state).order_by(outbox.c.id))]


async def test_everything_once_with_two_drains_at_once(world: World) -> None:
    hands = Hands()
    await put(world, 60)
    drains = [drain(world, hands) for _ in range(2)]
    tasks = [asyncio.create_task(each.run()) for each in drains]
    await until(lambda: len(hands.done) >= 60)
    await asyncio.gather(*(each.stop() for each in drains), *tasks)
    assert sorted(hands.done) == list(range(60)) and set(await states(world)) == {DONE}


async def test_a_lane_goes_in_order_even_when_its_first_fails(world: World) -> None:
    hands = Hands()
    hands.errors = [OutsideUnavailable("away", retry_after=0.2)]
    await put(world, 8, lane="chat:1")
    each = drain(world, hands)
    task = asyncio.create_task(each.run())
    await until(lambda: len(hands.done) >= 8)
    await each.stop()
    await task
    assert hands.done == list(range(8))


async def test_the_urgent_overtake(world: World) -> None:
    hands = Hands()
    await put(world, 3, priority=9)
    async with world.database.transaction() as tx:
        tx.put("t", {"n": 100}, priority=1)
    await drain(world, hands).once()
    assert hands.done == [100, 0, 1, 2]


async def test_a_key_happens_once(world: World) -> None:
    await put(world, 3, key="only")
    assert await states(world) == [READY]


async def test_a_fault_is_tried_again_and_then_a_dead_letter(world: World) -> None:
    hands = Hands()
    hands.errors = [RuntimeError("once"), RuntimeError("twice"), RuntimeError("three times")]
    with time_machine.travel("2027-03-01 08:00", tick=False) as traveller:
        await put(world, 1)
        for state in (READY, READY, DEAD):
            await drain(world, hands).once()
            assert await states(world) == [state]
            traveller.shift(timedelta(seconds=10))
    assert hands.done == []


async def test_a_final_no_is_dead_at_once(world: World) -> None:
    hands = Hands()
    hands.errors = [OutsideRefused("48001", "api unauthorised")]
    await put(world, 1)
    await drain(world, hands).once()
    assert await states(world) == [DEAD]


async def test_what_is_useless_by_now_is_dropped(world: World) -> None:
    hands = Hands()
    await put(world, 1, useless_after=clock.now() - timedelta(seconds=1))
    await drain(world, hands).once()
    assert await states(world) == [DROPPED] and hands.done == []


async def test_what_a_dead_worker_held_is_given_back_when_its_lease_is_over(world: World) -> None:
    await put(world, 1)
    async with world.database.transaction() as tx:
        (row,) = await rows.claim(tx, "a worker that dies", limit=5, lease_s=30)
        assert await rows.reclaim(tx) == 0
        await tx.update(update(outbox).values(leased_until=tx.now - timedelta(seconds=1)))
        assert await rows.reclaim(tx) == 1
    hands = Hands()
    await drain(world, hands).once()
    assert hands.done == [0]
    async with world.database.transaction() as tx:
        assert not await rows.finish(tx, row), "the dead worker's late record may not count"


async def test_a_stopping_drain_finishes_what_runs_and_takes_nothing_new(world: World) -> None:
    hands = Hands()
    hands.gate.clear()
    await put(world, 3)
    each = drain(world, hands, width=2)
    task = asyncio.create_task(each.run())

    async def both_run() -> bool:
        return (await states(world)).count(TAKEN) == 2

    await until(both_run)
    stopping = asyncio.create_task(each.stop())
    await asyncio.sleep(0.05)
    hands.gate.set()
    await stopping
    await task
    assert len(hands.done) == 2 and sorted(await states(world)) == [DONE, DONE, READY]


async def test_old_rows_are_forgotten_but_dead_ones_stay(world: World) -> None:
    await put(world, 4)
    old = clock.now() - timedelta(days=31)
    async with world.database.transaction() as tx:
        await tx.update(update(outbox).values(state=DONE, finished_at=old))
        await tx.update(update(outbox).where(outbox.c.id == 1).values(state=DEAD))
    await talk.purge(world.workshop.job(name="talk.purge"))
    assert await states(world) == [DEAD]


@pytest.mark.parametrize("answered_before", [True, False])
async def test_a_late_answer_goes_on_as_a_message_once(world: World, answered_before: bool) -> None:
    """Whether the turn had committed after the channel hung up, or its process died first: the words arrive."""
    message = world.inbound("a", "喝茶")
    if answered_before:
        await world.dispatcher.turn(message)
    else:
        await world.said("a", "你好")
    await world.dispatcher.late(message)
    each = Drain(world.workshop, talk.HANDLES)
    await each.once()
    await each.once()
    assert [sent.text for _, sent in world.channels.sent] == ["喝什么茶？"]
    assert set(await states(world)) == {DONE}


async def test_what_a_conversation_says_by_itself_goes_out_in_its_lane(world: World) -> None:
    await world.said("a", "喝茶")
    await world.said("a", "1")
    contact_id = await world.contact_id("a")
    async with world.database.reading() as tx:
        ((_, wakes_at),) = await asleep_until(tx, clock.now() + timedelta(hours=1), limit=5)
    with time_machine.travel(wakes_at + timedelta(seconds=1), tick=False):
        await talk.lapse(world.workshop.job(name="talk.lapse"))
        await Drain(world.workshop, talk.HANDLES).once()
    async with world.database.reading() as tx:
        payload = await tx.scalar(select(outbox.c.payload).where(outbox.c.topic == "chat.say"))
    assert json.loads(payload)["contact"] == contact_id
    assert [sent.text for _, sent in world.channels.sent] == ["茶凉了。"]


async def test_a_row_that_takes_longer_than_its_lease_is_not_done_twice(world: World) -> None:
    slow, other = Hands(), Hands()
    slow.gate.clear()

    async def held() -> bool:
        async with world.database.reading() as tx:
            return bool(await tx.scalar(select(outbox.c.leased_until)) == clock.now() + timedelta(seconds=60))

    with time_machine.travel("2027-03-01 08:00", tick=False) as traveller:
        await put(world, 1)
        first, second = drain(world, slow, lease_s=60), drain(world, other, lease_s=60, grace_s=0)
        working = asyncio.create_task(first.run())
        await until(held)
        waiting = asyncio.create_task(second.run())
        for _ in range(3):
            traveller.shift(45)
            first._renewed = 0.0  # twenty seconds are long over
            await until(held)
            # The other has looked for dead workers' rows.
            await until(lambda since=second._reclaimed: second._reclaimed > since)
        slow.gate.set()
        await until(lambda: bool(slow.done))
        await asyncio.gather(first.stop(), second.stop(), working, waiting)
    assert (slow.done, other.done, await states(world)) == ([0], [], [DONE])


async def test_a_row_that_cannot_be_read_keeps_no_other_and_ends_as_a_dead_letter(world: World) -> None:
    hands = Hands()
    with time_machine.travel("2027-03-01 08:00", tick=False) as traveller:
        await put(world, 2)
        async with world.database.transaction() as tx:
            first = await tx.scalar(select(outbox.c.id).order_by(outbox.c.id).limit(1))
            spoiled = literal(b"no key opens this", LargeBinary)
            await tx.update(update(outbox).where(outbox.c.id == first).values(payload=spoiled))
        await drain(world, hands).once()
        await drain(world, hands).once()
        assert hands.done == [1] and await states(world) == [READY, DONE]
        for _ in range(rows.UNREADABLE_TRIES):
            traveller.shift(rows.UNREADABLE_WAIT)
            await drain(world, hands).once()
        assert await states(world) == [DEAD, DONE]
