"""Whatever was done to the trail behind our back is found: changed, removed, cut off, forged, replaced."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from sqlalchemy import delete, update

from bot import keys
from bot.access import audit
from bot.access.audit import chain, store
from bot.access.audit.chain import Fault
from bot.db.engine import Database
from bot.db.transaction import Transaction


async def written(database: Database, count: int = 6) -> str:
    for number in range(count):
        async with database.transaction() as tx:
            audit.write(tx, f"staff:{number % 2}", "staff.changed", "staff:x", {"n": number, "name": "王静"})
    proof = await audit.verify(database)
    assert proof.whole and proof.rows == count
    return proof.anchor


async def faults(database: Database, anchor: str = "") -> list[Fault]:
    return list((await audit.verify(database, anchor)).faults)


async def test_an_empty_trail_is_whole(database: Database) -> None:
    assert await faults(database) == []


async def test_what_is_rolled_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    with contextlib.suppress(RuntimeError):
        async with database.transaction() as tx:
            audit.write(tx, "staff:1", "staff.changed", "staff:x")
            raise RuntimeError
    await written(database, 2)


async def test_a_changed_row_is_found(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        await tx.update(update(store.entries).where(store.entries.c.number == 3).values(actor="staff:nobody"))
    assert await faults(database) == [Fault("changed", 3)]


async def test_changed_facts_are_found_though_the_keys_were_at_hand(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        await tx.update(update(store.entries).where(store.entries.c.number == 2).values(facts='{"n":7}'))
    assert await faults(database) == [Fault("changed", 2)]


async def test_a_row_that_was_taken_out_is_found(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        await tx.update(delete(store.entries).where(store.entries.c.number == 4))
    assert await faults(database) == [Fault("missing", 4)]


async def test_a_tail_that_was_cut_off_is_found(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        await tx.update(delete(store.entries).where(store.entries.c.number > 4))
    assert await faults(database) == [Fault("cut", 5)]


async def test_a_cut_tail_with_the_head_set_back_is_found(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        row = await tx.one(store.entries.select().where(store.entries.c.number == 4))
        assert row is not None
        await tx.update(delete(store.entries).where(store.entries.c.number > 4))
        await tx.update(update(store.head).values(number=4, hash=bytes(row.hash)))
    assert Fault("head_forged", 4) in await faults(database)


async def test_a_chain_calculated_anew_is_found(database: Database) -> None:
    """Somebody who can write to the database, and even seal facts, but has not the key of the seal."""
    await written(database)
    async with database.transaction() as tx:
        rows = await tx.all(store.entries.select().order_by(store.entries.c.number))
        digest = chain.ZERO
        for row in rows:
            entry = store.entry_of(row)
            if row.number == 2:
                entry = chain.Entry(2, entry.at, "staff:innocent", entry.act, entry.about, "", entry.request_id)
            digest = chain.link(digest, entry)
            values = {"actor": entry.actor, "hash": digest, "facts": "{}" if row.number == 2 else row.facts}
            await tx.update(update(store.entries).where(store.entries.c.number == row.number).values(**values))
        await tx.update(update(store.head).values(hash=digest))
    assert await faults(database) == [Fault("head_forged", 6)]


async def test_an_old_copy_put_back_whole_is_found_by_an_anchor(database: Database) -> None:
    early = await written(database, 3)
    async with database.reading() as tx:
        head = await store.head_of(tx)
    async with database.transaction() as tx:
        audit.write(tx, "staff:1", "patients.revealed", "person:y")
    late = (await audit.verify(database)).anchor
    assert await faults(database, early) == [] and await faults(database, late) == []
    assert head is not None
    async with database.transaction() as tx:
        await tx.update(delete(store.entries).where(store.entries.c.number > 3))
        await tx.update(update(store.head).values(number=3, hash=bytes(head.hash), seal=bytes(head.seal)))
    assert await faults(database) == []
    assert await faults(database, late) == [Fault("anchor", 4)]


async def test_without_its_head_the_trail_is_not_whole(database: Database) -> None:
    await written(database)
    async with database.transaction() as tx:
        await tx.update(delete(store.head))
    assert await faults(database) == [Fault("head_missing", 6)]


async def test_many_at_once_make_one_chain(database: Database) -> None:
    async def one(number: int) -> None:
        async def work(tx: Transaction) -> None:
            audit.write(tx, "staff:1", "staff.changed", f"staff:{number}")
            audit.write(tx, "staff:1", "staff.reset", f"staff:{number}")

        await database.run(work, tries=20)

    await asyncio.gather(*(one(number) for number in range(30)))
    proof = await audit.verify(database)
    assert proof.whole and proof.rows == 60


async def test_another_installation_s_seal_does_not_fit(database: Database) -> None:
    await written(database)
    rows = [keys.new_wrapped("data", "x" * 40), keys.new_wrapped("index", "x" * 40)]
    other = keys.KeyRing.from_wrapped(["x" * 40], rows)
    mine = keys.ring()
    keys.install(other)
    found = await faults(database)
    keys.install(mine)
    assert Fault("head_forged", 6) in found and Fault("unreadable", 1) in found


async def test_search(database: Database) -> None:
    await written(database)
    async with database.reading() as tx:
        assert [e.number for e in await store.find(tx, store.Wanted(actor="staff:1"), limit=10)] == [6, 4, 2]
        assert await store.count(tx, store.Wanted(act="staff.")) == 6
        assert await store.count(tx, store.Wanted(act="patients.")) == 0


def test_facts_that_are_no_json_fail_where_they_are_written() -> None:
    with pytest.raises(TypeError):
        audit.write(Transaction(None, "r"), "staff:1", "a.b", "c", {"x": object()})  # type: ignore[arg-type]
