"""Who asks too often waits: one count for all processes, by contact and by address, and never because Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from redis.asyncio import Redis as Client
from structlog.testing import capture_logs

from bot.db.engine import Database
from bot.web import limits, rates
from bot.web.rates import Rate, Rates
from tests.bot.web.site import Site, change, make, who
from tests.support.patience import LONG_S
from tests.support.redis import Redis

THREE = Rate("a", "contact", 3, 60)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process no time goes by while a test counts, however slow the machine."""
    for module in (rates, limits):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: 1000.0))


async def taken(rate: Rates, *asked: Rate, times: int = 1) -> list[int]:
    """How long each of some tries has to wait, 0 where it may go on."""
    found = [await rate.take(asked) for _ in range(times)]
    return [each.wait if each else 0 for each in found]


@pytest.fixture
async def clients(redis_server: Redis) -> AsyncIterator[list[Client]]:
    made = [Client.from_url(redis_server.url) for _ in range(2)]
    yield made
    for each in made:
        await each.aclose()


async def test_processes_count_together(clients: list[Client]) -> None:
    one, other = (Rates(each) for each in clients)
    assert await taken(one, THREE, times=2) == [0, 0]
    assert await taken(other, THREE) == [0]
    assert (await taken(other, THREE))[0] in range(10, 21)
    assert await taken(one, THREE) > [0]
    assert await taken(one, Rate("b", "contact", 3, 60)) == [0]


async def test_a_crowd_at_once_is_counted_exactly(clients: list[Client]) -> None:
    both = [Rates(each) for each in clients]
    found = await asyncio.gather(*(both[n % 2].take([Rate("c", "contact", 10, 60)]) for n in range(40)))
    assert sum(each is None for each in found) == 10


async def test_who_is_refused_by_one_count_moves_no_other(clients: list[Client]) -> None:
    one = Rates(clients[0])
    wide = Rate("address", "address", 4, 60)
    assert await taken(one, THREE, wide, times=3) == [0, 0, 0]
    found = await one.take([THREE, wide])
    assert found is not None
    assert found.rate is THREE
    assert await taken(one, wide) == [0], "the address has its fourth"
    refused = await one.take([Rate("d", "contact", 3, 60), wide])
    assert refused is not None
    assert refused.rate is wide


async def test_time_heals(clients: list[Client]) -> None:
    rate = Rate("e", "contact", 5, 600)
    for one in (Rates(clients[0]), Rates(None)):
        assert await taken(one, rate, times=5) == [0] * 5
        assert (await taken(one, rate))[0] in range(60, 121)
        if one._here:
            one._here[rate.subject] -= 300  # as if five minutes had gone since
        else:
            paid = float(await clients[0].get("limit:e"))
            await clients[0].set("limit:e", f"{paid - 300_000:.0f}")
        assert await taken(one, rate, times=2) == [0, 0]


async def test_without_redis_everybody_goes_on() -> None:
    server = Redis()
    server.start()
    client = Client.from_url(server.url)
    try:
        one = Rates(client)
        assert await taken(one, THREE, times=3) == [0, 0, 0]
        assert await taken(one, THREE) > [0]
        server.kill()
        with capture_logs() as told:
            assert await taken(one, THREE, times=3) == [0, 0, 0], "its own count begins anew"
            assert await taken(one, THREE) > [0]
        assert [line["event"] for line in told] == ["limits_without_redis"], "once, not for every page"
        server.start()
        one._away_until = 0.0
        assert await taken(one, Rate("f", "contact", 3, 60)) == [0]
        assert one._away_until == 0.0
    finally:
        await client.aclose()
        server.remove()


async def test_a_redis_that_hangs_holds_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(LONG_S)
        writer.close()

    monkeypatch.setattr(rates, "PATIENCE", 0.05)
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    client = Client(port=server.sockets[0].getsockname()[1])
    async with asyncio.timeout(LONG_S / 2):
        assert await taken(Rates(client), THREE, times=3) == [0, 0, 0]
    await client.aclose()
    server.close()


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST", 100)
    one = Rates(None)
    for n in range(500):
        assert await taken(one, Rate(str(n), "address", 3)) == [0]
    assert len(one._here) <= 101


# --- the guard ---------------------------------------------------------------------------------------------------


async def limited_site(database: Database, **changes: Any) -> Site:
    site = await make(database, **changes)
    await site.server.close()
    app = site.app
    fresh = web.Application(middlewares=(*app.middlewares, limits.guard))
    for key in app:
        fresh[key] = app[key]
    for route in app.router.routes():
        fresh.router.add_route(route.method, route.resource.canonical if route.resource else "/", route.handler)
    limits.setup(fresh, redis=None)
    site.app, site.server = fresh, TestServer(fresh)
    await site.server.start_server()
    return site


async def closed(site: Site) -> None:
    for client in site.clients:
        await client.close()
    await site.server.close()


async def statuses(browser: TestClient[Any, Any], times: int, path: str = "/h5/site/who", **more: Any) -> list[int]:
    return [(await browser.get(path, allow_redirects=False, **more)).status for _ in range(times)]


async def test_one_contact_is_slowed_down_and_no_other(sqlite_database: Database) -> None:
    site = await limited_site(sqlite_database, limits={"pages": 5})
    try:
        first, second = await site.signed_in("o1"), await site.signed_in("o2")
        with capture_logs() as told:
            assert await statuses(first, 8) == [200] * 5 + [429] * 3
        lines = [line["event"] for line in told]
        assert lines.count("limited") == 1, "a flood does not go on in the log"
        assert "o1" not in str(told) and "127.0.0.1" not in str(told)
        assert await statuses(second, 5) == [200] * 5
        refused = await first.get("/h5/site/who")
        assert 1 <= int(refused.headers["Retry-After"]) <= 12
        page = await refused.text()
        assert f"请过 {refused.headers['Retry-After']} 秒再试" in page
        assert "再试一次" in page
        assert refused.headers["Content-Security-Policy"]
        as_json = await first.get("/h5/site/who", headers={"Accept": "application/json"})
        assert (await as_json.json())["error"] == "too_many"
        answer = await first.post("/h5/site/change", data={"csrf": "x"})
        assert answer.status == 400, "forms have a count of their own"
    finally:
        await closed(site)


async def test_whoever_is_not_signed_in_is_counted_by_address(sqlite_database: Database) -> None:
    changes = {"limits": {"sign_ins": 2, "crowd": 2}, "desk": {"proxies": "127.0.0.1/32"}}
    site = await limited_site(sqlite_database, **changes)
    try:
        asked = {"headers": {"X-Forwarded-For": "198.51.100.7"}}
        found = []
        for _ in range(5):  # fresh browsers, as a program would open them
            found += await statuses(await site.browser(), 1, **asked)
        assert found == [302] * 4 + [429]
        assert await statuses(await site.browser(), 1, "/h5/sign-in/main", **asked) == [429]
        other = {"headers": {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}}
        assert await statuses(await site.browser(), 2, **other) == [302, 302]
    finally:
        await closed(site)


async def test_a_hospital_s_own_network_is_many_people(sqlite_database: Database) -> None:
    changes = {"limits": {"sign_ins": 1, "crowd": 1, "shared_networks": "127.0.0.0/8"}}
    site = await limited_site(sqlite_database, **changes)
    try:
        for _ in range(5):
            assert await statuses(await site.browser(), 1) == [302]
    finally:
        await closed(site)


async def test_a_proxy_nobody_told_of_locks_nobody_out(sqlite_database: Database) -> None:
    site = await limited_site(sqlite_database, limits={"sign_ins": 1, "crowd": 1})
    try:
        forwarded = {"headers": {"X-Forwarded-For": "198.51.100.7"}}
        assert await statuses(await site.browser(), 4, **forwarded) == [302] * 4
        assert await statuses(await site.browser(), 2) == [302, 429]
    finally:
        await closed(site)


async def test_limits_can_be_switched_off(sqlite_database: Database) -> None:
    site = await limited_site(sqlite_database, limits={"pages": 0, "sign_ins": 0})
    try:
        assert await statuses(await site.signed_in("o1"), 8) == [200] * 8
    finally:
        await closed(site)


def test_a_marker_says_the_limit() -> None:
    assert limits.limited("holds")(change) is change
    try:
        assert vars(change)["limit"] == "holds"
        assert "limit" not in vars(who)
    finally:
        del vars(change)["limit"]


# --- the address -------------------------------------------------------------------------------------------------
