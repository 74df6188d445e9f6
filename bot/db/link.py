"""One long-lived connection, used two ways: by SQLAlchemy Core for the areas, by the driver for the hot path.

The connection stands in driver-level autocommit and we say BEGIN and COMMIT ourselves, so that a script of several
statements can open or close the transaction in the same round trip, and no read ever sits in an old snapshot.
"""

from __future__ import annotations

from typing import Any, Protocol

from pymysql.err import MySQLError
from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import wire
from bot.db.prepared import Prepared

Step = tuple[Prepared | str, tuple[Any, ...]]
Result = list[tuple[Any, ...]] | int


class Link(Protocol):
    connection: AsyncConnection
    dialect: Dialect
    in_transaction: bool
    broken: bool
    used_at: float

    async def begin_if_needed(self, writable: bool) -> None: ...
    async def script(self, steps: list[Step], *, begin: bool = False, commit: bool = False) -> list[Result]: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...


class MysqlLink:
    """aiomysql: a script is one multi-statement packet."""

    def __init__(self, connection: AsyncConnection, driver: Any, dialect: Dialect) -> None:
        self.connection = connection
        self.dialect = dialect
        self._driver = driver
        self.in_transaction = False
        self.broken = False
        self.used_at = 0.0

    async def begin_if_needed(self, writable: bool) -> None:
        if writable and not self.in_transaction:
            self.in_transaction = True
            await self._driver.query("START TRANSACTION")

    async def script(self, steps: list[Step], *, begin: bool = False, commit: bool = False) -> list[Result]:
        if begin:
            self.in_transaction = True
        if all(isinstance(statement, Prepared) for statement, _ in steps):
            sql, shapes = _packet(steps, begin, commit)
            try:
                out = await wire.run(self._driver, sql, shapes)
            except MySQLError:
                raise  # the server's last word
            except BaseException:
                self.broken = True  # the rest of the answer may be on the way: whoever came next would read it
                raise
            if commit:
                self.in_transaction = False
                out.pop()
            return out[1:] if begin else out
        return await self._by_cursor(steps, begin, commit)

    async def _by_cursor(self, steps: list[Step], begin: bool, commit: bool) -> list[Result]:
        """Statements whose columns are not known beforehand."""
        parts = ["START TRANSACTION"] if begin else []
        async with self._driver.cursor() as cursor:
            for statement, args in steps:
                if isinstance(statement, str):
                    parts.append(cursor.mogrify(statement, args) if args else statement)
                else:
                    parts.append(statement.sql % args if args else statement.sql)
            if commit:
                parts.append("COMMIT")
            out: list[Result] = []
            await cursor.execute(";".join(parts))
            while True:
                out.append(list(await cursor.fetchall()) if cursor.description else cursor.rowcount)
                if not await cursor.nextset():
                    break
        if commit:
            self.in_transaction = False
            out.pop()
        return out[1:] if begin else out

    async def commit(self) -> None:
        if self.in_transaction:
            await self._driver.query("COMMIT")
            self.in_transaction = False

    async def rollback(self) -> None:
        if self.in_transaction:
            self.in_transaction = False
            await self._driver.query("ROLLBACK")


def _packet(steps: list[Step], begin: bool, commit: bool) -> tuple[str, list[wire.Shape]]:
    """All statements as one text, and the shape of each one's rows."""
    parts = ["START TRANSACTION"] if begin else []
    shapes: list[wire.Shape] = [()] if begin else []
    for statement, args in steps:
        assert isinstance(statement, Prepared)
        parts.append(statement.sql % args if args else statement.sql)
        shapes.append(statement.shape)
    if commit:
        parts.append("COMMIT")
        shapes.append(())
    return ";".join(parts), shapes


class SqliteLink:
    """aiosqlite: a script is its statements one by one; the writer takes the lock at BEGIN, so nobody starves later."""

    def __init__(self, connection: AsyncConnection, driver: Any, dialect: Dialect) -> None:
        self.connection = connection
        self.dialect = dialect
        self._driver = driver
        self.in_transaction = False
        self.broken = False
        self.used_at = 0.0

    async def begin_if_needed(self, writable: bool) -> None:
        if writable and not self.in_transaction:
            await self._driver.execute("BEGIN IMMEDIATE")
            self.in_transaction = True

    async def script(self, steps: list[Step], *, begin: bool = False, commit: bool = False) -> list[Result]:
        if begin:
            await self.begin_if_needed(True)
        out: list[Result] = []
        for statement, args in steps:
            sql = statement if isinstance(statement, str) else statement.sql
            cursor = await self._driver.execute(sql, args)
            out.append(list(await cursor.fetchall()) if cursor.description else cursor.rowcount)
            await cursor.close()
        if commit:
            await self.commit()
        return out

    async def commit(self) -> None:
        if self.in_transaction:
            await self._driver.execute("COMMIT")
            self.in_transaction = False

    async def rollback(self) -> None:
        if self.in_transaction:
            self.in_transaction = False
            await self._driver.execute("ROLLBACK")
