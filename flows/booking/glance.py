"""What is left, remembered for a moment: when hundreds are refused in one second, they are all shown the same list.

Only for showing. Whether a slot is to be had is decided by the guarded UPDATE of the pool, never by what is remembered.
A change of the pool in this process forgets everything at once; one in another process is seen half a second later,
three quarters where turns share their transaction (bot.db.turns): one of them leaves the others to look anew, at all
that it meets, and they need not leave with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from bot.db.transaction import Transaction
from bot.ports import Ports

MOMENT_S = 0.5
GRACE_S = 0.25
"""So much longer a list serves turns that share a transaction, while one of them looks anew."""
WAY_S = 0.05
"""So long who has gone to look at one list is given to come to the others that grew old with it."""
MOST = 500
"""So many lists are remembered; more are looked up anew, so that memory stays small."""


@dataclass(slots=True)
class _Kept:
    """`renewed`: somebody has gone to look anew."""

    until: float
    rows: Sequence[Any]
    renewed: bool = False


class Glance:
    """The lists of one process."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _Kept] = {}
        self._looking: dict[Hashable, asyncio.Lock] = {}
        self._age = 0
        self._gone = 0.0

    async def at(
        self, name: Hashable, look: Callable[[], Awaitable[Sequence[Any]]], tx: Transaction | None = None
    ) -> Sequence[Any]:
        """The rows kept under `name`, or those that `look` finds; whoever asks meanwhile waits for the same look. `tx`
        is the transaction that would look."""
        if (kept := self._fresh(name)) is not None or (kept := self._still(name, tx)) is not None:
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
                    self._kept[name] = _Kept(time.monotonic() + MOMENT_S, rows)
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
        return kept.rows if kept and kept.until > time.monotonic() else None

    def _still(self, name: Hashable, tx: Transaction | None) -> Sequence[Any] | None:
        """What is no longer fresh, for a turn that shares its transaction; but not for the first of them, who goes to
        look in one of its own."""
        kept, now = self._kept.get(name), time.monotonic()
        if kept is None or tx is None or not tx.shared or kept.until + GRACE_S <= now:
            return None
        if kept.renewed or now < min(self._gone, kept.until) + WAY_S:
            return kept.rows
        kept.renewed, self._gone = True, now
        return None


_glances: WeakKeyDictionary[Ports, Glance] = WeakKeyDictionary()


def glance(ports: Ports) -> Glance:
    """The one of this process (of one composition root)."""
    found = _glances.get(ports)
    if found is None:
        found = _glances[ports] = Glance()
    return found
