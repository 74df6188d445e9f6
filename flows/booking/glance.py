"""What is left, remembered for a moment: when hundreds are refused in one second, they are all shown the same list.

Only for showing. Whether a slot is to be had is decided by the guarded UPDATE of the pool, never by what is remembered.
A change of the pool in this process forgets everything at once; one in another process is seen half a second later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from bot.ports import Ports

MOMENT_S = 0.5
MOST = 500
"""So many lists are remembered; more are looked up anew, so that memory stays small."""


class Glance:
    """The lists of one process."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, Sequence[Any]]] = {}
        self._looking: dict[Hashable, asyncio.Lock] = {}
        self._age = 0

    async def at(self, name: Hashable, look: Callable[[], Awaitable[Sequence[Any]]]) -> Sequence[Any]:
        """The rows kept under `name`, or those that `look` finds; whoever asks meanwhile waits for the same look."""
        if (kept := self._fresh(name)) is not None:
            return kept
        lock = self._looking.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                if (kept := self._fresh(name)) is not None:
                    return kept
                age = self._age
                rows = await look()
                if age == self._age:  # else the pool was changed while we looked
                    if len(self._kept) >= MOST:
                        self._kept.clear()
                    self._kept[name] = (time.monotonic() + MOMENT_S, rows)
                return rows
        finally:
            if not lock.locked():
                self._looking.pop(name, None)

    def forget(self) -> None:
        """The pool changed."""
        self._age += 1
        self._kept.clear()

    def _fresh(self, name: Hashable) -> Sequence[Any] | None:
        kept = self._kept.get(name)
        return kept[1] if kept and kept[0] > time.monotonic() else None


_glances: WeakKeyDictionary[Ports, Glance] = WeakKeyDictionary()


def glance(ports: Ports) -> Glance:
    """The one of this process (of one composition root)."""
    found = _glances.get(ports)
    if found is None:
        found = _glances[ports] = Glance()
    return found
