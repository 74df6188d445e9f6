"""What is looked for every few seconds, almost always in vain, waits for nobody who writes."""

from __future__ import annotations

import asyncio

from bot.db.engine import Database
from jobs.schedule import Every
from tests.flows.booking import ward
from tests.support.patience import LONG_S
from tests.support.world import World

SELDOM_S = 60
MORE = ("booking.stops", "booking.locks", "payment.overdue")
"""Less often, and yet by a look alone."""


async def test_whoever_looks_in_vain_waits_for_no_writer(sqlite_database: Database) -> None:
    world = World(sqlite_database)
    await ward.open_hospital(world)
    await world.settle()
    often = {name: each for name, each in world.periodic.items() if isinstance(each, Every) and each.seconds < SELDOM_S}
    assert {"talk.lapse", "booking.sweep", "booking.waiting", "booking.draws", "payment.ask"} <= often.keys()
    async with world.database.transaction(), asyncio.timeout(LONG_S):
        for name in (*often, *MORE):
            await world.periodic[name].run(world.workshop.job(name=name))
        assert await world.drain.once() == 0
