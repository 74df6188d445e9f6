"""The key table on both databases: first start, rotation, a new secret, sealing anew while business goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select, type_coerce, update

from bot import clock, keys
from bot.db import keys_reseal, keys_store
from bot.db.engine import Database
from bot.db.schema import Sealed
from bot.errors import KeysError, SettingsError
from tests.support.patience import until

OLD, NEW = "the old secret, long enough for us", "the new secret, long enough for us"

_tables = MetaData()
# A table of two primary key columns and two sealed ones, as an area might have.
letters = Table(
    "letters",
    _tables,
    Column("box", String(8), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("words", Sealed("letters.words")),
    Column("sender", Sealed("letters.sender"), nullable=False),
)


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(lambda one: keys_store.data_key.create(one))
        await connection.run_sync(_tables.create_all)
    yield opened
    await opened.close()


async def test_many_that_start_at_once_share_their_first_keys(empty: Database) -> None:
    rings = await asyncio.gather(*(keys_store.load(empty, [OLD]) for _ in range(12)))
    assert len({ring.current_id for ring in rings}) == 1
    assert len({ring.hash("x", "a.b") for ring in rings}) == 1
    assert rings[0].open(rings[11].seal("x", "a.b"), "a.b") == "x"
    assert keys.ring() in rings
    assert [(one.key.purpose, one.state) for one in await keys_store.listing(empty, [OLD])] == [
        ("data", "current"),
        ("index", "current"),
    ]


async def test_the_wrong_secret_stops_the_start_and_changes_nothing(empty: Database) -> None:
    await keys_store.load(empty, [OLD])
    before = await keys_store.listing(empty, [OLD])
    for act in (keys_store.load, keys_store.rotate, keys_store.rewrap):
        with pytest.raises(SettingsError, match="DAOYI_SECRET_KEY"):
            await act(empty, [NEW])
    assert await keys_store.listing(empty, [OLD]) == before


async def test_a_lost_index_key_is_not_made_again(empty: Database) -> None:
    await keys_store.load(empty, [OLD])
    async with empty.transaction() as tx:
        await tx.execute(keys_store.data_key.delete().where(keys_store.data_key.c.purpose == "index"))
    with pytest.raises(KeysError, match="lacks its index key"):
        await keys_store.load(empty, [OLD])


async def test_rotation_over_two_processes(empty: Database) -> None:
    with time_machine.travel("2027-03-01T08:00:00Z", tick=False) as traveller:
        first = await keys_store.load(empty, [OLD])
        new = await keys_store.rotate(empty, [OLD])
        assert new.active_from == clock.now() + keys_store.GRACE
        assert [one.state for one in await keys_store.listing(empty, [OLD])] == ["waiting", "current", "current"]
        second = await keys_store.load(empty, [OLD])
        assert second.current_id == first.current_id != new.id
        traveller.shift(keys_store.GRACE)
        assert second.current_id == new.id
        third = await keys_store.load(empty, [OLD])
        assert third.open(first.seal("x", "a.b"), "a.b") == "x"
        assert third.open(second.seal("x", "a.b"), "a.b") == "x"
        assert [one.state for one in await keys_store.listing(empty, [OLD])] == ["current", "old", "current"]


async def test_two_that_rotate_at_once_make_one_rank_each(empty: Database) -> None:
    await keys_store.load(empty, [OLD])
    done = await asyncio.gather(*(keys_store.rotate(empty, [OLD]) for _ in range(6)), return_exceptions=True)
    made = [one for one in done if not isinstance(one, BaseException)]
    assert made
    assert all(isinstance(one, keys.WrappedKey | KeysError) for one in done)
    ranks = [one.key.generation for one in await keys_store.listing(empty, [OLD]) if one.key.purpose == "data"]
    assert ranks == list(range(len(made) + 1, 0, -1))


async def test_a_new_secret_takes_over(empty: Database) -> None:
    blob = (await keys_store.load(empty, [OLD])).seal("x", "a.b")
    await keys_store.rotate(empty, [OLD])
    assert [one.master_current for one in await keys_store.listing(empty, [NEW, OLD])] == [False] * 3
    assert await keys_store.rewrap(empty, [NEW, OLD]) == 3
    assert await keys_store.rewrap(empty, [NEW, OLD]) == 0
    assert (await keys_store.load(empty, [NEW])).open(blob, "a.b") == "x"
    assert all(one.master_current for one in await keys_store.listing(empty, [NEW]))


async def test_a_running_process_learns_of_new_keys(empty: Database) -> None:
    await keys_store.load(empty, [OLD])
    fresh = asyncio.create_task(keys_store.keep_fresh(empty, [OLD], seconds=0.02))
    try:
        new = await keys_store.rotate(empty, [OLD], grace=timedelta(0))
        await until(lambda: keys.ring().current_id == new.id)
    finally:
        fresh.cancel()


async def raw(database: Database) -> list[bytes]:
    async with database.reading() as tx:
        rows = await tx.all(
            select(type_coerce(letters.c.words, LargeBinary), type_coerce(letters.c.sender, LargeBinary))
        )
    return [bytes(value) for row in rows for value in row if value is not None]


async def fill(database: Database, count: int) -> None:
    async with database.transaction() as tx:
        await tx.insert_many(
            letters,
            [
                {"box": f"b{n % 3}", "number": n, "words": f"words {n}" if n % 5 else None, "sender": f"sender {n}"}
                for n in range(count)
            ],
        )


async def test_everything_is_sealed_anew(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_reseal, "BATCH", 7)
    await keys_store.load(empty, [OLD])
    await fill(empty, 40)
    await keys_store.rotate(empty, [OLD], grace=timedelta(0))
    ring = await keys_store.load(empty, [OLD])
    assert not any(ring.is_current(blob) for blob in await raw(empty))

    told: list[str] = []
    done = await keys_reseal.reencrypt(empty, [letters], tell=lambda one: told.append(one.column))
    assert [(one.column, one.seen, one.changed, one.broken) for one in done] == [
        ("letters.words", 32, 32, 0),
        ("letters.sender", 40, 40, 0),
    ]
    assert told == ["letters.words", "letters.sender"]
    assert all(ring.is_current(blob) for blob in await raw(empty))
    async with empty.reading() as tx:
        assert await tx.scalar(select(letters.c.words).where(letters.c.number == 11)) == "words 11"
    assert [one.changed for one in await keys_reseal.reencrypt(empty, [letters])] == [0, 0]


async def test_what_is_broken_is_counted_and_left(empty: Database) -> None:
    await keys_store.load(empty, [OLD])
    await fill(empty, 6)
    async with empty.transaction() as tx:
        broken = update(letters).where(letters.c.number == 3)
        await tx.update(broken.values(sender=type_coerce(b"not sealed by us, at least 33 bytes", LargeBinary)))
    await keys_store.rotate(empty, [OLD], grace=timedelta(0))
    await keys_store.load(empty, [OLD])
    sender = (await keys_reseal.reencrypt(empty, [letters]))[1]
    assert (sender.seen, sender.changed, sender.broken) == (6, 5, 1)
    assert b"not sealed by us, at least 33 bytes" in await raw(empty)


async def test_what_is_written_meanwhile_stays(empty: Database) -> None:
    """Between reading a batch and sealing it the business may change a row: the newer value wins."""
    await keys_store.load(empty, [OLD])
    async with empty.transaction() as tx:
        await tx.execute(insert(letters).values(box="b", number=1, sender="before"))
    async with empty.reading() as tx:
        rows = await tx.all(keys_reseal._batch(letters.c.sender, None))
    async with empty.transaction() as tx:
        await tx.update(update(letters).values(sender="after"))
    async with empty.transaction() as tx:
        assert await keys_reseal._seal(tx, letters.c.sender, list(rows)) == (0, 0)
    async with empty.reading() as tx:
        assert await tx.scalar(select(letters.c.sender)) == "after"


def test_every_sealed_column_is_found() -> None:
    assert [column.name for column in keys_reseal.sealed_columns([letters])] == ["words", "sender"]
    assert any(column.table.name == "outbox" for column in keys_reseal.sealed_columns())
