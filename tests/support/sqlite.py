"""SQLite that answers in the thread that asks: handing each statement to a thread and its answer back takes as long
again as all that Daoyi does. Who has asked lets the others go on, as with a thread, so that what is done at once meets
between any two statements; and who has to wait for somebody's lock waits in the thread, so that it can be given back.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock

import aiosqlite

_handed_over = aiosqlite.Connection._execute
_connected = aiosqlite.Connection._connect
_AS_IT_IS = nullcontext()


def answer_at_once() -> None:
    """From now on all connections of this process do."""
    aiosqlite.Connection._execute, aiosqlite.Connection._connect = _execute, _connect


@contextmanager
def by_threads() -> Iterator[None]:
    """As outside of tests."""
    with mock.patch.multiple(aiosqlite.Connection, _execute=_handed_over, _connect=_connected):
        yield


async def _connect(self: aiosqlite.Connection) -> aiosqlite.Connection:
    if self._connection is None:
        try:
            self._connection = self._connector()
        except BaseException:
            self.stop()
            raise
    return self


async def _execute(self: aiosqlite.Connection, work: Any, *arguments: Any, **more: Any) -> Any:
    file = self._connection
    if not self._running or file is None:
        raise ValueError("Connection closed")
    try:
        with _impatient(file) if _may_wait(file, *arguments) else _AS_IT_IS:
            answer = work(*arguments, **more)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return await _handed_over(self, work, *arguments, **more)
    await asyncio.sleep(0)
    return answer


def _may_wait(file: sqlite3.Connection, said: Any = None, *_: Any) -> bool:
    """Whether it is a statement that may need a lock; in a transaction the lock is there, and who reads needs none."""
    return isinstance(said, str) and not file.in_transaction and not said.startswith(("SELECT", "PRAGMA"))


@contextmanager
def _impatient(file: sqlite3.Connection) -> Iterator[None]:
    [(patience,)] = file.execute("PRAGMA busy_timeout")
    file.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        file.execute(f"PRAGMA busy_timeout = {patience}")
