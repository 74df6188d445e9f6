"""Moving an appointment to another time of the same doctor, in the chat: the part of `appointments` that changes."""

from __future__ import annotations

from datetime import date

from bot.talk.outcomes import Choose, Done, Go, Outcome, Step
from flows.booking.flow.cancel import Cancelling
from flows.booking.flow.linking import visit_link
from flows.booking.labels import Labels
from flows.booking.offers import same_doctor
from flows.booking.refusals import BookingRefusal


class Changing(Cancelling):
    """Mixed into Appointments. Day, segment, one question more, and both happen at once: the new slot is taken and the
    old one let go."""

    async def change(self) -> Outcome:
        """The days on which the same doctor has a slot; who is too late learns it before."""
        row = await self.service.mine(self.data.appointment)
        try:
            await self.service.check_cancel(row)
        except BookingRefusal as no:
            return await self.no(no, row, self._step("details"))
        days = await self.service.offers.days(same_doctor(row))
        facts = await self.service.facts(row)
        if not days:
            names = {"doctor_name": facts["doctor"], "clinic_name": facts["clinic"]}
            return Go(self._step("details"), say="no_other_time", facts=names)
        labels = Labels(self.context)
        options = [*labels.days(days), labels.word("keep", "change_keep", "@no", "不改了", "不改")]
        return Choose("change_day", options, save="date", then=self.change_segment, facts=facts)

    async def change_segment(self) -> Outcome:
        if self.data.date == "keep":
            return Go(self._step("details"), say="unchanged")
        row = await self.service.mine(self.data.appointment)
        offers = await self.service.offers.segments(same_doctor(row, date.fromisoformat(self.data.date)))
        offers = [offer for offer in offers if offer.id != row.segment_id]
        if not offers:
            facts = await self.service.facts(row)
            names = {"doctor_name": facts["doctor"], "clinic_name": facts["clinic"]}
            return Go(self._step("details"), say="no_other_time", facts=names)
        options = Labels(self.context).segments(offers, await self.service.neighbours.catalogue())
        facts = {"new_day": self.data.date}
        return Choose("change_segment", options, save="segment", then=self.change_sure, facts=facts, minutes=15)

    async def change_sure(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        new = await self.service.segment(self.data.segment)
        labels = Labels(self.context)
        options = [
            labels.word("yes", "change_yes", "@yes", "确认", "确认改"),
            labels.word("no", "change_keep", "@no", "不改了", "不改"),
        ]
        facts = await self.service.facts(row)
        facts |= {"new_day": new.date.isoformat(), "new_start": new.start_wall, "new_end": new.end_wall}
        facts |= {"new_fee": new.fee}
        return Choose("change_sure", options, save="answer", then=self.changed, facts=facts, minutes=15)

    async def changed(self) -> Outcome:
        if self.data.answer != "yes":
            return Go(self._step("details"), say="unchanged")
        try:
            row = await self.service.change(self.data.appointment, self.data.segment)
        except BookingRefusal as no:
            old = await self.service.mine(self.data.appointment)
            return await self.no(no, old, self._step("details"), self.data.segment)
        links = visit_link(self.context, row)
        return Done("changed_now", facts=await self.service.facts(row), links=links, result=row.public_id)

    def _step(self, name: str) -> Step:
        step: Step = getattr(self, name)
        return step
