from __future__ import annotations

import random
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


@pytest.fixture(autouse=True)
def lots(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What falls by lot falls the same way each time a test runs, and another way in each test."""
    for place in ("service", "waiting.passing"):
        monkeypatch.setattr(f"flows.booking.{place}._lot", random.Random(request.node.name))


@pytest.fixture
async def world(database: Database, travel: time_machine.Coordinates) -> AsyncIterator[World]:
    """The small hospital with its directory, no session yet."""
    made = World(database)
    await ward.open_hospital(made)
    yield made
