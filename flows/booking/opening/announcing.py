"""Which sessions are drawn: announced, with the hash of their seed, before their day opens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot import logs
from bot.context import Context
from flows.booking.neighbours import Neighbours, clinic_rules
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws

log = logs.get(__name__)

DRAW = "booking.draw"
"""Topic: the wishes of a draw are complete. Should it be lost, the sweep finds the draw due."""


def seconds_of(fairs: Iterable[Any], clinic: str, sitting: str | None) -> int:
    """For how long wishes for a session are gathered; 0: it is not drawn. A doctor's own line goes first."""
    own = {(each.clinic, each.doctor): each.seconds for each in fairs}
    return int(own.get((clinic, sitting or "")) or own.get((clinic, "")) or 0)


class Announcing:
    """Used by a job, and by the desk after a change."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)

    async def renew(self) -> int:
        """Announce what is to be drawn, move what opens at another time, withdraw what is drawn no more. Gives how many
        were announced."""
        fairs, catalogue = await draws.fairs(self.tx), await Neighbours(self.context).catalogue()
        before = timedelta(minutes=self.context.settings.booking.draw_announced_minutes)
        made = 0
        for row in await draws.sessions(self.tx, self.now.date()):
            clinic = clinic_rules(catalogue, row.clinic, self.context)
            opens = clinic.opens(row.date, self.now)
            seconds = seconds_of(fairs, row.clinic, row.sitting) if clinic.open else 0
            if row.draw_id is None:
                if seconds and opens - self.now >= before:
                    made += await self._announce(row, opens, opens + timedelta(seconds=seconds))
            elif row.draw_state == draws.COMING and not seconds:
                if await draws.withdraw(self.tx, row.draw_id, row.id):
                    log.info("draw_withdrawn", session=row.code)
            elif row.draw_state == draws.COMING and row.opens_at > self.now:
                # A day that opened with a wider horizon, or an earlier hour, gathers its wishes from now on.
                opens = max(opens, self.now)
                closes = opens + timedelta(seconds=seconds)
                if (row.opens_at, row.closes_at) != (opens, closes):
                    await draws.move(self.tx, row.draw_id, opens, closes)
        return made

    async def _announce(self, row: Any, opens: Any, closes: Any) -> bool:
        seed = opening.new_seed()
        draw = await draws.announce(self.tx, row.id, opens, closes, seed, opening.sha256(seed))
        if draw is None:
            return False
        self.tx.put(DRAW, {"draw": draw.id}, key=f"{DRAW}:{draw.public_id}", due=draw.closes_at, priority=1)
        log.info("draw_announced", draw=draw.public_id, session=row.code)
        return True
