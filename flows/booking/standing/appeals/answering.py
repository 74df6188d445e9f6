"""The office's answer to an appeal, and what comes of it."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.access import audit
from bot.access.twice import unless_done
from bot.context import Context
from bot.errors import NotFound
from flows.booking.exceptions.granting import Grant, Granting, check_days, wide
from flows.booking.neighbours import Neighbours
from flows.booking.standing import pushes
from flows.booking.standing.appeals import store
from flows.booking.standing.appeals.appealing import LOCK, NO_SHOW, REFUSAL, Appeals
from flows.booking.standing.missing.writing import NoShows

log = logs.get(__name__)


async def answer(context: Context, public: str, words: str, *, accept: bool, grant: Grant | None = None) -> Any:
    """Accepted, a no-show is struck out (and a lock that stood on it lifted), a lock is lifted; from the rule of a
    refusal the person is excepted as `grant` says (None: the words say what to do now). The patient is told. Raises
    NotFound and BadDays, before anything is written; Conflict where it was answered by somebody else, or otherwise."""
    row = await store.by_public(context.tx, public)
    if row is None:
        raise NotFound("appeal")
    excepts = grant if accept and row.kind == REFUSAL else None
    if excepts is not None:
        check_days(excepts)
    state = store.ACCEPTED if accept else store.DECLINED
    no_shows, matter = NoShows(context), row.about.partition(":")[2]
    # The person's lock comes before the appeal's own row, as everywhere.
    await no_shows.neighbours.lock_whoever(row.person_id)
    if not await store.answer(context.tx, row.id, state, words, context.actor):
        there: Any = await store.by_public(context.tx, public)
        given = await Granting(context).given(there)
        wanted = wide(excepts, there) if excepts is not None else None
        unless_done(
            (there.state, there.answer, there.answered_by, given), (state, words, context.actor, wanted), "answered"
        )
        return there
    if accept and row.kind == NO_SHOW:
        await no_shows.strike(matter, f"appeal:{public}")
    if accept and row.kind == LOCK:
        await no_shows.lift(matter, f"appeal:{public}")
    if excepts is not None:
        await Granting(context).grant(row, excepts)
    answered: Any = await store.by_public(context.tx, public)
    await pushes.appealed(context, answered, await Appeals(context).facts(answered))
    audit.write(context.tx, context.actor, f"booking.appeal_{state}", f"appeal:{public}", {"kind": row.kind})
    metrics.appeals.inc(state)
    log.info("appeal_answered", appeal=public, kind=row.kind, state=state)
    return answered


async def withdraw(context: Context, public: str, reason: str) -> None:
    """The exception that an appeal led to is taken back, and whoever appealed is told. Raises NotFound, Conflict."""
    row = await store.by_public(context.tx, public)
    if row is None:
        raise NotFound("appeal")
    await Neighbours(context).lock_whoever(row.person_id)
    if await Granting(context).withdraw(row, reason):
        await pushes.exception_over(context, row, await Appeals(context).facts(row))
