"""The bare driver as a peer: aiomysql's own cursor on the same server, with as many connections as Daoyi has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.db.engine import Database

TABLES = (
    "CREATE TABLE bench_gate (id INT PRIMARY KEY, free INT NOT NULL) ENGINE=InnoDB",
    "CREATE TABLE bench_row (id BIGINT AUTO_INCREMENT PRIMARY KEY, state VARCHAR(8) NOT NULL,"
    " payload VARBINARY(600) NOT NULL) ENGINE=InnoDB",
)
GATE = "UPDATE bench_gate SET free = free - 1 WHERE id = 1 AND free > 0"


@dataclass(frozen=True)
class Driven:
    """`took` are the seconds of each piece of work, from the moment when all of them were there."""

    seconds: float
    took: list[float]
    done: int


async def gate(url: str, *, rivals: int, places: int) -> Driven:
    """`rivals` at once through one guarded UPDATE that lets `places` of them pass."""
    database = Database(url)
    try:
        await _tables(database, places)

        async def one() -> bool:
            async with database.reading() as tx:
                return (await tx.link.script([(GATE, ())])) == [1]

        return await _all([one for _ in range(rivals)])
    finally:
        await _gone(database)


@asynccontextmanager
async def gate_table(url: str, places: int) -> AsyncIterator[None]:
    """The row that GATE guards, for processes that do nothing else."""
    database = Database(url)
    try:
        await _tables(database, places)
        yield
    finally:
        await _gone(database)


async def insert_and_update(url: str, *, count: int) -> Driven:
    """`count` rows, each inserted and then changed, each of both committed by itself."""
    database = Database(url)
    payload = "x'" + "ab" * 400 + "'"
    try:
        await _tables(database, 0)

        async def one() -> bool:
            async with database.reading() as tx:
                await tx.link.script([(f"INSERT INTO bench_row (state, payload) VALUES ('ready', {payload})", ())])
                (found,) = await tx.link.script([("SELECT LAST_INSERT_ID()", ())])
                assert isinstance(found, list)
                change = f"UPDATE bench_row SET state = 'done' WHERE id = {int(found[0][0])} AND state = 'ready'"
                return (await tx.link.script([(change, ())])) == [1]

        return await _all([one for _ in range(count)])
    finally:
        await _gone(database)


async def _all(work: Sequence[Callable[[], Awaitable[bool]]]) -> Driven:
    begun = time.perf_counter()
    took: list[float] = []

    async def timed(one: Callable[[], Awaitable[bool]]) -> bool:
        done = await one()
        took.append(time.perf_counter() - begun)
        return done

    done = await asyncio.gather(*(timed(one) for one in work))
    return Driven(time.perf_counter() - begun, took, sum(done))


async def _tables(database: Database, places: int) -> None:
    async with database.reading() as tx:
        for statement in (*TABLES, f"INSERT INTO bench_gate VALUES (1, {int(places)})"):
            await tx.link.script([(statement, ())])


async def _gone(database: Database) -> None:
    async with database.reading() as tx:
        await tx.link.script([("DROP TABLE IF EXISTS bench_gate", ()), ("DROP TABLE IF EXISTS bench_row", ())])
    await database.close()
