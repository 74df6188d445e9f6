from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from bot.db.engine import Database
from tests.flows.patients.family import with_hospital
from tests.support.world import World

NOON = "2027-03-01 04:00:00+00:00"


@pytest.fixture
def travel() -> Iterator[time_machine.Coordinates]:
    """The clock stands at noon of the hospital until it is moved."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def world(database: Database, travel: time_machine.Coordinates) -> World:
    world = World(database)
    with_hospital(world)
    return world
