from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest

from bot.db.engine import Database
from flows.payment.owners import Owners
from integrations.his.charges import Charging
from integrations.paying.port import PayChannels
from tests.flows.payment.counter import Counter
from tests.flows.payment.till import Tills
from tests.support.world import World


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    yield World(database)


@pytest.fixture
def counter(world: World) -> Counter:
    """A cashier's counter whose channel and hospital behave well."""
    made = Counter(world)
    world.ports.put(PayChannels, cast(PayChannels, Tills(made.till)))
    world.ports.put(Charging, cast(Charging, made.hospital))
    world.ports.put(Owners, Owners([made]))
    return made
