"""What a roster changes of a session while one of our stops runs: new parts fall under it, so that they open with the
others when it is taken back; what the roster tells no more does not open again."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, or_, select, update

from bot.db.transaction import Transaction
from flows.booking.stops.store import ACTIVE, RUNNING, stop
from flows.booking.store import appointment, segment


async def cover(tx: Transaction, session_id: int, told: Collection[int]) -> bool:
    """`told` are the segments that the roster tells now; the caller holds the session's lock. Whether all of the
    session is stopped."""
    mine = and_(stop.c.session_id == session_id, stop.c.state == RUNNING, stop.c.source != "hospital", stop.c.closes)
    running = await tx.all(select(stop).where(mine).order_by(stop.c.id.desc()))
    ours = update(segment).where(segment.c.session_id == session_id)
    inside = select(appointment.c.id).where(
        appointment.c.segment_id == segment.c.id, appointment.c.state.in_(ACTIVE)).exists()
    for each in running:  # the latest first: it is in force where several reach
        there = or_(segment.c.start_wall >= each.from_wall, each.whole)
        fresh = (segment.c.id.in_(told), segment.c.stop_id.is_(None), there)
        await tx.update(ours.where(*fresh).values(state="stopped", stop_id=each.id, substitute=each.substitute))
        gone = ours.where(segment.c.id.not_in(told), segment.c.stop_id == each.id, segment.c.state == "stopped")
        await tx.update(gone.where(~inside).values(state="closed", stop_id=None, substitute=None))
        await tx.update(gone.values(state="closed"))  # whoever is in it still has to choose
    return any(each.whole for each in running)
