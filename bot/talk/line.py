"""Waiting for something narrow without a connection in the hand.

Where hundreds want the same row, whoever waits for it inside of a transaction sits on one of a few connections, and
nothing else gets through. A step that would have to wait long says so (`Line.stand`): its transaction is given up,
the turn waits in the line, a few at a time go on, in the order of arrival, and the turn is done again from the start.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_passed: ContextVar[set[Line] | None] = ContextVar("daoyi_lines_passed", default=None)
"""The lines that this turn has waited in; None where nobody would wait for it (a page, a job)."""


class InLine(Exception):
    """The turn has to wait in `line` before it can be done; nothing of it was done."""

    def __init__(self, line: Line) -> None:
        super().__init__("a turn has to wait in line")
        self.line = line


class Line:
    """`width` go on at once."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._inside = 0
        self._over = False
        self._waiting: deque[asyncio.Future[bool]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def used(self) -> bool:
        """Whether anybody waits or has gone on and is not done."""
        return bool(self._waiting or self._inside)

    def stand(self) -> None:
        """Go on where this turn has waited here already, or cannot wait.

        :raises InLine: it has to
        """
        passed = _passed.get()
        if passed is not None and self not in passed:
            raise InLine(self)

    def dissolve(self) -> None:
        """There is nothing to wait for any more: all go on, and who comes still does not wait."""
        self._over = True
        while self._waiting:
            _tell(self._waiting.popleft(), False)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[bool]:
        """Once it is this one's turn; the next one's when it is over. False: there is nothing to wait for any more."""
        counted = await self._turn()
        try:
            yield counted
        finally:
            if counted:
                self._leave()

    async def _turn(self) -> bool:
        """Whether it counts among those inside: who was let go by `dissolve` does not."""
        if self._over:
            return False
        if self._inside < self._width and not self._waiting:
            self._inside += 1
            return True
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        try:
            return await told
        except asyncio.CancelledError:
            if told.done() and not told.cancelled() and told.result():
                self._leave()
            raise

    def _leave(self) -> None:
        """The place goes to whoever waits first, if anybody does."""
        while self._waiting:
            if _tell(self._waiting.popleft(), True):
                return
        self._inside -= 1


async def in_line(attempt: Callable[[bool], Awaitable[T]]) -> T:
    """`attempt`, and again after each line that it has to wait in. It is told whether its turn in one has come, so
    that it is about to get what all wait for."""
    passed: set[Line] = set()
    token = _passed.set(passed)
    try:
        return await attempt(False)
    except InLine as told:
        line = told.line
    finally:
        _passed.reset(token)
    while True:
        async with line.place() as turn:
            token = _passed.set({line})
            try:
                return await attempt(turn)
            except InLine as told:
                line = told.line
            finally:
                _passed.reset(token)


def _tell(told: asyncio.Future[bool], counted: bool) -> bool:
    if told.done():  # cancelled
        return False
    told.set_result(counted)
    return True
