"""Where the booking flow meets what is full: wait for it, or look elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome, Step
from flows.booking.labels import Labels
from flows.booking.offers import Wanted

WAIT = "wait"
"""The option that leads from a list to what is full in it."""


class Full:
    """Mixed into Booking."""

    not_waiting: tuple[str, str] | None
    context: Context
    service: Any
    data: Any
    search: Step
    _step: Callable[[str], Step]

    async def full(self) -> Outcome:
        """Asked after the reason was said."""
        labels = Labels(self.context)
        options = [
            labels.word(WAIT, "wait", "@yes", "候补", "排候补", "等"),
            labels.word("elsewhere", "not_wait", "@no", "不候补", "不等", "看别的"),
        ]
        self.data.at = "full"
        return Choose("full", options, save="answer", then=self.full_answered, other=self.search)

    async def full_answered(self) -> Outcome:
        if self.data.answer == WAIT:
            return Go(self.to_waiting)
        clinic, doctor, _ = self.data.full or ["", "", ""]
        self.not_waiting = (clinic, doctor)
        return Go(self._step(self.data.after or "departments"))

    async def wait_option(self, wanted: Wanted) -> list[Option]:
        """One more line in a list of what is free, where something beside it is full."""
        if not await self.service.waiting.full(wanted):
            return []
        self.data.full = [wanted.clinic, wanted.doctor, wanted.day.isoformat() if wanted.day else ""]
        return [Labels(self.context).word(WAIT, "wait_full", "候补", "排候补")]

    async def to_waiting(self) -> Outcome:
        clinic, doctor, day = self.data.full or ["", "", ""]
        return Call("waiting", then=self.waited, arg=f"full:{clinic}:{doctor}:{day}")

    async def waited(self) -> Outcome:
        """Back from the list: it said all there is to say."""
        return Done()


def wanted_of(arg: str) -> Wanted:
    """What `to_waiting` gave along."""
    clinic, doctor, day = arg.split(":", 2)
    return Wanted(clinic, doctor, date.fromisoformat(day) if day else None)
