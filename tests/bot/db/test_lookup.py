"""A lookup reads what SQLAlchemy reads, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import Boolean, Column, Connection, Date, Float, Integer, SmallInteger, String, Table, Time, select

from bot.db.engine import Database
from bot.db.lookup import Lookup, ahead, asked
from bot.db.schema import Moment, Sealed, code, key, metadata
from tests.support.patience import LONG_S, until

ROWS = [
    {"id": 1, "word": "a'b\\c", "secret": "张三", "at": datetime(2027, 3, 1, 1, 2, 3, 450000, UTC),
     "day": date(2027, 3, 1), "yes": True, "small": 3, "name": "孙", "part": 0.25, "hour": time(17, 30)},
    {"id": 2, "word": "x", "secret": None, "at": None, "day": None, "yes": False, "small": None, "name": "",
     "part": None, "hour": None},
]


@pytest.fixture
async def kinds(database: Database) -> Table:
    known = metadata.tables.get("test_lookup")
    table = known if known is not None else Table(
        "test_lookup", metadata, key(), Column("word", code(32)), Column("secret", Sealed("test.secret")),
        Column("at", Moment), Column("day", Date), Column("yes", Boolean), Column("small", SmallInteger),
        Column("name", String(20)), Column("free", Integer), Column("part", Float), Column("hour", Time),
        mysql_charset="utf8mb4",
    )
    metadata.remove(table)  # of this test alone

    def make(connection: Connection) -> None:
        table.drop(connection, checkfirst=True)
        table.create(connection)

    async with database.engine.begin() as connection:
        await connection.run_sync(make)
    async with database.transaction() as tx:
        await tx.insert_many(table, ROWS)
    return table


async def test_every_kind_of_column_is_read_as_it_was_written(database: Database, kinds: Table) -> None:
    every = Lookup(lambda: select(kinds).order_by(kinds.c.id))
    async with database.reading() as tx:
        found = await every.rows(tx)
        usual = await tx.all(select(kinds).order_by(kinds.c.id))
    assert [row._mapping for row in found] == [{**row, "free": None} for row in ROWS]
    assert [tuple(row) for row in usual] == [tuple(row) for row in found]
    assert found[0].yes is True and found[1].yes is False


async def test_what_is_asked_for_is_found(database: Database, kinds: Table) -> None:
    at = Lookup(lambda: select(kinds.c.id).where(kinds.c.at == asked(kinds.c.at), kinds.c.word == asked(kinds.c.word)))
    async with database.transaction() as tx:
        found = await at.rows(tx, at=ROWS[0]["at"], word="a'b\\c")
        assert [row.id for row in found] == [1]
        assert await at.first(tx, at=ROWS[0]["at"], word="%s' OR '1'='1") is None


async def test_a_lock_is_taken_inside_of_the_transaction(database: Database, kinds: Table) -> None:
    mine = Lookup(lambda: select(kinds.c.id).where(kinds.c.id == asked(kinds.c.id)).with_for_update())
    async with database.transaction(lazy=True) as tx:
        await mine.first(tx, id=1)
        assert tx.link.in_transaction


async def test_what_was_asked_ahead_is_answered_once(database: Database, kinds: Table) -> None:
    name = Lookup(lambda: select(kinds.c.name).where(kinds.c.id == asked(kinds.c.id)))
    change = kinds.update().where(kinds.c.id == 1)
    async with database.transaction() as tx:
        one, two = name.about(id=1), name.about(id=2)
        async with ahead(tx, [one, two, name.about(id=3)]):
            await tx.update(change.values(name="李"))
            assert [row.name for row in await name.about(id=1).rows(tx)] == ["孙"]
            assert [row.name for row in await one.rows(tx)] == ["李"], "the second asks for itself"
            assert await name.about(id=3).first(tx) is None, "nothing found is an answer, too"
        assert tx.ahead == {}
        await tx.update(kinds.update().where(kinds.c.id == 2).values(name="周"))
        assert [row.name for row in await two.rows(tx)] == ["周"], "what nobody asked for is forgotten"


async def test_what_was_asked_ahead_does_not_outlive_a_refusal(database: Database, kinds: Table) -> None:
    name = Lookup(lambda: select(kinds.c.name).where(kinds.c.id == asked(kinds.c.id)))
    async with database.transaction() as tx:
        with pytest.raises(LookupError):
            async with ahead(tx, [name.about(id=1)]):
                raise LookupError
        assert tx.ahead == {}


async def test_what_stands_behind_a_lock_is_read_under_it(database: Database, kinds: Table) -> None:
    """One packet, and yet not one moment: whoever had the lock may have changed what is asked for behind it."""
    first = Lookup(lambda: select(kinds.c.id).where(kinds.c.id == asked(kinds.c.id)).with_for_update())
    name = Lookup(lambda: select(kinds.c.name).where(kinds.c.id == asked(kinds.c.id)))

    async def later() -> str:
        async with database.transaction() as tx:
            if not database.sqlite:
                await tx.link.script([(f"SET SESSION innodb_lock_wait_timeout = {LONG_S:.0f}", ())])
            async with ahead(tx, [first.about(id=1), name.about(id=2)]):
                found = await name.about(id=2).first(tx)
        assert found is not None
        return str(found.name)

    async def waits() -> bool:
        if database.sqlite:
            return True  # before it has begun
        async with database.reading() as tx:
            sql = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
            return bool((await tx.link.script([(sql, ())]))[0] != [(0,)])

    async with database.transaction() as tx:
        await first.first(tx, id=1)
        other = asyncio.create_task(later())
        await until(waits, pause=0.2)  # InnoDB looks anew once nobody has asked for 0.1 s
        await tx.update(kinds.update().where(kinds.c.id == 2).values(name="李"))
    assert await other == "李"
