"""Shares at random: the count is right whatever happens."""

from __future__ import annotations

import random
from datetime import time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from flows.booking import store
from flows.booking.refusals import BookingRefusal
from flows.booking.service import BookingService
from jobs import booking
from tests.flows.booking import ward
from tests.flows.booking.test_shares import DAY, hold, people, renew, set_rules
from tests.support.world import World


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(2))
async def test_whatever_happens_the_count_is_right(
    world: World, travel: time_machine.Coordinates, seed: int
) -> None:
    """Holds on three channels, releases, changed rosters, changed rules and the time of the release in any order."""
    lot = random.Random(seed)
    code = await ward.session(world, DAY, capacity=3, ends=time(10, 30))
    await ward.sync(world)
    await set_rules(world, ("window", 30), ("kiosk", 20))
    segments = [row.id for row in await ward.segments(world, code)]
    who = await people(world, 8)
    held: list[tuple[str, int]] = []
    for n in range(60):
        travel.shift(timedelta(seconds=1))
        what, name = lot.choice(["hold", "hold", "hold", "end", "end", "roster", "rule", "renew"]), lot.randrange(8)
        try:
            if what == "hold":
                channel = lot.choice(["wechat", "window", "kiosk"])
                row = await hold(world, f"p{name}", channel, lot.choice(segments), who[name])
                held.append((f"p{name}", row.id))
            elif what == "end" and held:
                by, appointment = held.pop(lot.randrange(len(held)))
                async with world.context(by) as context:
                    service = BookingService(context)
                    await (service.release if lot.random() < 0.5 else service.confirm)(appointment)
            elif what == "roster":
                await ward.change_session(world, code, capacity=lot.randint(1, 4))
                await booking.sync_rosters(world.workshop.job())
            elif what == "rule":
                await set_rules(world, (lot.choice(["window", "kiosk"]), lot.choice([10, 30, 50])))
            else:
                await renew(world)
        except BookingRefusal:
            pass
        assert await ward.balanced(world), (n, what)
    travel.move_to(f"{DAY - timedelta(days=1)} 23:00:01+00:00")
    await renew(world)
    assert await ward.balanced(world)
    async with world.database.reading() as tx:
        assert not await tx.all(select(store.slot.c.id).where(store.slot.c.state == "kept"))
