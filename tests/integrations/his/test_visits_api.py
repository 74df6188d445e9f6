"""The page of the sandbox lets patients come to the embedded hospital and be called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.web import middlewares
from bot.web.keys import DATABASE, SETTINGS, WORDING
from bot.wording import Wording
from integrations.his import conduct_api, played
from integrations.his.embedded import EmbeddedHospital
from integrations.his.people import record_number
from integrations.his.seed import seed
from tests.support.world import test_settings as settings_of_tests

PATH = conduct_api.VISITS


@pytest.fixture
async def page(sqlite_database: Database) -> AsyncIterator[TestClient[Any, Any]]:
    """Two patients of one session of today, with the numbers 1 and 2."""
    clock = HospitalClock()
    await seed(sqlite_database, clock, people=2, days=0)
    session = next(each for each in await EmbeddedHospital(sqlite_database).rosters(clock.today(), clock.today()))
    async with sqlite_database.transaction() as tx:
        await played.enter(tx, [
            played.Entered(f"app{n}", record_number(n), session.code, 1, n, tx.now) for n in (1, 2)
        ])
    app = web.Application(middlewares=middlewares.ALL)
    app[SETTINGS], app[DATABASE], app[WORDING] = settings_of_tests(), sqlite_database, Wording()
    conduct_api.setup(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_who_is_before_is_called_and_then_they_are(
    page: TestClient[Any, Any], sqlite_database: Database
) -> None:
    second, first = (await (await page.get(PATH)).json())["visits"]
    assert [each["appointment"] for each in (first, second)] == ["app1", "app2"]
    assert (first["before"], second["before"]) == (False, True)
    assert "*" in first["name"] or "＊" in first["name"]
    for what, states in (("came", ["booked", "came"]), ("before", ["seen", "came"]), ("seen", ["seen", "seen"])):
        told = await (await page.post(PATH, json={"appointment": "app2", "what": what})).json()
        assert [each["state"] for each in reversed(told["visits"])] == states
    day = HospitalClock().today()
    told = await EmbeddedHospital(sqlite_database).attendance(day)
    assert {each.appointment for each in told if each.seen_at} == {"app1", "app2"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"appointment": "nobody", "what": "came"}, 404), ({"appointment": "app1", "what": "before"}, 404),
     ({"appointment": "app1", "what": "gone"}, 400), ({}, 400)],
)
async def test_nobody_comes_who_is_not_there(page: TestClient[Any, Any], body: dict[str, str], status: int) -> None:
    assert (await page.post(PATH, json=body)).status == status


async def test_another_site_cannot_call_anybody(page: TestClient[Any, Any]) -> None:
    wanted = {"appointment": "app1", "what": "came"}
    assert (await page.post(PATH, json=wanted, headers={"Origin": "https://evil.example"})).status == 403
