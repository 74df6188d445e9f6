"""The page of the sandbox can make the embedded hospital misbehave, and only that page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.db.engine import Database
from bot.web import middlewares
from bot.web.keys import DATABASE, SETTINGS, WORDING
from bot.wording import Wording
from integrations.his import conduct_api
from integrations.his.conduct import COMMERCIAL, GOOD, INSURER, current
from tests.support.world import test_settings as settings_of_tests

PATH = conduct_api.PATH


@pytest.fixture
async def page(sqlite_database: Database) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application(middlewares=middlewares.ALL)
    app[SETTINGS], app[DATABASE], app[WORDING] = settings_of_tests(), sqlite_database, Wording()
    conduct_api.setup(app)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_it_begins_well_is_changed_and_is_well_again(
    page: TestClient[Any, Any], sqlite_database: Database
) -> None:
    assert await (await page.get(PATH)).json() == {"delay_s": 0, "lose_next": 0, "unavailable": False}
    told = await (await page.post(PATH, json={"delay_s": 3, "lose_next": 1})).json()
    assert told == {"delay_s": 3, "lose_next": 1, "unavailable": False}
    assert (await current(sqlite_database)).delay_s == 3
    await page.post(PATH, json={})
    assert await current(sqlite_database) == GOOD


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"delay_s": -1}', b'{"refuse": {}}', b'{"lose_next": "many"}'])
async def test_nonsense_changes_nothing(page: TestClient[Any, Any], sqlite_database: Database, body: bytes) -> None:
    answer = await page.post(PATH, data=body)
    assert (answer.status, (await answer.json())["error"]) == (400, "bad_switch")
    assert await current(sqlite_database) == GOOD


async def test_another_site_cannot_stop_the_hospital(page: TestClient[Any, Any], sqlite_database: Database) -> None:
    answer = await page.post(PATH, json={"unavailable": True}, headers={"Origin": "https://evil.example"})
    assert answer.status == 403
    assert await current(sqlite_database) == GOOD


@pytest.mark.parametrize(("path", "who", "code"), [
    (conduct_api.INSURANCE, INSURER, "suspended"), (conduct_api.COMMERCE, COMMERCIAL, "terms_differ"),
])
async def test_insurers_have_a_switch_of_their_own(
    page: TestClient[Any, Any], sqlite_database: Database, path: str, who: int, code: str
) -> None:
    well = {"delay_s": 0, "lose_next": 0, "unavailable": False, "refuse": ""}
    assert await (await page.get(path)).json() == well
    told = await (await page.post(path, json={"lose_next": 1, "refuse": "settle"})).json()
    assert told == well | {"lose_next": 1, "refuse": "settle"}
    assert await current(sqlite_database) == GOOD
    now = await current(sqlite_database, who)
    assert (now.lose_next, now.refuse) == (1, {"settle": code})
    answer = await page.post(path, json={"refuse": "everything"})
    assert (answer.status, (await answer.json())["error"]) == (400, "bad_switch")
    assert (await page.post(path, json={}, headers={"Origin": "https://evil.example"})).status == 403
    assert await (await page.post(path, json={})).json() == well
