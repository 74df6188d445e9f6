"""Who only reads cannot write: neither a row, nor what is to be done later."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from bot.db.contacts import contact
from bot.db.engine import Database


async def test_a_transaction_that_reads_writes_nothing(database: Database) -> None:
    values = {"public_id": "x", "account": "wechat:clinic", "external_id": "o-x"}
    async with database.reading() as tx:
        for statement in (update(contact).values(followed=False), delete(contact)):
            with pytest.raises(AssertionError):
                await tx.update(statement)
        for writes in (tx.insert(contact, **values), tx.insert_once(contact, **values),
                       tx.insert_many(contact, [values])):
            with pytest.raises(AssertionError):
                await writes
        with pytest.raises(AssertionError):
            tx.put("some.topic", {})
        assert not await tx.all(select(contact.c.id))
