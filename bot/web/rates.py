"""How often something may be done: one counter for all web processes, in Redis.

A counter is a single moment (GCRA): the one at which all that was done would be paid off, each time costing its share
of the period. It needs no list and no window whose edge could be waited for, and what is refused costs nothing.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot import logs

log = logs.get(__name__)

PATIENCE = 0.25
"""Seconds that a page waits for Redis."""
PAUSE = 5.0
"""So long Redis is left alone after it did not answer."""
MOST = 50_000
"""Counters that one process holds while Redis is away."""

# Redis' own clock, so that machines whose clocks differ agree. All counters are looked at before one is moved.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local later, wait, which = {}, 0, 0
for i, key in ipairs(KEYS) do
  local number, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  later[i] = math.max(now, tonumber(redis.call('GET', key) or 0)) + period / number
  local over = later[i] - now - period
  if over > wait then wait = over; which = i end
end
if which > 0 then return {math.ceil(wait), which} end
for i, key in ipairs(KEYS) do redis.call('SET', key, string.format('%.0f', later[i]), 'PX', ARGV[2 * i] + 1000) end
return {0, 0}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """``number`` times within ``seconds``, for one ``subject``. ``by`` says what the subject is, for logs."""

    subject: str
    by: str
    number: int
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class TooOften:
    """Which rate said no, and after how many seconds it would not."""

    rate: Rate
    wait: int


class Rates:
    """Counts in Redis. While that is away it counts what comes to this process alone: that can only let more through,
    and nobody is kept from a page because a cache is down."""

    def __init__(self, redis: Redis | None) -> None:
        self._take: Any = redis.register_script(_TAKE) if redis is not None else None
        self._here: dict[str, float] = {}
        self._away_until = 0.0

    async def take(self, rates: Sequence[Rate]) -> TooOften | None:
        """Count one time of all of them; or of none, where one says no."""
        now = time.monotonic()
        if self._take is None or now < self._away_until:
            return self._alone(rates, now)
        arguments = [each for rate in rates for each in (rate.number, rate.seconds * 1000)]
        try:
            async with asyncio.timeout(PATIENCE):
                wait, which = await self._take(keys=[f"limit:{rate.subject}" for rate in rates], args=arguments)
        except (TimeoutError, RedisError, OSError) as error:
            log.warning("limits_without_redis", error=type(error).__name__)
            self._away_until = now + PAUSE
            return self._alone(rates, now)
        return TooOften(rates[int(which) - 1], math.ceil(int(wait) / 1000)) if which else None

    def _alone(self, rates: Sequence[Rate], now: float) -> TooOften | None:
        later = {rate: max(now, self._here.get(rate.subject, 0.0)) + rate.seconds / rate.number for rate in rates}
        over = max(later, key=lambda rate: later[rate] - rate.seconds, default=None)
        # A share of a millisecond is rounding, not haste.
        if over is not None and (wait := later[over] - now - over.seconds) > 0.001:
            return TooOften(over, math.ceil(wait))
        if len(self._here) > MOST:
            self._here = {subject: moment for subject, moment in self._here.items() if moment > now}
        if len(self._here) <= MOST:
            self._here |= {rate.subject: moment for rate, moment in later.items()}
        return None
