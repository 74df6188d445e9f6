"""Work on one of many rows, so that a row that fails keeps nothing back behind it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from bot import logs
from bot.db.faults import is_passing

log = logs.get(__name__)


async def alone(work: Awaitable[Any], event: str, **which: int | str) -> bool:
    """False: it failed, which is logged as `event`; the next round meets it again. What passes by itself (a deadlock,
    a lost connection) is raised: it would hit all the others as well."""
    try:
        await work
    except Exception as error:
        if is_passing(error):
            raise
        log.error(event, exc_info=True, **which)
        return False
    return True
