"""The office of a small hospital as the tests of the roster's pages drive it: who works there, and what they send."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.db.engine import Database
from integrations.his.port import HospitalPort
from tests.flows.booking import ward
from tests.support.desk import Browser, Desk, Staff, desk
from tests.support.world import World

HOME = "/desk/booking/roster/"
RIGHTS = ("booking.roster.see", "booking.roster.edit", "booking.roster.publish", "booking.clinics.edit")
TUESDAY = ward.TODAY + timedelta(days=1)
CODE = f"D{TUESDAY:%y%m%d}A-1101-D1023"
FORM = {
    "doctor": "D1023", "weekday": "1", "half": "am", "starts": "08:00", "ends": "10:00", "minutes": "30",
    "capacity": "2", "kind": "expert", "fee": "25.00", "room": "R1101", "weeks": "every",
    "first": ward.TODAY.isoformat(), "total": "", "ahead": "", "last": "",
}


@asynccontextmanager
async def office(database: Database) -> AsyncIterator[tuple[Desk, World]]:
    async with desk(database) as here:
        world = World(database)
        here.world.ports.put(HospitalPort, await ward.open_hospital(world))
        await ward.sync(world)
        yield here, world


async def clerk(here: Desk, login: str = "clerk", reach: str = "all", *, without: str = "", **places: Any) -> Staff:
    return await here.hire(login, role={right: reach for right in RIGHTS if right != without}, **places)


async def made(browser: Browser, clinic: str = "1101", **sent: str) -> str:
    """A new pattern, as the form sends it; gives what is answered."""
    await browser.get(f"{HOME}patterns/{clinic}/new")
    return await browser.post(f"{HOME}patterns/{clinic}/new", **{**FORM, **sent})


async def published(browser: Browser, world: World, clinic: str = "1101", **decisions: str) -> str:
    page = await browser.get(f"{HOME}preview/{clinic}")
    found = re.search(r'name="token" value="([^"]+)"', page)
    told = await browser.post(f"{HOME}preview/{clinic}/publish", token=found[1] if found else "", **decisions)
    await world.drain.once()
    return told
