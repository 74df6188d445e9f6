"""The second half of the talk about examinations: times that every rule allows, hold, the last word; another time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Choose, Done, Go, Outcome, Step
from flows.booking.exam_labels import ExamLabels
from flows.booking.exams.planning import Time
from flows.booking.exams.service import ExamService
from flows.booking.exams.wishes import PACKAGE
from flows.booking.flow.linking import visit_link, visits_link
from flows.booking.flow.packages import all_of
from flows.booking.flow.refused import Refused
from flows.booking.refusals import BookingRefusal, HoldExpired
from flows.booking.visit import held_facts


class When(Refused):
    """Mixed into Exams."""

    context: Context
    service: Any
    data: Any
    once: Callable[[str], str]
    orders: Step

    @property
    def exams(self) -> ExamService:
        return ExamService(self.context, answered=True)

    # --- one -----------------------------------------------------------------------------------------------------

    async def days(self) -> Outcome:
        """The days on which it can be, given all that this person has; why there are none."""
        try:
            times = await self._times()
        except BookingRefusal as no:
            return self._none(no.template, no.facts)
        if not times:
            return self._none("exam_no_times", {})
        labels = ExamLabels(self.context)
        options = [labels.exam_day(day, list(own)) for day, own in groupby(times, lambda time: time.start.date())]
        return Choose("exam_day", options, save="date", then=self.times, facts=await self._whose())

    async def times(self) -> Outcome:
        day = date.fromisoformat(self.data.date)
        own = [time for time in await self._times() if time.start.date() == day]
        if not own:
            return Go(self.days, say="exam_day_full")
        labels = ExamLabels(self.context)
        options = [labels.exam_time(each) for each in own]
        options.append(labels.word(0, "exam_other_day", "换日期", "换一天", "别的日期"))
        then = self.change_sure if self.data.appointment else self.time_picked
        return Choose("exam_time", options, save="chosen", then=then, facts=await self._whose(), minutes=15)

    async def time_picked(self) -> Outcome:
        if not self.data.chosen:
            return Go(self.days)
        self.data.chosen = [[self.data.picks[0], self.data.chosen]]
        return Go(self.hold)

    # --- several -------------------------------------------------------------------------------------------------

    async def proposals(self) -> Outcome:
        """All of it on as few days as possible; the earliest first."""
        try:
            plans = await self.exams.proposals(self.data.person, self.data.picks)
        except BookingRefusal as no:
            return Go(self.orders, say=no.template, facts=no.facts)
        labels = ExamLabels(self.context)
        options = [labels.exam_plan(plan) for plan in plans]
        days = len({time.start.date() for time in plans[0].values()})
        facts = {"count": len(plans[0]), "days": days}
        return Choose("exam_plan", options, save="chosen", then=self.hold, facts=facts, minutes=15)

    # --- the last word -------------------------------------------------------------------------------------------

    async def hold(self) -> Outcome:
        """All of it is held, or none: then the times are asked for again."""
        self.data.bundle = self.once(f"exam{self.data.tries}")
        try:
            held = await self.exams.hold_together(self.data.person, dict(self.data.chosen), self.data.bundle)
        except BookingRefusal as no:
            self.data.tries += 1
            self.data.bundle = ""
            if no.way:
                return Go(self.again, say=no.template, facts=no.facts)
            await self.refused_by(no, self.data.person, next(segment for _, segment in self.data.chosen))
            if not self.data.refused:
                raise
            return Go(self.refused, say=no.template, facts=no.facts)
        if all(row.state == "booked" for row in held):  # confirmed elsewhere, where it was said
            return Done()
        labels = ExamLabels(self.context)
        options = [
            labels.word("yes", "confirm", "@yes", "确认"),
            labels.word("time", "other_time", "换时间", "换个时间"),
            labels.word("no", "give_up", "@no", "不要了"),
        ]
        first = held[0]
        facts = await self._all(held) | held_facts(first)
        minutes = (first.hold_until - self.context.now).total_seconds() / 60
        return Choose(
            "exam_confirm", options, save="answer", then=self.answered, facts=facts, minutes=minutes,
            expired=self.expired, back=self.give_back,
        )

    async def answered(self) -> Outcome:
        if self.data.answer == "time":
            await self.give_back()
            return Go(self.again)
        if self.data.answer == "no":
            await self.give_back()
            return Done("given_up", facts={"exams": True})
        try:
            rows = await self.exams.confirm_together(self.data.bundle)
        except HoldExpired as no:
            await self.give_back(expired=True)
            return Go(self.again, say=no.template, facts=no.facts)
        self.data.bundle = ""
        links = visit_link(self.context, rows[0]) if len(rows) == 1 else visits_link(self.context)
        return Done("exam_booked", facts=await self._all(rows), links=links)

    async def again(self) -> Outcome:
        """To where times are chosen."""
        single = len(self.data.picks) == 1 and not self.data.picks[0].startswith(PACKAGE)
        return Go(self.days if single else self.proposals)

    async def expired(self) -> Outcome:
        await self.give_back(expired=True)
        minutes = self.context.settings.booking.hold_minutes
        return Done("hold_lapsed", facts={"minutes": minutes, "exams": True})

    async def give_back(self, expired: bool = False) -> None:
        """What is held goes back, all of it; the next hold is a new request."""
        if self.data.bundle:
            await self.exams.release_together(self.data.bundle, expired=expired)
            self.data.bundle = ""
            self.data.tries += 1

    # --- another time --------------------------------------------------------------------------------------------

    async def change_sure(self) -> Outcome:
        if not self.data.chosen:
            return Go(self.days)
        row = await self.service.mine(self.data.appointment)
        new = await self.service.segment(self.data.chosen)
        labels = ExamLabels(self.context)
        options = [
            labels.word("yes", "change_yes", "@yes", "确认", "确认改"),
            labels.word("no", "change_keep", "@no", "不改了", "不改"),
        ]
        facts = await self.service.facts(row, open=True)
        facts |= {"new_day": new.date.isoformat(), "new_start": new.start_wall, "new_end": new.end_wall}
        return Choose("exam_change_sure", options, save="answer", then=self.changed, facts=facts, minutes=15)

    async def changed(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("unchanged")
        try:
            row = await self.exams.change(self.data.appointment, self.data.chosen)
        except BookingRefusal as no:
            return Done(no.template, facts=no.facts) if not no.way else Go(self.days, say=no.template, facts=no.facts)
        links = visit_link(self.context, row)
        return Done("exam_changed", facts=await self._all([row]), links=links, result=row.public_id)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _times(self) -> list[Time]:
        if self.data.appointment:
            return await self.exams.times_to_change(self.data.appointment)
        return await self.exams.times(self.data.person, self.data.picks[0])

    def _none(self, why: str, facts: dict[str, Any]) -> Outcome:
        if self.data.appointment:
            return Done(why, facts=facts)
        return Go(self.orders, say=why, facts=facts)

    async def _whose(self) -> dict[str, Any]:
        """What it is that a time is looked for."""
        if self.data.appointment:
            row = await self.service.mine(self.data.appointment)
            return {"exam": (await self.service.facts(row, open=True))["exam"], "changing": True}
        person = await self.exams.whose(self.data.person)
        wish = (await self.exams.wishes.meant(person, self.data.picks))[0]
        return {"exam": wish.item.name, "preparation": list(wish.item.preparation), "changing": False}

    async def _all(self, rows: list[Any]) -> dict[str, Any]:
        return await all_of(self.service, rows, open=True)
