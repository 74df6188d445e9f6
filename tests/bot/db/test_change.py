"""A guarded change is made once, in the states that are named, by who may write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Boolean, Column, Connection, Integer, Table, select

from bot.db.change import Change
from bot.db.engine import Database
from bot.db.schema import Moment, Sealed, code, key, metadata

NOON = datetime(2027, 3, 1, 4, 0, 0, 250000, UTC)


@pytest.fixture
async def things(database: Database) -> Table:
    known = metadata.tables.get("test_change")
    table = known if known is not None else Table(
        "test_change", metadata, key(), Column("state", code(8)), Column("word", Sealed("test.word")),
        Column("at", Moment), Column("yes", Boolean), Column("many", Integer), mysql_charset="utf8mb4",
    )
    metadata.remove(table)  # of this test alone

    def make(connection: Connection) -> None:
        table.drop(connection, checkfirst=True)
        table.create(connection)

    async with database.engine.begin() as connection:
        await connection.run_sync(make)
    async with database.transaction() as tx:
        await tx.insert(table, id=1, state="open", many=7)
    return table


async def test_it_happens_once_and_leaves_the_rest(database: Database, things: Table) -> None:
    change = Change(things)
    async with database.transaction() as tx:
        paid = {"state": "paid", "word": "它's\\的", "at": NOON, "yes": True}
        assert await change.run(tx, 1, ("asked", "open"), paid)
        assert not await change.run(tx, 1, ("asked", "open"), paid | {"at": None, "yes": False})
        assert not await change.run(tx, 2, ("open",), {"state": "paid"})
    async with database.transaction() as tx:
        row = (await tx.all(select(things)))[0]
        assert tuple(row) == (1, "paid", "它's\\的", NOON, True, 7)
        # What changes nothing is a change all the same: the row was met.
        assert await change.run(tx, 1, ("paid",), {"state": "paid"})
        assert await change.run(tx, 1, ("paid",), {"word": None, "at": None})
    async with database.reading() as tx:
        assert tuple((await tx.all(select(things)))[0]) == (1, "paid", None, None, True, 7)
        with pytest.raises(AssertionError, match="only reads"):
            await change.run(tx, 1, ("paid",), {"state": "open"})


async def test_what_is_undone_was_not_changed(database: Database, things: Table) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            assert await Change(things).run(tx, 1, ("open",), {"state": "paid"})
            raise ZeroDivisionError
    async with database.reading() as tx:
        assert (await tx.all(select(things.c.state)))[0].state == "open"
