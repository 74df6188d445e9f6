"""Waiting for a turn with a time limit: what runs goes on, whoever stops waiting."""

from __future__ import annotations

import asyncio

import pytest

from bot.talk.too_late import TooLate, ended


def soon(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def after(seconds: float, fault: Exception | None = None) -> str:
    await asyncio.sleep(seconds)
    if fault:
        raise fault
    return "done"


async def test_what_is_in_time_is_given():
    assert await ended(asyncio.create_task(after(0)), soon(5)) == "done"


async def test_a_fault_in_time_is_raised():
    with pytest.raises(LookupError):
        await ended(asyncio.create_task(after(0, LookupError())), soon(5))


async def test_what_is_late_goes_on():
    task = asyncio.create_task(after(0.05))
    with pytest.raises(TooLate):
        await ended(task, soon(0.01))
    assert await task == "done"


async def test_who_hangs_up_stops_nothing():
    task = asyncio.create_task(after(0.05))
    caller = asyncio.create_task(ended(task, soon(5)))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert await task == "done"


async def test_a_late_fault_is_no_stray_word_of_the_loop():
    heard: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: heard.append(what["message"]))
    task = asyncio.create_task(after(0.03, LookupError()))
    with pytest.raises(TooLate):
        await ended(task, soon(0.01))
    await asyncio.wait({task})
    del task
    await asyncio.sleep(0)
    assert heard == []
