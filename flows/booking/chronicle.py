"""What booking writes into the journal: each hold, booking, change and end, and each no with its reason.

`noted` stands above a use case and needs no word inside it. Refusals in a rush cost nothing but a line in the packet
that ends the turn: the segment they are about was read already.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from bot.context import Context
from flows.booking import store
from flows.booking.refusals import BookingRefusal

P = ParamSpec("P")
UseCase = Callable[Concatenate[Any, P], Awaitable[Any]]
MOMENTS = {"hold": "created_at", "confirm": "booked_at", "cancel": "ended_at", "change": "created_at"}
"""Which moment of the appointment says that it was done just now, and not found done by a repeated tap."""


def noted(verb: str) -> Callable[[UseCase[P]], UseCase[P]]:
    """Above a use case that gives an appointment; its first argument is a segment for `hold`, else an appointment."""

    def above(use_case: UseCase[P]) -> UseCase[P]:
        @wraps(use_case)
        async def run(self: Any, /, *given: P.args, **named: P.kwargs) -> Any:
            try:
                row = await use_case(self, *given, **named)
            except BookingRefusal as no:
                first, second = [*given, *named.values(), None][:2]
                if verb == "hold":
                    refused(self.context, verb, no, self.seen, second)
                else:
                    refused(self.context, verb, no, await store.appointment_by(self.context.tx, int(str(first))))
                raise
            if getattr(row, MOMENTS[verb]) == self.context.now:
                done(self.context, verb, row)
            return row

        return run

    return above


def done(context: Context, act: str, row: Any) -> None:
    """`row` is the appointment as store.appointment_by reads it."""
    context.tx.note(
        f"booking.{act}", actor=context.actor, about=f"appointment:{row.public_id}", person=row.person_id,
        clinic=row.clinic, doctor=row.sitting or "", channel=context.channel or row.channel,
    )


def refused(context: Context, verb: str, no: BookingRefusal, place: Any, person_id: Any = None) -> None:
    """`place` is the segment, or the appointment, that it was about."""
    public = getattr(place, "public_id", "")
    context.tx.note(
        f"booking.{verb}", actor=context.actor, failed=no.template.removeprefix("refuse_"),
        about=f"appointment:{public}" if public else f"session:{place.session_code}" if place else "",
        person=getattr(place, "person_id", person_id), clinic=place.clinic if place else "",
        doctor=(place.sitting or "") if place else "", channel=context.channel,
    )


async def ended(context: Context, appointment_id: int, state: str) -> Any:
    """A hold was given back (`released`) or ran out (`expired`); gives its appointment."""
    if row := await store.appointment_by(context.tx, appointment_id):
        done(context, state, row)
    return row


def not_registered(context: Context, row: Any, code: str) -> None:
    """The hospital would not have it."""
    context.tx.note(
        "booking.register", actor=context.actor, failed=code, about=f"appointment:{row.public_id}",
        person=row.person_id, clinic=row.clinic, doctor=row.sitting or "", channel=row.channel,
    )
