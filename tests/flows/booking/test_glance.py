"""The lists that are remembered for a moment: one look for many, nothing old after a change of the pool."""

from __future__ import annotations

import asyncio

import pytest
import time_machine

from flows.booking.glance import MOST, Glance


@pytest.fixture(autouse=True)
def still(travel: time_machine.Coordinates) -> None:
    """No time goes by."""


class Looks:
    def __init__(self) -> None:
        self.count = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self) -> list[int]:
        self.count += 1
        mine = self.count
        await self.gate.wait()
        return [mine]


async def test_many_at_once_share_one_look() -> None:
    glance, looks = Glance(), Looks()
    looks.gate.clear()
    asked = [asyncio.create_task(glance.at("a", looks)) for _ in range(50)]
    await asyncio.sleep(0)
    looks.gate.set()
    assert await asyncio.gather(*asked) == [[1]] * 50 and looks.count == 1


async def test_a_change_forgets_also_what_is_being_looked_at() -> None:
    glance, looks = Glance(), Looks()
    looks.gate.clear()
    old = asyncio.create_task(glance.at("a", looks))
    await asyncio.sleep(0)
    glance.forget()
    looks.gate.set()
    assert await old == [1]
    assert await glance.at("a", looks) == [2]
    assert await glance.at("a", looks) == [2]


async def test_memory_stays_small_and_a_failed_look_is_not_kept() -> None:
    glance, looks = Glance(), Looks()

    async def fails() -> list[int]:
        raise OSError

    try:
        await glance.at("b", fails)
    except OSError:
        pass
    assert await glance.at("b", looks) == [1]
    for n in range(MOST + 5):
        await glance.at(n, looks)
    assert len(glance._kept) <= MOST
