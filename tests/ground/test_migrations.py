"""The migrations lead to exactly the tables that the program has, on both databases."""

from __future__ import annotations

import pytest

from bot import app, house
from bot.db import migrate
from bot.db.engine import Database
from bot.errors import SettingsError


async def test_migrations_make_todays_tables(database_url: str) -> None:
    assert house.AREAS.all and app.__name__  # with these all tables are known
    await migrate.upgrade(database_url)
    assert await migrate.revision(database_url) == migrate.newest()
    await migrate.upgrade(database_url)
    assert await migrate._with_connection(database_url, migrate.differences) == []


async def test_start_up_refuses_an_old_schema_and_says_what_to_run(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(SettingsError, match="daoyi migrate"):
        await migrate.require_current(database)
    await migrate.upgrade(database_url)
    await migrate.require_current(database)
    await database.close()
