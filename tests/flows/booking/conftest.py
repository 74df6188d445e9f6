from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import time_machine

from bot.db.engine import Database
from tests.flows.booking import ward
from tests.support.world import World


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    """Monday, 8:00; the clock stands until it is moved."""
    with time_machine.travel(ward.MORNING, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
async def world(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[World]:
    """The small hospital with its directory, no session yet."""
    made = World(database)
    await ward.open_hospital(made)
    yield made
