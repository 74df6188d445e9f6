"""Tells the workers that the outbox has something, without making any turn wait for Redis.

The outbox table is the truth: a wake-up that is lost only means that a worker finds the row a second later by itself.
"""

from __future__ import annotations

import asyncio

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from bot import logs
from bot.jobs_json import dump

log = logs.get(__name__)

WAKE = "wake_outbox"
PAUSE_S = 0.02


class Waker:
    """`wake` costs nothing but a flag; `run` sends at most one wake-up for all that was flagged in a short while."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._redis.job_serializer = dump
        self._flag = asyncio.Event()

    def wake(self) -> None:
        self._flag.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._flag.wait()
            self._flag.clear()
            try:
                # One id for all: while a wake-up is still queued, another would be one too many.
                async with asyncio.timeout(2):
                    await self._redis.enqueue_job(WAKE, _job_id=WAKE, _expires=10)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("wake_failed", error=type(error).__name__)
                await asyncio.sleep(0.5)
            await asyncio.sleep(PAUSE_S)
