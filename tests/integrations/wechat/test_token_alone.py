"""The token where Redis, or whoever fetches it, is away."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio

from bot.errors import OutsideUnavailable
from integrations.wechat.shared import Fetched, Shared
from tests.integrations.wechat.test_token import _always, store
from tests.support.redis import Redis

__all__ = ["store"]


async def test_without_redis_a_process_fetches_for_itself() -> None:
    count = 0

    async def fetch(force: bool) -> Fetched:
        nonlocal count
        count += 1
        await asyncio.sleep(0.02)
        return Fetched(f"T{count}", 7200)

    shared = Shared("t", fetch)
    assert await asyncio.gather(*(shared.get() for _ in range(10))) == ["T1"] * 10
    assert await asyncio.gather(*(shared.renew("T1") for _ in range(10))) == ["T2"] * 10
    assert count == 2


@pytest.mark.redis
async def test_redis_may_die_and_come_back() -> None:
    server = Redis()
    server.start()
    try:
        store = redis.asyncio.Redis.from_url(server.url)
        fetched: list[str] = []

        async def fetch(force: bool) -> Fetched:
            fetched.append(f"T{len(fetched) + 1}")
            return Fetched(fetched[-1], 7200)

        shared = Shared("t", fetch, store)
        assert await shared.get() == "T1"
        server.kill()
        assert await shared.get() == "T1"  # what this process holds is still good
        assert await Shared("t", fetch, store).get() == "T2"
        assert await shared.renew("T1") == "T3"
        await store.aclose()
    finally:
        server.remove()


@pytest.mark.redis
async def test_who_fetches_may_die(store: redis.asyncio.Redis) -> None:
    """Its lock goes by itself; meanwhile the others wait, and only then fetch."""
    await store.set("daoyi:t:lock", "somebody who is gone", px=300)
    shared = Shared("t", _always("T"), store)
    assert await shared.get() == "T"
    assert await store.get("daoyi:t:lock") is None


@pytest.mark.redis
async def test_a_failed_fetch_lets_the_next_one_try(store: redis.asyncio.Redis) -> None:
    answers: list[Fetched | Exception] = [OutsideUnavailable("away"), Fetched("T", 7200)]

    async def fetch(force: bool) -> Fetched:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    shared = Shared("t", fetch, store)
    with pytest.raises(OutsideUnavailable):
        await shared.get()
    assert await shared.get() == "T"
