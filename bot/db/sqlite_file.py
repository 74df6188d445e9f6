"""aiosqlite's connection, whose thread is gone where the file does not open."""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite


async def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """An open file. The thread of one that does not open answers the loop once more, which must not have ended by then:
    who starts Daoyi on a folder that is not there would read its complaint beside ours."""
    made = aiosqlite.connect(*arguments, **options)
    made._thread.daemon = True  # as SQLAlchemy has it: one that was forgotten does not keep the process
    try:
        return await made
    except BaseException:
        await asyncio.to_thread(made._thread.join)
        raise
