"""`site` is a running small site on SQLite; `https_site` the same as patients see it behind https."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.db.engine import Database
from tests.bot.web.site import Site, make


@pytest.fixture
async def site(sqlite_database: Database) -> AsyncIterator[Site]:
    made = await make(sqlite_database)
    yield made
    for client in made.clients:
        await client.close()
    await made.server.close()


@pytest.fixture
async def https_site(sqlite_database: Database) -> AsyncIterator[Site]:
    made = await make(sqlite_database, public_url="https://hospital.example")
    yield made
    for client in made.clients:
        await client.close()
    await made.server.close()
