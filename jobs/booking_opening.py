"""The pool's work behind the conversation: shares that are cut and released, draws that are announced and held."""

from __future__ import annotations

from typing import Any

from bot import logs
from bot.context import Context
from flows.booking.due import store as due
from flows.booking.glance import glance
from flows.booking.opening import store as draws
from flows.booking.opening.announcing import DRAW, Announcing
from flows.booking.opening.drawing import Drawing
from flows.booking.pool import store as pool
from flows.booking.pool.shares import store as shares
from flows.booking.pool.shares.keeping import Keeping
from jobs.alone import alone
from jobs.job import Job
from jobs.outbox import Handles
from jobs.schedule import Every

log = logs.get(__name__)

AT_ONCE = 500
"""Shares released in one round; the next one is a minute away."""


async def renew_shares(job: Job, payload: dict[str, Any]) -> None:
    """Cut the shares of one session, or of all where none is named, as the rules say."""
    async with job.context() as context:
        behind = await Keeping(context).behind(payload.get("session"))
    for session_id in behind:

        async def cut(context: Context, session_id: int = session_id) -> None:
            await Keeping(context).cut(session_id)

        await alone(job.run(cut), "shares_not_cut", session=session_id)
    if behind:
        glance(job.ports).forget()


async def sweep_shares(job: Job) -> None:
    """Release what is due, then bring every session in line with the rules."""
    async with job.database.reading() as tx:
        over = await due.shares(tx, AT_ONCE)
    for each in over:

        async def release(context: Context, each: Any = each) -> None:
            count = await pool.release_share(context.tx, each.segment_id, each.channel)
            log.info("share_released", segment=each.segment_id, channel=each.channel, slots=count)

        await alone(job.run(release), "share_not_released", segment=each.segment_id, channel=each.channel)
    if over:
        glance(job.ports).forget()
    await renew_shares(job, {})


async def announce(job: Job) -> None:
    """Announce the draws of sessions whose day opens later."""
    await job.run(lambda context: Announcing(context).renew())


async def draw(job: Job, payload: dict[str, Any]) -> None:
    """The wishes of a draw are complete."""
    await _draw(job, int(payload["draw"]))


async def sweep_draws(job: Job) -> None:
    """Draws that are due and were not drawn, or whose winners were not all served: a row was lost, or a worker."""
    async with job.database.reading() as tx:
        waiting = await draws.due(tx, AT_ONCE)
    for draw_id in waiting:
        await alone(_draw(job, draw_id), "draw_not_held", draw=draw_id)


async def _draw(job: Job, draw_id: int) -> None:
    """Each step is a transaction; killed between two, the next round goes on where this one ended."""
    await job.run(lambda context: Drawing(context).draw(draw_id))
    while await job.run(lambda context: Drawing(context).step(draw_id)):
        pass
    glance(job.ports).forget()


HANDLES = {shares.RENEW: Handles(renew_shares), DRAW: Handles(draw)}
EVERY = {
    "booking.shares": Every(seconds=60, run=sweep_shares),
    "booking.announce": Every(seconds=60, run=announce),
    "booking.draws": Every(seconds=10, run=sweep_draws),
}
