"""What went wrong on a page, and what was refused there that no page of ours asks for, goes into the journal: so that
staff find it by the reference that the page told."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from aiohttp import web

from bot import logs
from bot.db.faults import is_passing
from bot.db.transaction import Transaction
from bot.errors import Refusal
from bot.web.desk.guard import STAFF
from bot.web.keys import DATABASE
from bot.web.sessions import SESSION

log = logs.get(__name__)
_lately: deque[float] = deque()
MACHINES = "/webhooks/"
MOST = 300
"""Refusals of a minute that are written down, in each process."""
PATIENCE = 1.0
"""So long the page that tells of it waits for its line, and no longer."""


async def tell(request: web.Request, error: Exception) -> None:
    """A line of its own, after what failed was rolled back. The page is answered whatever becomes of it. None where the
    database itself is away, nor of a no that has its line already."""
    if is_passing(error) or (isinstance(error, Refusal) and error.noted):
        return
    await _note(request, "page.failed", type(error).__name__)


async def refused(request: web.Request, reason: str) -> None:
    """A line for what is foreign or forged, or not theirs who are known. Beyond MOST in a minute only the log has them:
    who hammers at the door shall not fill the journal."""
    if request.path.startswith(MACHINES):
        return
    now = time.monotonic()
    while _lately and _lately[0] < now - 60:
        _lately.popleft()
    if len(_lately) < MOST:
        _lately.append(now)
        await _note(request, "page.refused", reason)


async def _note(request: web.Request, kind: str, reason: str) -> None:
    resource = request.match_info.route.resource

    async def write(tx: Transaction) -> None:
        tx.note(kind, actor=_who(request), failed=reason, about=resource.canonical if resource is not None else "",
                channel="web")

    try:
        async with asyncio.timeout(PATIENCE):
            await request.app[DATABASE].run(write, tries=1)
    except Exception as lost:
        log.warning("journal_lost", lines=1, error=type(lost).__name__)


def _who(request: web.Request) -> str:
    if member := request.get(STAFF):
        return member.actor
    session = request.get(SESSION)
    return f"contact:{session.contact.public_id}" if session else "public"
