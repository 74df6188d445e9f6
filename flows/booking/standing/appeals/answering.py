"""The office's answer to an appeal, and what comes of it."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.access import audit
from bot.context import Context
from bot.errors import Conflict, NotFound
from flows.booking.standing import pushes
from flows.booking.standing.appeals import store
from flows.booking.standing.appeals.appealing import LOCK, NO_SHOW, Appeals
from flows.booking.standing.missing.writing import NoShows

log = logs.get(__name__)


async def answer(context: Context, public: str, words: str, *, accept: bool) -> Any:
    """Accepted, a no-show is struck out (and a lock that stood on it lifted), a lock is lifted; of a refusal the words
    say what to do now. The patient is told. Raises NotFound; Conflict where somebody else answered."""
    row = await store.by_public(context.tx, public)
    if row is None:
        raise NotFound("appeal")
    state = store.ACCEPTED if accept else store.DECLINED
    no_shows, matter = NoShows(context), row.about.partition(":")[2]
    # The person's lock comes before the appeal's own row, as everywhere.
    await no_shows.neighbours.lock_whoever(row.person_id)
    if not await store.answer(context.tx, row.id, state, words, context.actor):
        raise Conflict("answered")
    if accept and row.kind == NO_SHOW:
        await no_shows.strike(matter, f"appeal:{public}")
    if accept and row.kind == LOCK:
        await no_shows.lift(matter, f"appeal:{public}")
    answered: Any = await store.by_public(context.tx, public)
    await pushes.appealed(context, answered, await Appeals(context).facts(answered))
    audit.write(context.tx, context.actor, f"booking.appeal_{state}", f"appeal:{public}", {"kind": row.kind})
    metrics.appeals.inc(state)
    log.info("appeal_answered", appeal=public, kind=row.kind, state=state)
    return answered
