"""Who says nothing in time stays where they are: with the substitute, who sees them at the time they have."""

from __future__ import annotations

from bot import logs, metrics
from bot.context import Context
from flows.booking.pool import store as pool
from flows.booking.stops import store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.telling import Telling

log = logs.get(__name__)


async def stay(context: Context, choice_id: int) -> None:
    """Once; whoever answered meanwhile has answered. They may still change their mind until their time is over."""
    tx = context.tx
    row = await choices.by_id(tx, choice_id)
    if row is None or await pool.lock(tx, row.appointment_id) != "booked":
        return
    if await choices.answer(tx, choice_id, (store.OPEN,), store.STAYED, ""):
        await choices.mark(tx, row.appointment_id, None)
        await choices.drop_slot(tx, choice_id)  # it comes back by itself at this very moment
        await Telling(context).remind(row.appointment_id)
        metrics.stops.inc(store.STAYED)
        log.info("stop_stayed", choice=row.public_id)
