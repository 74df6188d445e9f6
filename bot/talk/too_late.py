"""A shield and a time limit in one: every callback of a channel waits here, and asyncio's two cost it twice."""

from __future__ import annotations

import asyncio
from typing import TypeVar

T = TypeVar("T")


class TooLate(Exception):
    """A turn takes longer than its caller waits; it goes on by itself."""


async def ended(task: asyncio.Task[T], until: float) -> T:
    """The result of `task`, which goes on by itself when the loop's time `until` comes or the caller is cancelled.

    :raises TooLate: it still runs at `until`
    """
    loop = asyncio.get_running_loop()
    awake: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not awake.done():
            awake.set_result(None)

    task.add_done_callback(wake)
    alarm = loop.call_at(until, wake)
    try:
        await awake
    finally:
        alarm.cancel()
        task.remove_done_callback(wake)
        if not task.done():
            task.add_done_callback(_looked_at)
    if not task.done():
        raise TooLate
    return task.result()


def _looked_at(task: asyncio.Task[T]) -> None:
    """Nobody is there any more to be told of a fault: who asked late does so again, and meets it then."""
    if not task.cancelled():
        task.exception()
