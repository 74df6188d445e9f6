"""What is dear to put into a database and the same for many tests: made once in this process, its rows put in again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from bot.db.engine import Database
from bot.db.schema import metadata
from bot.db.transaction import Transaction

Rows = dict[str, list[tuple[Any, ...]]]
_kept: dict[Hashable, Rows] = {}
AT_ONCE = 500
"""Values of one statement: fewer than any database takes."""


async def filled(database: Database, name: Hashable, fill: Callable[[], Awaitable[Any]]) -> None:
    """`database` with what `fill` puts into tables that are empty, as the driver keeps it: what is sealed stays so, and
    nobody's change of a row reaches the next test. `name` says all that `fill` depends on."""
    name = (database.dialect.name, name)
    if (kept := _kept.get(name)) is not None:
        await database.run(lambda tx: _put(tx, kept))
        return
    async with database.reading() as tx:
        before = await _rows(tx)
    await fill()
    async with database.reading() as tx:
        _kept[name] = {table: rows for table, rows in (await _rows(tx)).items() if table not in before}


async def _rows(tx: Transaction) -> Rows:
    """Of all tables that have any, each before those that refer to it."""
    found: Rows = {}
    for table in metadata.sorted_tables:
        (rows,) = await tx.link.script([(f"SELECT {_columns(table.name)} FROM {table.name}", ())])
        if rows:
            assert isinstance(rows, list)
            found[table.name] = [tuple(row) for row in rows]
    return found


async def _put(tx: Transaction, kept: Rows) -> None:
    place = "?" if tx.link.dialect.name == "sqlite" else "%s"
    await tx.link.begin_if_needed(True)
    for table, rows in kept.items():
        row = f"({','.join([place] * len(rows[0]))})"
        step = AT_ONCE // len(rows[0])
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            into = f"INSERT INTO {table} ({_columns(table)}) VALUES {','.join([row] * len(some))}"
            await tx.link.script([(into, tuple(value for each in some for value in each))])


def _columns(table: str) -> str:
    return ",".join(f"`{column.name}`" for column in metadata.tables[table].c)
