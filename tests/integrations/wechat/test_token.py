"""One token for all: fetched by one, renewed by one, and still there when Redis is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import redis.asyncio
import time_machine
from aiohttp import web

from bot import clock, keys
from bot.errors import OutsideUnavailable
from integrations.wechat.errors import AccountRefused, TokenRefused
from integrations.wechat.shared import Fetched, Shared
from tests.integrations.wechat.stub import Stub
from tests.support.redis import Redis

TOKEN_PATH = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
async def store(redis_server: Redis) -> AsyncIterator[redis.asyncio.Redis]:
    client = redis.asyncio.Redis.from_url(redis_server.url)
    yield client
    await client.aclose()


def _numbered(stub: Stub, *, wait: float = 0.0):
    """Tokens T1, T2 ..., one more with each fetch."""

    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(wait)
        return web.json_response({"access_token": f"T{len(stub.of(TOKEN_PATH))}", "expires_in": 7200})

    return answer


def _good_for(*tokens: str):
    async def answer(request: web.Request) -> web.Response:
        good = request.query["access_token"] in tokens
        return web.json_response({"errcode": 0} if good else {"errcode": 40001, "errmsg": "invalid credential"})

    return answer


@pytest.mark.redis
async def test_two_processes_at_once_fetch_one(stub: Stub, store: redis.asyncio.Redis) -> None:
    stub.answers |= {TOKEN_PATH: _numbered(stub, wait=0.2), SEND: _good_for("T1")}
    clients = [stub.client(redis=store) for _ in range(4)]
    await asyncio.gather(*(client.send_text("openid", "x") for client in clients for _ in range(5)))
    assert len(stub.of(TOKEN_PATH)) == 1
    assert {each.query["access_token"] for each in stub.of(SEND)} == {"T1"}


@pytest.mark.redis
async def test_the_token_lies_sealed(stub: Stub, store: redis.asyncio.Redis) -> None:
    stub.answers |= {TOKEN_PATH: {"access_token": "plain-to-see", "expires_in": 7200}, SEND: "ok"}
    await stub.client(redis=store).send_text("openid", "x")
    stored = {key: await store.get(key) for key in await store.keys("daoyi:*")}
    assert list(stored) == [b"daoyi:wechat:wx1234567890abcdef:token"]
    assert all(b"plain-to-see" not in value for value in stored.values())
    assert 6800 < await store.ttl("daoyi:wechat:wx1234567890abcdef:token") <= 6900  # 7200 less five minutes


@pytest.mark.redis
async def test_a_value_that_our_keys_do_not_open_is_fetched_anew(stub: Stub, store: redis.asyncio.Redis) -> None:
    await store.set("daoyi:wechat:wx1234567890abcdef:token", b"bm90IG91cnM=", ex=60)
    stub.answers |= {TOKEN_PATH: _numbered(stub), SEND: _good_for("T1")}
    await stub.client(redis=store).send_text("openid", "x")
    assert len(stub.of(TOKEN_PATH)) == 1


@pytest.mark.redis
@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_stale_token_is_renewed_once_by_all(stub: Stub, store: redis.asyncio.Redis, errcode: int) -> None:
    async def send(request: web.Request) -> web.Response:
        stale = request.query["access_token"] == "T1"
        return web.json_response({"errcode": errcode if stale else 0, "errmsg": ""})

    stub.answers |= {TOKEN_PATH: _numbered(stub), SEND: send}
    clients = [stub.client(redis=store) for _ in range(3)]
    await asyncio.gather(*(client.send_text("openid", "x") for client in clients for _ in range(4)))
    assert len(stub.of(TOKEN_PATH)) == 2


async def test_a_fresh_token_that_is_refused_is_a_wrong_setting(stub: Stub) -> None:
    stub.answers |= {TOKEN_PATH: _numbered(stub), SEND: _good_for()}
    with pytest.raises(TokenRefused):
        await stub.client().send_text("openid", "x")
    assert len(stub.of(SEND)) == 2  # asked again once, not for ever


@pytest.mark.redis
async def test_a_command_without_keys_leaves_nothing_in_the_clear(
        stub: Stub, store: redis.asyncio.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.set("daoyi:wechat:wx1234567890abcdef:token", b"bm90IG91cnM=", ex=60)
    monkeypatch.setattr(keys, "_installed", None)
    stub.answers |= {TOKEN_PATH: _numbered(stub), SEND: _good_for("T1")}
    await stub.client(redis=store).send_text("openid", "x")
    assert await store.get("daoyi:wechat:wx1234567890abcdef:token") == b"bm90IG91cnM="


@pytest.mark.redis
async def test_who_comes_a_moment_late_finds_what_was_fetched(store: redis.asyncio.Redis) -> None:
    """Looked (nothing there), then another process fetched, stored and let go of the lock, then we got the lock."""
    other = Shared("t", _always("theirs"), store)

    class Late:
        """Redis as this process saw it: the first look came before the other process was done."""

        looked = False

        async def get(self, key: str) -> object:
            if not self.looked:
                self.looked = True
                assert await other.get() == "theirs"
                return None
            return await store.get(key)

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

    assert await Shared("t", _always("ours"), Late()).get() == "theirs"


async def test_a_wrong_secret_is_told_as_such(stub: Stub) -> None:
    stub.answers[TOKEN_PATH] = "token__bad_secret"
    with pytest.raises(AccountRefused):
        await stub.client().send_text("openid", "x")
    assert stub.of(SEND) == []


@pytest.mark.redis
async def test_force_is_used_when_wechat_gives_the_refused_token_again(
        stub: Stub, store: redis.asyncio.Redis) -> None:
    """A stable token stays the same until its end; if another system put it out of use, only force helps."""
    forced: list[bool] = []

    async def fetch(force: bool) -> Fetched:
        forced.append(force)
        return Fetched("new" if force else "old", 7200)

    one, two = Shared("t", fetch, store), Shared("t", fetch, store)
    assert await one.get() == "old"
    assert await one.renew("old") == "new"
    assert forced == [False, False, True]
    assert await two.renew("old") == "new"  # finds what the first brought
    assert len(forced) == 3
    # Not twice within thirty seconds, whichever process it is: WeChat allows twenty a day.
    with pytest.raises(OutsideUnavailable):
        await Shared("t", _always("new"), store).renew("new")


def _always(value: str):
    async def fetch(force: bool) -> Fetched:
        return Fetched(value, 7200)

    return fetch


async def test_it_is_fetched_anew_before_its_end() -> None:
    fetched: list[int] = []

    async def fetch(force: bool) -> Fetched:
        fetched.append(7200)
        return Fetched(f"T{len(fetched)}", 7200)

    shared = Shared("t", fetch)
    start = clock.now()
    assert await shared.get() == "T1"
    with time_machine.travel(start + timedelta(seconds=6890), tick=False):
        assert await shared.get() == "T1"
    with time_machine.travel(start + timedelta(seconds=6910), tick=False):
        assert await shared.get() == "T2"


async def test_a_token_near_its_end_is_used_for_a_short_while(stub: Stub) -> None:
    """stable_token tells what is left; asking at each call until the new one comes would be a storm."""
    stub.answers |= {TOKEN_PATH: ["stable_token__near_end", "stable_token__ok"], SEND: "ok"}
    client = stub.client()
    start = clock.now()
    for _ in range(5):
        await client.send_text("openid", "x")
    assert len(stub.of(TOKEN_PATH)) == 1
    with time_machine.travel(start + timedelta(seconds=90), tick=False):
        await client.send_text("openid", "x")
    assert len(stub.of(TOKEN_PATH)) == 2
