"""What becomes of a slot: given an appointment, given back, let go; and who is told."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.booking import chronicle, pushes, store, visit
from flows.booking.exceptions import store as exceptions
from flows.booking.glance import glance
from flows.booking.pool import store as pool
from flows.booking.pool.gate import store as gate
from flows.booking.refusals import HoldExpired
from flows.booking.terms import Terms
from flows.booking.waiting.passing import Passing

log = logs.get(__name__)

REGISTER, UNREGISTER = "booking.register", "booking.unregister"


class Keeping(Terms):
    """Part of BookingService."""

    answered = False
    pays = True
    """Whether a clinic that has its fee paid first is paid before it is booked; staff book at once."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.settings = context.settings.booking

    @cached_property
    def passing(self) -> Passing:
        return Passing(self.context)

    async def release(self, appointment_id: int, *, expired: bool = False) -> bool:
        """Give a held slot back; False when it is not held any more. Safe to call for anything, and twice."""
        row = await store.appointment_by(self.tx, appointment_id)
        if row is None:
            return False
        return await self.release_hold(row.id, row.segment_id, row.slot_id, expired=expired)

    async def release_hold(self, appointment_id: int, segment_id: int, slot_id: int, *, expired: bool) -> bool:
        state = "expired" if expired else "released"
        if not await pool.end(self.tx, appointment_id, "held", state, self.context.actor):
            return False
        await exceptions.give_back(self.tx, appointment_id)
        await self.passing.freed(appointment_id, segment_id, slot_id, expired=expired)
        glance(self.context.ports).forget()
        metrics.holds.inc(state)
        row = await chronicle.ended(self.context, appointment_id, state)
        if row is not None and row.pay_order:
            self.fees.over_later(row, "of_no_use")
            if expired:
                await pushes.unpaid(self.context, row, await self.facts(row))
        log.info("hold_ended", appointment=appointment_id, state=state)
        return True

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _concerned(self, row: Any) -> list[int]:
        """Contacts that a push tells of it: whoever booked, and the person themself where somebody else acts."""
        whom = {row.contact_id, *await self.neighbours.own_contacts(row.person_id)}
        return sorted(whom - ({self._contact()} if self.answered else set()))

    async def _add(
        self, row: Any, person_id: int, slot_id: int, number: int, request_id: str, **values: Any
    ) -> Any:
        """A new appointment in a slot that was just taken."""
        said = self._said(row, person_id)
        return await gate.fill(self.tx, slot_id, request_id, number=number, **said, **values)

    def _said(self, row: Any, person_id: int) -> dict[str, Any]:
        """What a new appointment in the segment `row` says of whose it is."""
        return {
            "person_id": person_id, "contact_id": self._contact(), "segment_id": row.segment_id,
            "channel": self.context.channel, "fee": row.fee, "created_at": self.context.now,
            "created_by": self.context.actor,
        }

    async def _let_go(self, row: Any) -> None:
        """The slot of an appointment that has just ended goes to whoever waits, and where nobody does, or nobody would
        get there, back at a random moment, so that it cannot be passed on; the hospital is told."""
        await self.passing.let_go(row)
        glance(self.context.ports).forget()
        self.tx.put(
            UNREGISTER, {"appointment": row.id}, key=f"{UNREGISTER}:{row.public_id}",
            lane=f"booking:{row.public_id}", priority=3,
        )

    def _enter(self, row: Any) -> None:
        """The hospital is told of a new appointment."""
        self.tx.put(
            REGISTER, {"appointment": row.id}, key=f"{REGISTER}:{row.public_id}", lane=f"booking:{row.public_id}",
            priority=3,
        )

    async def _again(self, request_id: str) -> Any | None:
        known = await store.appointment_of_request(self.tx, request_id)
        if known is not None and known.state not in ("held", "booked"):
            raise HoldExpired(minutes=visit.minutes_held(known))
        return known
