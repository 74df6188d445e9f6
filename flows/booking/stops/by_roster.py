"""A session that a new roster takes away with people in it is stopped as any other."""

from __future__ import annotations

from bot.context import Context
from flows.booking.stops.refusals import AlreadyStopped, NothingToStop
from flows.booking.stops.rules import Wish
from flows.booking.stops.service import StopsService


async def stop_session(context: Context, session_id: int) -> None:
    """For flows/booking/roster: shut it, ask and tell everybody in it. Stopped already is stopped."""
    reason = context.wording.render("booking/desk/stop_reason_roster")
    once = f"roster:{session_id}:{context.now.timestamp():.6f}"
    try:
        await StopsService(context).stop(Wish(session_id, reason), once, source="roster")
    except (AlreadyStopped, NothingToStop):
        return
