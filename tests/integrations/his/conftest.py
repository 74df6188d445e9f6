from __future__ import annotations

import pytest

from bot.clock import HospitalClock
from bot.db.engine import Database
from integrations.his.conduct import Conduct, behave
from integrations.his.embedded import EmbeddedHospital
from integrations.his.seed import seed
from tests.integrations.his.contract import Like
from tests.support.copied import filled


@pytest.fixture
async def hospital(database: Database) -> EmbeddedHospital:
    """The embedded hospital, whole but for most of its patients and the days ahead, which are made when asked for. Made
    once a day, and then copied."""
    clock = HospitalClock()
    await filled(database, ("hospital", clock.today()), lambda: seed(database, clock, people=20, days=3))
    return EmbeddedHospital(database)


@pytest.fixture
def hospital_like(database: Database) -> Like:
    async def change(conduct: Conduct) -> None:
        await behave(database, conduct)

    return change
