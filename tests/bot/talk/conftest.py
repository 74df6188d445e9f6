from __future__ import annotations

import pytest

from bot.db.engine import Database
from bot.wording import Wording
from tests.bot.talk.toy import AREAS, TEMPLATES
from tests.support.world import World


@pytest.fixture
def world(database: Database) -> World:
    """The toy area on both databases."""
    made = World(database, areas=AREAS)
    made.wording = Wording(override_dir=TEMPLATES, clock=made.clock)
    made.dispatcher.wording = made.wording
    return made
