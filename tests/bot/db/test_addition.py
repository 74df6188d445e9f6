"""A row is added once, and a duplicate leaves the transaction whole, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.clock import now
from bot.db.addition import Addition
from bot.db.engine import Database
from bot.db.outbox import outbox


def row(name: str) -> dict[str, object]:
    moment = now()
    return {"topic": "test", "key": name, "payload": "{}", "priority": 5, "state": "done", "due_at": moment,
            "attempts": 0, "request_id": "", "created_at": moment}


async def test_a_row_is_added_once(database: Database) -> None:
    added = Addition(outbox)
    async with database.transaction(lazy=True) as tx:
        assert await added.once(tx, **row("a'b%s"))
        assert not await added.once(tx, **row("a'b%s"))
        assert await added.once(tx, **row("b")), "the transaction is whole"
    async with database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(outbox)) == 2
        assert await tx.one(select(outbox).where(outbox.c.key == "a'b%s")) is not None


async def test_any_other_fault_is_raised(database: Database) -> None:
    """A missing value is no duplicate."""
    added = Addition(outbox)
    with pytest.raises(Exception) as told:
        async with database.transaction() as tx:
            await added.once(tx, **{**row("a"), "topic": None})
    assert "topic" in str(told.value)


async def test_who_only_reads_adds_nothing(database: Database) -> None:
    async with database.reading() as tx:
        with pytest.raises(AssertionError):
            await Addition(outbox).once(tx, **row("a"))
