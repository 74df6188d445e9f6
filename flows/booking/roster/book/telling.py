"""What the hospital has to be told of a session of ours, and what becomes of its answer. Used by jobs/booking_sessions.

Nobody is registered in a session before the hospital has it as it is now: `accepted` puts everybody who is booked in it
behind the answer. Where the hospital refuses it, they keep their appointments, which then stand in our book alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from bot import logs, metrics
from bot.access import audit
from bot.access.twice import unless_done
from bot.context import Context
from flows.booking.keeping import REGISTER
from flows.booking.roster.book import store
from flows.booking.roster.book.picture import digest, picture
from flows.booking.roster.patterns import store as patterns
from integrations.his.port import OwnSession

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """`request` names exactly what is told. `code` is the hospital's, where it has the session already; `known`: it
    was told the very same before, so that there is nothing to call for."""

    session_id: int
    session: OwnSession
    request: str
    digest: str
    code: str | None
    known: bool


async def due(context: Context, session_id: int) -> Due | None:
    """None where the hospital knows, has refused, or the day has passed."""
    # The revision is read before what it is of: what changes in between is told once more.
    row = await store.facts(context.tx, session_id)
    if row is None or row.state != store.WAITING or row.date < context.clock.today():
        return None
    session = await picture_of(context, row)
    mark = digest(session)
    request = f"{store.TELL}:{hashlib.sha256(repr(session).encode()).hexdigest()[:40]}"
    return Due(session_id, session, request, mark, row.code, bool(row.code) and row.told_digest == mark)


async def picture_of(context: Context, row: Any) -> OwnSession:
    """`row` is store.facts of the session."""
    numbers = await store.numbers(context.tx, row.session_id)
    return picture(row, await store.parts(context.tx, row.session_id), numbers)


async def accepted(context: Context, told: Due, code: str) -> None:
    """The hospital has it, under this code."""
    revision = told.session.revision
    if not await store.enter(context.tx, told.session_id, revision, code=code, digest=told.digest):
        return
    row = await store.of(context.tx, told.session_id)
    if row is not None and row.state == store.TOLD:
        await _register(context, told.session_id)
    if not told.known:
        metrics.sessions_told.inc("taken")
        log.info("session_told", session=told.session.own, revision=revision)


async def refused(context: Context, told: Due, refusal: str, words: str) -> None:
    """The hospital will not have it as it is. The office sees why; whoever is booked in it stays booked."""
    session = told.session
    if not await store.refuse(context.tx, told.session_id, session.revision, refusal[:64], words[:200]):
        return
    if told.code:
        await _register(context, told.session_id)  # as far as they fit what it has
    await patterns.tell(
        context.tx, context.actor, "session_refused", session.clinic, session.own, doctor=session.doctor,
        day=session.date, facts={"refusal": refusal[:64]},
    )
    metrics.sessions_told.inc("refused")
    log.warning("session_refused", session=session.own, code=refusal)


async def again(context: Context, session_id: int) -> None:
    """The office has put right what the hospital refused; what is on its way again is on its way. Raises Conflict:
    nothing is refused (any more)."""
    row = await store.facts(context.tx, session_id)
    if row is None or row.state != store.REFUSED:
        unless_done(row and row.state, store.WAITING, "session_told")
        return
    await store.changed(context.tx, session_id)
    audit.write(context.tx, context.actor, "booking.session_told_again", f"session:{row.own}", {"clinic": row.clinic})
    log.info("session_told_again", session=row.own)


async def _register(context: Context, session_id: int) -> None:
    for each in await store.unregistered(context.tx, session_id):
        context.tx.put(REGISTER, {"appointment": each.id}, lane=f"booking:{each.public_id}", priority=3)
