"""The database's connections: dead ones are found before somebody needs them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import select, text

from bot.db import migrate
from bot.db.contacts import contact
from bot.db.engine import ASLEEP_S, Database
from bot.db.link import Link
from bot.errors import SettingsError
from tests.support.database import sqlite_url
from tests.support.mariadb import MariaDB


async def test_after_a_restart_of_the_server_the_first_page_already_loads() -> None:
    server = MariaDB()
    try:
        server.start()
        database = Database(server.url(server.create()))
        async with database.reading() as tx:
            await tx.execute(text("SELECT 1"))
        for link in database._idle:
            link.used_at -= ASLEEP_S + 1
        server.restart()
        async with database.reading() as tx:
            assert await tx.scalar(text("SELECT 7")) == 7
        await database.close()
    finally:
        server.remove()


async def test_rows_that_a_guarded_update_met_are_counted_alike(database: Database) -> None:
    async with database.transaction() as tx:
        one = {"account": "a", "channel": "wechat", "external_id": "o1", "created_at": tx.now}
        assert await tx.insert_once(contact, **one, public_id="p1")
        assert not await tx.insert_once(contact, **one, public_id="p2")
        same = contact.update().where(contact.c.external_id == "o1").values(account="a")
        assert await tx.update(same) == 1, "a row that is met counts, changed or not"
        assert await tx.scalar(select(contact.c.public_id)) == "p1"


async def test_a_connection_whose_question_was_cancelled_is_not_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody goes away while we ask whether the connection still lives: its answer may still be in the pipe."""
    async with database.reading() as tx:
        await tx.execute(text("SELECT 1"))
    link = database._idle[0]
    link.used_at -= ASLEEP_S + 1
    given_up = []

    async def script(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    async def discard(which: Link) -> None:
        given_up.append((which, which.broken))
        await real(which)

    real = database._discard
    monkeypatch.setattr(link, "script", script)
    monkeypatch.setattr(database, "_discard", discard)
    with pytest.raises(asyncio.CancelledError):
        async with database.reading():
            raise AssertionError("unreachable")
    assert given_up == [(link, True)] and database._idle == []
    async with database.reading() as tx:
        assert await tx.scalar(text("SELECT 7")) == 7


@pytest.mark.parametrize("begin", [lambda url: Database(url).start(), migrate.upgrade], ids=["start", "migrate"])
async def test_a_file_that_does_not_open_leaves_no_thread_behind(
    begin: Callable[[str], Awaitable[None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last word would come when the loop has ended, and would be written on the terminal."""
    ended, work = [], aiosqlite.core._connection_worker_thread

    def slowly(queue: Any) -> None:
        work(queue)
        time.sleep(0.1)
        ended.append(True)

    monkeypatch.setattr(aiosqlite.core, "_connection_worker_thread", slowly)
    with pytest.raises(SettingsError, match="its file cannot be opened"):
        await begin(sqlite_url(tmp_path / "no" / "such.sqlite"))
    assert ended
