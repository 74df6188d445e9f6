"""One town for all tests of this folder: they look at it and must leave it as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from unittest import mock

import pytest
import pytest_asyncio

from bot import keys
from bot.db.engine import Database
from bot.web import failures
from tests.security.town import Town, town
from tests.support.database import SqliteTemplate


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def place(
    sqlite_template: SqliteTemplate, ring_of_the_run: keys.KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    keys.install(ring_of_the_run)
    folder: Path = tmp_path_factory.mktemp("town")
    database = Database(sqlite_template.fresh(folder / "daoyi.sqlite"))
    await database.start()
    # More is refused here in a minute than anywhere, and all of it is looked up.
    with mock.patch.object(failures, "MOST", 100_000):
        async with town(database, folder) as made:
            yield made
    await database.close()
