"""An appointment that is to be moved to a day, as people say it out of nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.talk.outcomes import Call, Choose, Go, Outcome, Step
from bot.talk.understand.days import found_in
from bot.talk.understand.times import HALF
from flows.booking.flow.change import Changing
from flows.booking.rules import EXAMINATION

MOVE = "move"
"""What `enter` takes, with a `Move`."""
_TO = re.compile(r"(?:改签?|换|挪|调|推迟|推后|延后|延期|推|提前)(?:到|成|至|去)")
_ANEW = re.compile(r"改期|改约|改签|(?:改|换)(?:一?个|一?下)?(?:时间|日子)|(?:改|换)一天")
_VISIT = re.compile("号|预约|挂|约")
_ASKS = re.compile("怎么|如何|哪里|哪儿|在哪|几次|多少|能不能|可以吗|能改吗|行吗|吗[?？]?$")


@dataclass(frozen=True, slots=True)
class Move:
    """`day` of the appointment and the day it is to go `to`, where they were named; `doctors` who were."""

    day: date | None
    to: date | None
    doctors: tuple[str, ...] = ()

    def dump(self) -> str:
        days = [each.isoformat() if each else "" for each in (self.day, self.to)]
        return ":".join([MOVE, *days, ",".join(self.doctors)])

    @classmethod
    def load(cls, arg: str) -> Move:
        _, day, to, doctors = arg.split(":")
        named = tuple(filter(None, doctors.split(",")))
        return cls(date.fromisoformat(day) if day else None, date.fromisoformat(to) if to else None, named)


def move_in(text: str, today: date, doctors: tuple[str, ...] = ()) -> Move | None:
    """What is to be moved, and to which day; None for other texts. How and whether one can move is a question of its
    own (faq), unless it names where to."""
    said = "".join(text.split())
    if verb := _TO.search(said):
        before, behind = said[: verb.start()], said[verb.end() :]
        to = _day(behind, today)
        if to or re.match(HALF, behind):
            return Move(_day(before, today), to, doctors)
    if _ANEW.search(said) and _VISIT.search(_ANEW.sub("", said)) and not _ASKS.search(said):
        return Move(_day(said, today), None, doctors)
    return None


def _day(said: str, today: date) -> date | None:
    return next((day for day, _, _ in found_in(said, today) if isinstance(day, date)), None)


class Moving(Changing):
    """Mixed into Appointments."""

    start: Callable[[], Any]
    after_booking: Step
    say: Callable[..., None]

    async def moved(self, arg: str) -> Outcome:
        """The only one that can be meant is moved at once; which of several is asked."""
        move = Move.load(arg)
        coming = await self.service.coming()
        meant = [
            row for row in coming
            if (not move.day or row.date == move.day) and (not move.doctors or row.doctor in move.doctors)
        ]
        if len(meant) != 1:
            return Go(self.start)
        self.data.appointment, self.data.date = meant[0].id, move.to.isoformat() if move.to else ""
        return Go(self.change_to)

    async def change_to(self) -> Outcome:
        """To the day that was named, where the same doctor has a slot then; else to one of those there are."""
        row, day = await self.service.mine(self.data.appointment), self.data.date
        if row.kind == EXAMINATION:
            return Call("exams", then=self.after_booking, arg=f"change:{row.id}")
        if await self._stopped(row) or (await self.service.standing.of_visit(row))["here"]:
            return Go(self.details)
        outcome = await self.change()
        if isinstance(outcome, Choose) and day:
            if any(option.value == day for option in outcome.options):
                self.data.date = day
                return Go(self.change_segment, say="change_of", facts=await self.service.facts(row))
            self.say("change_not_then", day=date.fromisoformat(day))
        return outcome
