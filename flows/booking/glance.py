"""What is left, remembered for a moment: when hundreds are refused in one second, they are all shown the same list.

Only for showing. Whether a slot is to be had is decided by the guarded UPDATE of the pool, never by what is remembered.
A change of the pool in this process forgets everything at once; one in another process is seen half a second later,
three quarters where turns share their transaction (bot.db.turns): one of them leaves the others to look anew, at all
that it meets, and they need not leave with it. What is not there at all they wait for in line, until it has been there.
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
from bot.talk.alike import Leans
from bot.talk.line import Line

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
        self._ways: dict[Hashable, Line] = {}
        self._age = 0
        self._gone = 0.0

    async def at(
        self, name: Hashable, look: Callable[[], Awaitable[Sequence[Any]]], tx: Transaction | None = None,
        leans: Leans | None = None,
    ) -> Sequence[Any]:
        """The rows kept under `name`, or those that `look` finds; whoever asks meanwhile waits for the same look. `tx`
        is the transaction that would look, `leans` where it is noted that an answer leans on the list."""
        if (kept := self._fresh(name) or self._still(name, tx)) is not None:
            return self._leant_on(name, kept, leans)
        if tx is not None and tx.shared:
            self._wait_for(name)
        lock = self._looking.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                if (kept := self._fresh(name)) is not None:
                    return self._leant_on(name, kept, leans)
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
            if tx is None or not tx.shared:
                self._came(name)

    def forget(self) -> None:
        """The pool changed."""
        self._age += 1
        self._kept.clear()

    def _leant_on(self, name: Hashable, kept: _Kept, leans: Leans | None) -> Sequence[Any]:
        if leans is not None:
            leans.on(name, lambda _: self._serves(name, kept))
        return kept.rows

    def _wait_for(self, name: Hashable) -> None:
        """Of turns that share their transaction only the first leaves to look at a list that is not there. The others
        wait for it with nothing in their hands, for so long at most as an old list would have served them.

        :raises InLine: somebody has gone to look
        """
        if (way := self._ways.get(name)) is not None:
            way.stand()
            return
        self._ways[name] = Line(0)
        asyncio.get_running_loop().call_later(GRACE_S, self._came, name)

    def _came(self, name: Hashable) -> None:
        if (way := self._ways.pop(name, None)) is not None:
            way.dissolve()

    def _fresh(self, name: Hashable) -> _Kept | None:
        kept = self._kept.get(name)
        return kept if kept and kept.until > time.monotonic() else None

    def _serves(self, name: Hashable, kept: _Kept) -> bool:
        """Whether a turn that shares its transaction would be given this very list now, and not go to look."""
        now = time.monotonic()
        if self._kept.get(name) is not kept:
            return False
        return now < kept.until or (now < kept.until + GRACE_S and self._left_to_others(kept, now))

    def _left_to_others(self, kept: _Kept, now: float) -> bool:
        return kept.renewed or now < min(self._gone, kept.until) + WAY_S

    def _still(self, name: Hashable, tx: Transaction | None) -> _Kept | None:
        """What is no longer fresh, for a turn that shares its transaction; but not for the first of them, who goes to
        look in one of its own."""
        kept, now = self._kept.get(name), time.monotonic()
        if kept is None or tx is None or not tx.shared or kept.until + GRACE_S <= now:
            return None
        if self._left_to_others(kept, now):
            return kept
        kept.renewed, self._gone = True, now
        return None


_glances: WeakKeyDictionary[Ports, Glance] = WeakKeyDictionary()


def glance(ports: Ports) -> Glance:
    """The one of this process (of one composition root)."""
    found = _glances.get(ports)
    if found is None:
        found = _glances[ports] = Glance()
    return found
