"""Work of one lane one after the other, in the order it came; different lanes side by side.

The order between processes is the database's to keep; within a process this keeps twenty messages of one contact from
sitting on twenty connections while they wait for the same lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Lanes:
    """A lane exists as long as somebody is in it; asyncio's lock lets them through in order of arrival."""

    def __init__(self) -> None:
        self._lanes: dict[Hashable, _Lane] = {}

    def __len__(self) -> int:
        return len(self._lanes)

    def users(self, name: Hashable) -> int:
        """How many are in a lane, at work or waiting."""
        lane = self._lanes.get(name)
        return lane.users if lane else 0

    async def run(self, name: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Run `work` when everything that came into the lane before it has ended, well or badly."""
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane()
        lane.users += 1
        try:
            async with lane.lock:
                return await work()
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[name]
