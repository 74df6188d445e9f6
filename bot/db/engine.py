"""The database: connections kept, transactions given out, passing faults retried.

One code for SQLite (BEGIN IMMEDIATE for writers), MariaDB, MySQL and TiDB. `DAOYI_DATABASE` is a SQLAlchemy URL.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Dialect, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot import logs
from bot.db import sqlite_file
from bot.db.faults import is_gone, is_passing, not_reached
from bot.db.journal import failures, write_notes
from bot.db.link import Link, MysqlLink, SqliteLink
from bot.db.outbox import write_rows
from bot.db.transaction import Transaction
from bot.errors import Refusal

T = TypeVar("T")
ASLEEP_S = 3.0
_PRAGMAS = tuple(f"PRAGMA {each}" for each in (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"
))
log = logs.get(__name__)


class Database:
    """Connections to one database. `size` is the most that are open at once from this process."""

    def __init__(self, url: str, *, size: int = 16) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _make_engine(url, self.sqlite)
        self._idle: list[Link] = []
        self.size, self._places = size, asyncio.Semaphore(size)
        # SQLite has one writer; queueing here in order of arrival beats sleeping in its busy handler.
        self._writer: asyncio.Lock | None = asyncio.Lock() if self.sqlite else None
        self._closed = False
        self.wake: Callable[[], None] | None = None
        """Called after each commit that left outbox rows: somebody may want to know that there is work."""

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    @property
    def engine(self) -> AsyncEngine:
        """SQLAlchemy's engine, for migrations and tests only."""
        return self._engine

    async def start(self) -> None:
        """Open the first connection, so that a wrong URL or a silent server is known at start.

        :raises SettingsError: nobody answers there, or lets us in
        """
        try:
            async with self.reading() as tx:
                await tx.link.script([("SELECT 1", ())])
        except Exception as error:
            if problem := not_reached(error, self.url):
                raise problem from None
            raise

    async def close(self) -> None:
        """Close every connection. An open aiosqlite connection would keep the process alive."""
        self._closed = True
        while self._idle:
            await self._discard(self._idle.pop())
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self, *, lazy: bool = False) -> AsyncIterator[Transaction]:
        """One transaction: committed at the end of the block with its outbox rows, rolled back on any error.

        `lazy` leaves the BEGIN to the first script (the hot path sends it together with its first statements).
        """
        link = await self._take(writing=True)
        try:
            tx = Transaction(link, logs.request_id())
            try:
                if not lazy:
                    await link.begin_if_needed(True)
                yield tx
                await write_rows(tx)
                await write_notes(tx)
                await tx.settle()
                await link.commit()
            except BaseException as error:
                await self._abandon(link, error)
                if isinstance(error, Refusal):
                    await self._tell(link, tx, error)
                raise
        finally:
            await self._give(link, writing=True)
        if tx.wrote_outbox and self.wake is not None:
            self.wake()

    async def _tell(self, link: Link, tx: Transaction, refusal: Refusal) -> None:
        """A no rolls back what it refuses, not the lines of the journal that tell of it."""
        kept = failures(tx)
        try:
            if kept and not link.broken:
                await link.script(kept, begin=True, commit=True)
                refusal.noted = True
        except Exception as error:
            await self._abandon(link, error)
            log.warning("journal_lost", lines=len(kept), error=type(error).__name__)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Statements that each see the newest commit; nothing is locked and nothing may be written."""
        link = await self._take()
        try:
            yield Transaction(link, logs.request_id(), writable=False)
        except BaseException as error:
            await self._abandon(link, error)
            raise
        finally:
            await self._give(link)

    async def run(self, work: Callable[[Transaction], Awaitable[T]], *, tries: int = 5) -> T:
        """Run `work` in a transaction; a deadlock, a lock time-out or a lost connection runs it again."""
        for attempt in range(1, tries + 1):
            try:
                async with self.transaction() as tx:
                    return await work(tx)
            except Exception as error:
                if attempt == tries or not is_passing(error):
                    raise
                await asyncio.sleep(random.uniform(0.005, 0.03) * attempt)
        raise AssertionError("unreachable")

    async def _take(self, *, writing: bool = False) -> Link:
        """A connection, once there is a place for it; `_give` it back whatever happens."""
        if writing and self._writer is not None:
            await self._writer.acquire()
        try:
            await self._places.acquire()
            try:
                return await self._awake()
            except BaseException:
                self._places.release()
                raise
        except BaseException:
            if writing and self._writer is not None:
                self._writer.release()
            raise

    async def _give(self, link: Link, *, writing: bool = False) -> None:
        try:
            if link.broken or self._closed:
                await self._discard(link)
            else:
                link.used_at = time.monotonic()
                self._idle.append(link)
        finally:
            self._places.release()
            if writing and self._writer is not None:
                self._writer.release()

    async def _awake(self) -> Link:
        """An idle connection, asked whether it still lives if it has been idle for a while: after a change-over of the
        database a page would otherwise fail once for each connection that was kept."""
        while self._idle:
            link = self._idle.pop()
            if time.monotonic() - link.used_at < ASLEEP_S:
                return link
            try:
                await link.script([("SELECT 1", ())])
                return link
            except BaseException as error:
                link.broken = True  # dead, or cancelled, and then its answer may still be on the way
                await self._discard(link)
                if not isinstance(error, Exception):
                    raise
                log.info("connection_was_dead", error=type(error).__name__)
        return await self._connect()

    async def _abandon(self, link: Link, error: BaseException) -> None:
        if isinstance(error, asyncio.CancelledError) or is_gone(error):
            # A cancelled query leaves its answer in the pipe: the next user would read it as its own.
            link.broken = True
        if link.broken:
            if is_gone(error):
                await self._discard_idle()
            return
        try:
            await link.rollback()
        except Exception:
            link.broken = True
            log.warning("rollback_failed")

    async def _discard_idle(self) -> None:
        """After a server restart every idle connection is dead as well; the next user gets a fresh one."""
        idle, self._idle = self._idle, []
        for link in idle:
            await self._discard(link)

    async def _connect(self) -> Link:
        connection = await self._engine.connect()
        raw = await connection.get_raw_connection()
        make = SqliteLink if self.sqlite else MysqlLink
        return make(connection, raw.driver_connection, self._engine.dialect)

    async def _discard(self, link: Link) -> None:
        try:
            await link.connection.invalidate() if link.broken else None
            await link.connection.close()
        except (DBAPIError, OSError, RuntimeError) as error:
            log.debug("close_failed", error=type(error).__name__)


def _make_engine(url: str, sqlite: bool) -> AsyncEngine:
    arguments: dict[str, Any] = {"timeout": 20, "async_creator_fn": sqlite_file.connect}
    if not sqlite:
        from pymysql.constants import CLIENT

        from bot.db.driver import connect

        # FOUND_ROWS: an UPDATE tells how many rows its WHERE met, as on SQLite, not how many bytes changed.
        flags = CLIENT.MULTI_STATEMENTS | CLIENT.FOUND_ROWS
        arguments = {"connect_timeout": 5, "client_flag": flags, "async_creator_fn": connect, "init_command": (
            "SET SESSION innodb_lock_wait_timeout=5, time_zone='+00:00', "
            "sql_mode='STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
        )}
    engine = create_async_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments, skip_autocommit_rollback=True,
        hide_parameters=True,
    )
    # READ COMMITTED in standard words: the variable's name differs between MariaDB and MySQL.
    first = _PRAGMAS if sqlite else ("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",)

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for statement in first:
            cursor.execute(statement)
        cursor.close()

    return engine
