"""Waiting for somebody: an entry of the waiting list that staff make and end for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import metrics
from bot.context import Context
from bot.errors import NotFound
from flows.booking import pushes
from flows.booking.behalf.reach import Reach
from flows.booking.glance import glance
from flows.booking.neighbours import Neighbours
from flows.booking.standing.record import Record
from flows.booking.waiting import store as entries
from flows.booking.waiting.list import WaitingList


class WaitingFor(WaitingList):
    """Part of Behalf. `context` is on behalf of the contact that is told; the rules are those of the person."""

    def __init__(self, context: Context, person_id: int, reach: Reach) -> None:
        super().__init__(context)
        self.person_id, self.reach = person_id, reach
        # Whoever looks after the person: it is the person's wish that staff write down.
        anybody = replace(context, contact=None)
        self.neighbours = Neighbours(anybody)
        # How often the contact cancelled is its own affair, as when staff book.
        self.standing = Record(anybody)

    async def _checked(self, sessions: Any, person_id: int) -> tuple[list[Any], tuple[int, ...]]:
        for row in await entries.sessions(self.tx, sessions):
            if not self.reach(row.clinic, row.sitting):
                raise NotFound("session")
        return await super()._checked(sessions, person_id)

    async def entry(self, public: str) -> Any:
        """Raises NotFound for another person's, and outside of reach."""
        row = await entries.by_public(self.tx, public)
        if row is None or row.person_id != self.person_id or not self.reach(row.clinic, row.sitting):
            raise NotFound("waiting")
        return row

    async def give_up(self, public: str) -> Any:
        """Whoever joined is told: it was not they who did it."""
        row = await self.entry(public)
        if await entries.end(self.tx, row.id, entries.WAITING, entries.GIVEN_UP, self.context.actor):
            glance(self.context.ports).forget()
            metrics.waiting.inc("given_up")
            await pushes.given_up(self.context, row, await self.facts(row) | {"staff": True})
        return await self.entry(public)

    async def facts(self, row: Any) -> dict[str, Any]:
        """As the patient is told them, not as staff may see them."""
        theirs = self.context.contact.public_id if self.context.contact else ""
        return await WaitingList(self.context.acting_as(f"contact:{theirs}")).facts(row)
