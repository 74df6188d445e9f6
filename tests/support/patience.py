"""Waiting for what will be so, however slow the machine: nothing here says how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

LONG_S = 60.0
"""Far more than anything takes that comes at all. A test fails by it, and never passes by it."""
LIMITS = (
    "bot.web.bodies.SECONDS", "bot.web.failures.PATIENCE", "bot.web.health.PATIENCE", "bot.web.rates.PATIENCE",
    "flows.booking.exams.wishes.IN_A_TURN", "flows.patients.records.IN_A_TURN",
    "integrations.wechat.shared.REDIS_SECONDS", "webhooks.wechat.view.KEEPING_SECONDS",
)
"""Seconds that Daoyi waits and no longer."""


@contextmanager
def unhurried_limits() -> Iterator[None]:
    """All of them are long."""
    with ExitStack() as stack:
        for limit in LIMITS:
            stack.enter_context(mock.patch(limit, LONG_S))
        yield


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], *, pause: float = 0.01) -> None:
    """Return when `condition()` is true; TimeoutError where it does not become so."""
    async with asyncio.timeout(LONG_S):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(pause)
