"""A migration whose server died between two statements goes on where it stopped: after each one, of every version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event

from bot import app, house
from bot.db import migrate
from tests.support.database import sqlite_url
from tests.support.mariadb import MariaDB

SINCE = "0029"
"""Earlier versions are behind everybody; they go on as well, and would make this six times as long."""
VERSIONS = [each.revision for each in ScriptDirectory.from_config(migrate.configuration()).walk_revisions()][::-1]


class Died(Exception):
    """Instead of the server, right after it did what it was told."""


@contextmanager
def mortal() -> Iterator[list[str]]:
    """Dies after each DDL that it has not died after before; gives these."""
    met: list[str] = []

    def die(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.split()[0] in ("CREATE", "ALTER", "DROP") and statement not in met:
            met.append(statement)
            raise Died

    event.listen(Engine, "after_cursor_execute", die)
    try:
        yield met
    finally:
        event.remove(Engine, "after_cursor_execute", die)


async def to(url: str, version: str) -> None:
    def run(connection: Connection) -> None:
        command.upgrade(migrate.configuration(connection), version)

    await migrate._with_connection(url, run)


async def in_the_end(url: str, version: str) -> int:
    """Begin again until it is done; gives how often it was broken off."""
    with mortal() as met:
        for _ in range(99):
            known = len(met)
            try:
                await to(url, version)
            except Died:
                assert len(met) == known + 1
            else:
                return len(met)
    raise AssertionError(f"{version} never ends")


@pytest.mark.mariadb
async def test_where_ddl_commits_by_itself(mariadb_server: MariaDB) -> None:
    assert house.AREAS.all and app.__name__  # with these all tables are known
    name = mariadb_server.create()
    url = mariadb_server.url(name)
    await to(url, VERSIONS[VERSIONS.index(SINCE) - 1])
    for version in VERSIONS[VERSIONS.index(SINCE) :]:
        assert await in_the_end(url, version), f"{version} is broken off nowhere"
        assert await migrate.revision(url) == version
    assert await migrate._with_connection(url, migrate.differences) == []
    mariadb_server.drop(name)


async def test_in_a_file_it_is_all_or_nothing(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "daoyi.sqlite")
    with mortal():
        for _ in range(3):
            with pytest.raises(Died):
                await migrate.upgrade(url)
            assert await migrate.revision(url) == ""
    await migrate.upgrade(url)
    assert await migrate.revision(url) == migrate.newest()
