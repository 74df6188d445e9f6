"""Waiting for what will be so, however slow the machine: nothing here says how long it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

LONG_S = 60.0
"""Far more than anything takes that comes at all. A test fails by it, and never passes by it."""


async def until(condition: Callable[[], bool] | Callable[[], Awaitable[bool]], *, pause: float = 0.01) -> None:
    """Return when `condition()` is true; TimeoutError where it does not become so."""
    async with asyncio.timeout(LONG_S):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(pause)
