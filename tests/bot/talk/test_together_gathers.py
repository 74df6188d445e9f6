"""The more turns go together the less each costs: one transaction after the other, and a second only where it helps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bot.db.transaction import Transaction
from bot.db.turns import Apart, Asked
from bot.talk import together
from bot.talk.together import MOST, Seat, Together
from tests.support.world import ACCOUNT, World

LONG_S = 20.0


class Held:
    """Carries nobody anywhere: it notes how many left together, and the first of them are held up."""

    def __init__(self) -> None:
        self.left: list[int] = []
        self.goes_on = asyncio.Event()

    async def carry(self, seats: list[Seat]) -> None:
        self.left.append(len(seats))
        if len(self.left) == 1:
            await self.goes_on.wait()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(LONG_S):
            while len(self.left) < count:
                await asyncio.sleep(0)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    monkeypatch.setattr(together, "PATIENCE_S", 60.0)
    found = Held()

    async def carry(_: Together, seats: list[Seat]) -> None:
        await found.carry(seats)

    monkeypatch.setattr(Together, "_carry", carry)
    yield found


async def nothing(tx: Transaction, locked: Any) -> Any:
    raise AssertionError("nobody was carried")


def come(bench: Together, count: int) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(bench.turn(Asked(ACCOUNT, "wechat", f"o-{n}", "wechat:main", str(n)), nothing))
            for n in range(count)]


async def all_are_told(turns: list[asyncio.Task[Any]], held: Held) -> None:
    held.goes_on.set()
    async with asyncio.timeout(LONG_S):
        ends = await asyncio.gather(*turns, return_exceptions=True)
    assert all(isinstance(end, Apart) for end in ends)


async def test_who_comes_while_one_is_under_way_goes_together_after_it(world: World, held: Held) -> None:
    bench = Together(world.database, 3)
    first = come(bench, 1)
    await held.until(1)
    others = come(bench, MOST - 1)
    for _ in range(10):
        await asyncio.sleep(0)
    assert held.left == [1]
    await all_are_told([*first, *others], held)
    assert held.left == [1, MOST - 1]


async def test_a_second_one_leaves_where_as_many_wait_as_can_go_together(world: World, held: Held) -> None:
    bench = Together(world.database, 3)
    first = come(bench, 1)
    await held.until(1)
    others = come(bench, MOST + 3)
    await held.until(2)
    await all_are_told([*first, *others], held)
    assert held.left == [1, MOST, 3]


@pytest.mark.parametrize("comes", ["before", "after"])
async def test_nobody_waits_for_one_that_is_held_up(
    world: World, held: Held, monkeypatch: pytest.MonkeyPatch, comes: str
) -> None:
    bench, helped = Together(world.database, 3), asyncio.Event()
    help_ = bench._help

    def told(slow: Any) -> None:
        help_(slow)
        helped.set()

    monkeypatch.setattr(bench, "_help", told)
    monkeypatch.setattr(together, "PATIENCE_S", 0.05)
    first = come(bench, 1)
    await held.until(1)
    others = come(bench, 1) if comes == "before" else []
    async with asyncio.timeout(LONG_S):
        await helped.wait()
    others = others or come(bench, 1)
    await held.until(2)
    assert not first[0].done()
    await all_are_told([*first, *others], held)
    assert held.left == [1, 1]
