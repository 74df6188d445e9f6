"""The last word on what is held, and cancelling, in the chat: the parts of `appointments` that end something."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome, Step
from flows.booking.exams.service import service_of
from flows.booking.flow.linking import confirmed, pay_link, visits_link
from flows.booking.flow.packages import Packages
from flows.booking.flow.refused import APPEAL, Refused
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal, CancelTooLate, HoldExpired, NotBooked
from flows.booking.rules import EXAMINATION
from flows.booking.stops.asking import Asking
from flows.booking.visit import held_facts, minutes_held

CANCEL = ("取消", "退号", "退掉", "退了", "取消预约", "取消挂号", "取消这个号", "取消号", "我要取消", "我要退号")
"""What is said beside an appointment to be rid of it; the control word 取消 would only leave the talk about it."""


class Cancelling(Packages, Refused):
    """Mixed into Appointments."""

    context: Context
    service: Any
    data: Any
    start: Step
    details: Step
    after_booking: Step
    _options: Callable[[list[Any]], Awaitable[list[Option]]]

    async def held(self) -> Outcome:
        """A slot that is kept, from a page or from a talk that was left: the last word on it."""
        row = await self.service.mine(self.data.appointment)
        if row.state != "held" or row.hold_until <= self.context.now:
            return Go(self.details)
        labels = Labels(self.context)
        options = [
            labels.word("no", "give_up", "不要了", *CANCEL),
            labels.word("list", "back_to_list", "返回列表"),
        ]
        if row.pay_order:
            links = pay_link(self.context, row)
            facts = await self.service.facts(row)
            return Choose("to_pay", options, save="answer", then=self.decided, facts=facts, links=links, minutes=15)
        options.insert(0, labels.word("yes", "confirm", "@yes", "确认"))
        facts = await self.service.facts(row) | held_facts(row) | await self.held_with(row)
        minutes = max((row.hold_until - self.context.now).total_seconds() / 60, 0)
        return Choose("held", options, save="answer", then=self.decided, facts=facts, minutes=minutes)

    async def decided(self) -> Outcome:
        if self.data.answer == "list":
            return Go(self.start)
        row = await self.service.mine(self.data.appointment)
        service = service_of(self.context, row, answered=True)
        exams = row.kind == EXAMINATION
        if self.data.answer == "no":
            await service.release(self.data.appointment)
            return Done("given_up", facts={"exams": exams})
        try:
            row = await service.confirm(self.data.appointment)
        except (HoldExpired, NotBooked) as no:
            await service.release(self.data.appointment, expired=True)
            return Done("hold_lapsed", facts=no.facts | {"minutes": minutes_held(row), "exams": exams})
        if together := await self.held_with(row):
            return Done("exam_booked", facts=together, links=visits_link(self.context))
        return confirmed(self.context, row, await self.service.facts(row))

    async def cancel_which(self) -> Outcome:
        """Which of several; a single one is not asked for."""
        rows = [*await self.service.holds(), *await self.service.coming()]
        if len(rows) == 1:
            self.data.pick = rows[0].id
            return await self.cancel_picked()
        options = [*await self._options(rows), Labels(self.context).word("no", "cancel_no", "@no", "不取消")]
        return Choose("cancel_which", options, save="pick", then=self.cancel_picked)

    async def cancel_picked(self) -> Outcome:
        if self.data.pick == "no":
            return Go(self.start, say="kept")
        self.data.appointment = int(str(self.data.pick))
        row = await self.service.mine(self.data.appointment)
        return Go(self.held if row.state == "held" else self.sure)

    async def sure(self) -> Outcome:
        """Ask once more; who is too late learns it before."""
        row = await self.service.mine(self.data.appointment)
        if stop := await self._stopped(row):
            return Call("stopped", then=self.after_booking, arg=stop)
        try:
            await self.service.check_cancel(row)
        except (CancelTooLate, NotBooked) as no:
            return await self.no(no, row, self.details)
        labels = Labels(self.context)
        options = [
            labels.word("yes", "cancel_yes", "@yes", "取消", "确认取消"),
            labels.word("no", "cancel_no", "@no", "不取消"),
        ]
        facts = await self.service.facts(row)
        return Choose("cancel_sure", options, save="answer", then=self.cancel, facts=facts, minutes=15)

    async def cancel(self) -> Outcome:
        if self.data.answer != "yes":
            return Go(self.details, say="kept")
        try:
            row = await self.service.cancel(self.data.appointment)
        except (CancelTooLate, NotBooked) as no:
            return await self.no(no, await self.service.mine(self.data.appointment), self.details)
        return Done("cancelled_now", facts=await self.service.facts(row))

    async def no(self, no: BookingRefusal, row: Any, then: Step, segment: int = 0) -> Outcome:
        """Say why not; the appeal, where there is one, stands one tap away. `segment`: the time that was wished for,
        where it is another one."""
        await self.refused_by(no, row.person_id, segment or row.segment_id)
        return Go(self.refused if self.data.refused else then, say=no.template, facts=no.facts)

    async def refused_answered(self) -> Outcome:
        return Go(self.to_appeal) if self.data.answer == APPEAL else Done("kept")

    async def _stopped(self, row: Any) -> str:
        """Public id of the choice to be made first, where the session was stopped and nobody chose yet."""
        choice = await Asking(self.context).about(row.id) if row.stopped_at is not None else None
        return choice.public_id if choice else ""
