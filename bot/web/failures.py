"""What went wrong on a page goes into the journal, so that staff find it by the reference that the page told."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot import logs
from bot.db.faults import is_passing
from bot.db.transaction import Transaction
from bot.errors import Refusal
from bot.web.desk.guard import STAFF
from bot.web.keys import DATABASE
from bot.web.sessions import SESSION

log = logs.get(__name__)
PATIENCE = 1.0
"""So long the page that tells of it waits for its line, and no longer."""


async def tell(request: web.Request, error: Exception) -> None:
    """A line of its own, after what failed was rolled back. The page is answered whatever becomes of it. None where the
    database itself is away, nor of a no that has its line already."""
    if is_passing(error) or (isinstance(error, Refusal) and error.noted):
        return
    resource = request.match_info.route.resource

    async def write(tx: Transaction) -> None:
        tx.note("page.failed", actor=_who(request), failed=type(error).__name__,
                about=resource.canonical if resource is not None else "", channel="web")

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
