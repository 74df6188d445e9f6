"""A value that one process fetches for all: the access token, the JS-SDK ticket.

WeChat counts fetches and lets a new token put the old one out of use, so all processes on all machines must agree on
one. It lies sealed in Redis; who finds none takes a lock, fetches, and the others wait for what it brings. Without
Redis each process fetches its own: with ``stable_token`` they get the same one, so that is only wasteful.
"""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import clock, keys, logs
from bot.errors import KeysError, OutsideUnavailable
from integrations.wechat.errors import SYSTEM

log = logs.get(__name__)
T = TypeVar("T")

MARGIN = 300
"""Seconds before its end at which a value is no longer used: WeChat makes the next token 5 minutes early."""
LOCK_SECONDS = 12
"""Life of the lock: longer than two fetches may take (a forced renewal), so that nobody else fetches meanwhile."""
REDIS_SECONDS = 1.0
FORCE_SECONDS = 30
"""WeChat allows force_refresh 20 times a day, not twice within 30 seconds."""
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"


@dataclass(frozen=True)
class Fetched:
    """A fresh value and its life in seconds, as WeChat said it."""

    value: str
    seconds: int


@dataclass(frozen=True)
class _Held:
    value: str
    until: float


class _RedisAway(Exception):
    """Redis did not answer; never leaves this module."""


class Shared:
    """One shared value, by its ``name`` (unique over all accounts and kinds).

    :param fetch: asks WeChat; its argument says whether to force a new value
    :param redis: where processes share, sealed by the installed key ring; None for this process alone. A process
        without a key ring (a command) can neither read nor store there and fetches its own.
    """

    def __init__(self, name: str, fetch: Callable[[bool], Awaitable[Fetched]], redis: Redis | None = None) -> None:
        self._name, self._fetch, self._redis = name, fetch, redis
        self._key, self._lock_key = f"daoyi:{name}", f"daoyi:{name}:lock"
        self._held: _Held | None = None
        self._turn = asyncio.Lock()
        self._forced_at = 0.0

    async def get(self) -> str:
        """The value, fetched only if neither this process nor Redis has one that is still good."""
        if held := self._good(None):
            return held.value
        async with self._turn:
            return (self._good(None) or await self._obtain(None)).value

    async def renew(self, refused: str) -> str:
        """Another value than ``refused``, which WeChat no longer takes. Whoever comes late finds the new one there."""
        async with self._turn:
            return (self._good(refused) or await self._obtain(refused)).value

    def _good(self, refused: str | None) -> _Held | None:
        held = self._held
        return held if held and held.value != refused and held.until > clock.now().timestamp() else None

    async def _obtain(self, refused: str | None) -> _Held:
        if self._redis is None:
            self._held = await self._fresh(refused, self._may_force_here)
            return self._held
        try:
            self._held = await self._together(self._redis, refused)
        except _RedisAway:
            log.warning("shared_value_alone", name=self._name)
            self._held = await self._fresh(refused, self._may_force_here)
        return self._held

    async def _together(self, redis: Redis, refused: str | None) -> _Held:
        """Read what is there, or be the one that fetches, or wait for the one that does."""
        me = secrets.token_hex(8)
        for _ in range(int(LOCK_SECONDS / 0.05)):
            held = self._unpack(await _quick(redis.get(self._key)))
            if held and held.value != refused:
                return held
            if await _quick(redis.set(self._lock_key, me, nx=True, px=LOCK_SECONDS * 1000)):
                try:
                    # Between our look and our lock another process may have stored one and let go.
                    held = self._unpack(await _quick(redis.get(self._key)))
                    if held and held.value != refused:
                        return held
                    held = await self._fresh(refused, lambda: self._may_force_together(redis))
                    await self._store(redis, held)
                    return held
                finally:
                    await self._release(redis, me)
            await asyncio.sleep(0.05)
        raise OutsideUnavailable(f"{self._name}: another process is fetching it", system=SYSTEM, retry_after=1)

    async def _fresh(self, refused: str | None, may_force: Callable[[], Awaitable[bool]]) -> _Held:
        """Ask WeChat; a second time with force if it gives the refused value again."""
        fetched = await self._fetch(False)
        if refused is not None and fetched.value == refused:
            if not await may_force():
                raise OutsideUnavailable(f"{self._name}: refused and renewed too soon", system=SYSTEM,
                                         retry_after=FORCE_SECONDS)
            fetched = await self._fetch(True)
        # Near its end a stable token is given with what is left of it: the margin must not eat all of that.
        life = max(fetched.seconds - MARGIN, min(fetched.seconds // 2, 60))
        return _Held(fetched.value, clock.now().timestamp() + life)

    async def _may_force_together(self, redis: Redis) -> bool:
        return bool(await _quick(redis.set(f"{self._key}:forced", "1", nx=True, ex=FORCE_SECONDS)))

    async def _may_force_here(self) -> bool:
        now = clock.now().timestamp()
        allowed = now - self._forced_at >= FORCE_SECONDS
        if allowed:
            self._forced_at = now
        return allowed

    async def _store(self, redis: Redis, held: _Held) -> None:
        milliseconds = int((held.until - clock.now().timestamp()) * 1000)
        if milliseconds <= 0 or not keys.installed():
            return
        try:
            await _quick(redis.set(self._key, self._pack(held), px=milliseconds))
        except _RedisAway:
            log.warning("shared_value_not_stored", name=self._name)

    async def _release(self, redis: Redis, me: str) -> None:
        try:
            await _quick(cast(Awaitable[Any], redis.eval(_RELEASE, 1, self._lock_key, me)))
        except _RedisAway:
            log.warning("shared_lock_left", name=self._name)

    def _pack(self, held: _Held) -> bytes:
        return base64.b64encode(keys.ring().seal(json.dumps([held.value, held.until]), self._name))

    def _unpack(self, stored: Any) -> _Held | None:
        """What Redis holds, or None if there is nothing, or nothing that our keys open (they were changed)."""
        if not stored:
            return None
        try:
            value, until = json.loads(keys.ring().open(base64.b64decode(stored), self._name))
            held = _Held(str(value), float(until))
        except (KeysError, ValueError, TypeError):
            return None
        return held if held.until > clock.now().timestamp() else None


async def _quick(answer: Awaitable[T]) -> T:
    """Wait for Redis, but not for long: it only saves work here."""
    try:
        async with asyncio.timeout(REDIS_SECONDS):
            return await answer
    except (RedisError, OSError) as error:
        raise _RedisAway from error
