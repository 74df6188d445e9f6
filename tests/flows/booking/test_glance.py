"""The lists that are remembered for a moment: one look for many, nothing old after a change of the pool."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import time_machine

from bot.db.transaction import Transaction
from bot.db.turns import Apart, NoLink
from bot.talk.alike import Leans
from bot.talk.line import in_line
from flows.booking import glance as remembering
from flows.booking.glance import GRACE_S, MOMENT_S, MOST, WAY_S, Glance

TICK_S = 0.001
"""So that no rounding of a clock decides."""


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


def sharing(shared: bool) -> Transaction:
    """A transaction that has others' turns in it, or none."""
    link: Any = NoLink(None)
    link.connection = None if shared else object()
    return Transaction(link, "r")


async def test_of_turns_that_share_a_transaction_one_leaves_to_look_anew(travel: time_machine.Coordinates) -> None:
    """The others are served by what is there, and never longer than three quarters of a second."""
    glance, looks = Glance(), Looks()

    async def refuses() -> list[int]:
        raise Apart

    assert await glance.at("a", looks, sharing(False)) == [1]
    travel.shift(MOMENT_S + TICK_S)
    with pytest.raises(Apart):
        await glance.at("a", refuses, sharing(True))
    for _ in range(5):
        assert await glance.at("a", refuses, sharing(True)) == [1], "one is enough"
    assert await glance.at("a", looks, sharing(False)) == [2], "who left looks, alone"
    assert await glance.at("a", refuses, sharing(True)) == [2]
    travel.shift(MOMENT_S + TICK_S)
    with pytest.raises(Apart):
        await glance.at("a", refuses, sharing(True))
    assert MOMENT_S + GRACE_S <= 1
    travel.shift(GRACE_S + TICK_S)
    for _ in range(2):
        with pytest.raises(Apart):
            await glance.at("a", refuses, sharing(True))


async def test_who_left_looks_at_all_that_grew_old_with_it(travel: time_machine.Coordinates) -> None:
    """For so long nobody else leaves for a list of the same age; then whoever meets one does."""
    glance, looks = Glance(), Looks()

    async def refuses() -> list[int]:
        raise Apart

    for name in "abc":
        await glance.at(name, looks, sharing(False))
    travel.shift(MOMENT_S + TICK_S)
    with pytest.raises(Apart):
        await glance.at("a", refuses, sharing(True))
    assert [await glance.at(name, refuses, sharing(True)) for name in "bc"] == [[2], [3]]
    assert await glance.at("b", looks, sharing(False)) == [4]
    travel.shift(WAY_S + TICK_S)
    assert await glance.at("b", refuses, sharing(True)) == [4]
    with pytest.raises(Apart):
        await glance.at("c", refuses, sharing(True))
    assert WAY_S < GRACE_S


async def test_what_is_old_serves_nobody_who_can_look(travel: time_machine.Coordinates) -> None:
    glance, looks = Glance(), Looks()
    assert await glance.at("a", looks, sharing(False)) == [1]
    travel.shift(MOMENT_S + TICK_S)
    assert await glance.at("a", looks, sharing(False)) == [2]
    travel.shift(MOMENT_S + TICK_S)
    assert await glance.at("a", looks) == [3]


async def test_a_change_leaves_nothing_to_those_who_share(travel: time_machine.Coordinates) -> None:
    glance, looks = Glance(), Looks()
    assert await glance.at("a", looks, sharing(False)) == [1]
    travel.shift(MOMENT_S + TICK_S)
    assert await glance.at("a", looks, sharing(True)) == [2]
    glance.forget()
    assert await glance.at("a", looks, sharing(True)) == [3]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nobody gives up waiting for who has gone to look."""
    monkeypatch.setattr(remembering, "GRACE_S", 600.0)


@pytest.mark.usefixtures("patient")
async def test_for_what_is_not_there_one_leaves_and_the_others_wait_for_it() -> None:
    """With nothing in their hands: who leaves for each list would be most of a rush."""
    glance, looks = Glance(), Looks()
    tries: list[str] = []

    async def refuses() -> list[int]:
        raise Apart

    async def shared(who: str) -> list[int]:
        async def attempt(_: bool) -> list[int]:
            tries.append(who)
            return list(await glance.at("a", refuses, sharing(True)))

        return await in_line(attempt)

    first, *others = [asyncio.create_task(shared(who)) for who in "abcd"]
    with pytest.raises(Apart):
        await first
    for _ in range(5):
        await asyncio.sleep(0)
    assert tries == list("abcd") and not any(other.done() for other in others)
    assert await glance.at("a", looks, sharing(False)) == [1], "who left looks, alone"
    assert await asyncio.gather(*others) == [[1]] * 3 and looks.count == 1


@pytest.mark.usefixtures("patient")
async def test_where_nobody_comes_back_with_it_another_one_goes() -> None:
    glance = Glance()

    async def refuses() -> list[int]:
        raise Apart

    async def attempt(_: bool) -> list[int]:
        return list(await glance.at("a", refuses, sharing(True)))

    with pytest.raises(Apart):
        await in_line(attempt)
    waits = asyncio.create_task(in_line(attempt))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waits.done()
    glance._came("a")  # as the loop's own clock does it
    with pytest.raises(Apart):
        await waits


async def test_an_answer_leans_on_a_list_as_long_as_it_would_be_given(travel: time_machine.Coordinates) -> None:
    glance, looks, leans = Glance(), Looks(), Leans()
    await glance.at("a", looks, sharing(False))
    await glance.at("a", looks, sharing(True), leans)
    nobody: Any = None
    holds = leans.holds["a"]
    assert holds(nobody)
    travel.shift(MOMENT_S + TICK_S)
    assert not holds(nobody), "somebody has to look anew"
    glance, leans = Glance(), Leans()
    await glance.at("a", looks, sharing(False))
    await glance.at("a", looks, sharing(True), leans)
    glance.forget()
    assert not leans.holds["a"](nobody), "and here a change is seen at once"


async def test_an_answer_leans_also_on_a_list_that_somebody_else_was_just_looking_at() -> None:
    glance, looks, leans = Glance(), Looks(), Leans()
    looks.gate.clear()
    looking = asyncio.create_task(glance.at("a", looks))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(glance.at("a", looks, sharing(True), leans))
    await asyncio.sleep(0)
    looks.gate.set()
    assert await looking == await waiting == [1] and looks.count == 1
    nobody: Any = None
    assert leans.holds["a"](nobody)
    glance.forget()
    assert not leans.holds["a"](nobody)
