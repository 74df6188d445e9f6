"""What is answered later is written down together, and whoever did not wait for it left nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select

from bot import logs
from bot.db.engine import Database
from bot.db.outbox import outbox
from bot.db.transaction import Transaction
from bot.talk import later as written
from bot.talk.later import LATE, Later
from bot.talk.messages import Inbound
from tests.support.world import World


def letters(world: World, count: int) -> list[Inbound]:
    return [world.inbound(f"p{number}", "1") for number in range(count)]


async def rows(world: World) -> list[Any]:
    async with world.database.reading() as tx:
        return list(await tx.all(select(outbox.c.key, outbox.c.topic, outbox.c.request_id).order_by(outbox.c.id)))


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each that was begun."""
    begun: list[int] = []
    transaction = Database.transaction

    def counted(self: Database, **how: Any) -> Any:
        begun.append(1)
        return transaction(self, **how)

    monkeypatch.setattr(Database, "transaction", counted)
    return begun


async def test_those_who_come_together_are_written_together(world: World, transactions: list[int]) -> None:
    later, woken = Later(world.database), []
    world.database.wake = lambda: woken.append(True)

    async def keep(letter: Inbound) -> None:
        with logs.request(f"request {letter.external_id}"):
            await later.keep(letter)

    come = letters(world, 30)
    await asyncio.gather(*map(keep, come))
    found = await rows(world)
    assert {row.topic for row in found} == {LATE} and len(found) == 30
    assert {row.request_id for row in found} == {f"request {letter.external_id}" for letter in come}
    assert len(transactions) <= 2 and woken


async def test_the_same_again_is_one_row(world: World) -> None:
    later, (letter,) = Later(world.database), letters(world, 1)
    await asyncio.gather(*(later.keep(letter) for _ in range(5)))
    await later.keep(letter)
    assert len(await rows(world)) == 1


async def test_whoever_hangs_up_first_leaves_nothing_and_the_others_stay(world: World) -> None:
    later, (gone, stays) = Later(world.database), letters(world, 2)
    tasks = [asyncio.create_task(later.keep(letter)) for letter in (gone, stays)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    with suppress(asyncio.CancelledError):
        await tasks[0]
    await tasks[1]
    assert [row.key for row in await rows(world)] == [f"late:{stays.source}:{stays.external_id}"]


async def test_who_could_not_be_written_is_told_so_and_the_next_are_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(world.database)
    with monkeypatch.context() as broken:
        def away(self: Database, **how: Any) -> Any:
            raise ConnectionResetError

        broken.setattr(Database, "transaction", away)
        told = await asyncio.gather(*map(later.keep, letters(world, 3)), return_exceptions=True)
        assert all(isinstance(each, ConnectionResetError) for each in told)
    assert not await rows(world)
    await later.keep(letters(world, 1)[0])
    assert len(await rows(world)) == 1


async def test_one_that_cannot_be_written_takes_only_its_batch_along(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, come, put = Later(world.database), letters(world, 5), written._put

    def choosy(tx: Transaction, inbound: Inbound) -> None:
        if inbound is come[0]:
            raise ValueError
        put(tx, inbound)

    monkeypatch.setattr(written, "MOST", 2)
    monkeypatch.setattr(written, "_put", choosy)
    told = await asyncio.gather(*map(later.keep, come), return_exceptions=True)
    assert [type(each) for each in told] == [ValueError, ValueError, type(None), type(None), type(None)]
    assert [row.key for row in await rows(world)] == [f"late:{each.source}:{each.external_id}" for each in come[2:]]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_what_passes_is_tried_once_more(world: World, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Lost before anything was written, and when only the commit's answer was lost: one row for each."""
    later, come, transaction, faults = Later(world.database), letters(world, 3), Database.transaction, [1]

    @asynccontextmanager
    async def lost(self: Database, **how: Any) -> AsyncIterator[Transaction]:
        if when == "before" and faults and faults.pop():
            raise ConnectionResetError
        async with transaction(self, **how) as tx:
            yield tx
        if when == "after" and faults and faults.pop():
            raise ConnectionResetError

    monkeypatch.setattr(Database, "transaction", lost)
    await asyncio.gather(*map(later.keep, come))
    assert not faults
    assert [row.key for row in await rows(world)] == [f"late:{each.source}:{each.external_id}" for each in come]
