"""Waiting in line: a few at a time, in order, without a connection, and whoever stood goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.talk.line import Line, in_line


def work(line: Line, name: str, seen: list[str], go: asyncio.Event) -> Callable[[bool], Awaitable[str]]:
    async def attempt(_: bool) -> str:
        line.stand()
        seen.append(name)
        await go.wait()
        return name

    return attempt


async def soon(done: Callable[[], bool]) -> None:
    for _ in range(1000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to it")


@asynccontextmanager
async def standing(line: Line, names: str) -> AsyncIterator[tuple[list[str], asyncio.Event, list[asyncio.Task[str]]]]:
    seen: list[str] = []
    go = asyncio.Event()
    tasks = [asyncio.create_task(in_line(work(line, name, seen, go))) for name in names]
    yield seen, go, tasks
    go.set()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_so_many_at_once_and_in_the_order_of_arrival() -> None:
    line = Line(2)
    async with standing(line, "abcdef") as (seen, go, tasks):
        await soon(lambda: line.waiting == 4)
        assert seen == ["a", "b"]
        go.set()
        assert await asyncio.gather(*tasks) == list("abcdef")
    assert seen == list("abcdef") and not line.used


async def test_all_go_on_when_there_is_nothing_to_wait_for() -> None:
    line = Line(1)
    async with standing(line, "abcd") as (seen, _, _):
        await soon(lambda: line.waiting == 3)
        line.dissolve()
        await soon(lambda: len(seen) == 4)
    assert not line.used


async def test_whoever_gives_up_leaves_the_place_to_the_next() -> None:
    line = Line(1)
    async with standing(line, "abc") as (seen, go, tasks):
        await soon(lambda: line.waiting == 2)
        tasks[1].cancel()
        tasks[0].cancel()
        await soon(lambda: seen == ["a", "c"])
        go.set()
        assert await tasks[2] == "c"
    assert not line.used


async def test_a_place_that_came_at_the_moment_of_giving_up_is_passed_on() -> None:
    line = Line(1)
    async with standing(line, "abc") as (seen, go, tasks):
        await soon(lambda: line.waiting == 2)
        line._leave()  # b has its place, and does not know it yet
        tasks[1].cancel()
        await soon(lambda: "c" in seen)
        go.set()
        assert await tasks[2] == "c" and "b" not in seen


async def test_who_cannot_wait_goes_on_at_once() -> None:
    """A page or a job."""
    Line(1).stand()


async def test_one_line_after_another() -> None:
    first, second = Line(1), Line(1)
    lines = iter([first, second])
    stood: list[Line] = []

    async def attempt(_: bool) -> str:
        for line in lines:
            stood.append(line)
            line.stand()
        return "done"

    assert await in_line(attempt) == "done"
    assert stood == [first, second] and not first.used and not second.used


async def test_who_goes_on_knows_whether_it_is_to_the_gate() -> None:
    """Not at first, and not where there is nothing to wait for any more."""
    line = Line(1)
    knew: dict[str, list[bool]] = {name: [] for name in "abc"}

    def attempt(name: str) -> Callable[[bool], Awaitable[None]]:
        async def go(gate: bool) -> None:
            knew[name].append(gate)
            line.stand()
            if name == "a":
                await soon(lambda: line.waiting == 2)
                line.dissolve()

        return go

    await asyncio.gather(*(in_line(attempt(name)) for name in knew))
    assert knew == {"a": [False, True], "b": [False, False], "c": [False, False]} and not line.used


async def test_who_comes_to_a_line_that_is_over_goes_on() -> None:
    """They heard of it before, and it is a line that nobody would be let through."""
    line = Line(0)

    async def attempt(_: bool) -> str:
        line.stand()
        return "done"

    async def late(_: bool) -> str:
        try:
            line.stand()
        finally:
            line.dissolve()
        return "late"

    waits = asyncio.create_task(in_line(attempt))
    await soon(lambda: line.waiting == 1)
    assert await in_line(late) == "late" and await waits == "done" and not line.used
