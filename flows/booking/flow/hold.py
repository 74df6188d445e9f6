"""The end of the booking flow: the slot is held, shown once more, and confirmed or given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome, Step
from flows.booking.flow.linking import confirmed
from flows.booking.flow.refused import Refused
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal, HoldExpired
from flows.booking.visit import held_facts, minutes_held


class Holding(Refused):
    """Mixed into Booking."""

    told_why = False
    """Within one turn: the reason why this person cannot be taken was said already."""

    context: Context
    service: Any
    data: Any
    once: Callable[[str], str]
    _step: Callable[[str], Step]

    async def hold(self) -> Outcome:
        """Hold the slot, then show everything and ask for the last word while it is held."""
        try:
            held = await self.service.hold(self.data.segment, self.data.person, self.once(f"hold{self.data.tries}"))
        except BookingRefusal as no:
            self.data.tries += 1
            await self.refused_by(no, self.data.person)
            if not no.way:
                if not self.data.refused:
                    raise
                return Go(self._step("refused"), say=no.template, facts=no.facts)
            self.told_why = True
            return Go(getattr(self, no.way), say=no.template, facts=no.facts)
        self.data.appointment, self.data.refused = held.id, ""
        if held.state == "booked":  # confirmed elsewhere, where it was said
            return Done(result=held.public_id)
        if held.pay_order:  # confirmed already, and not paid yet
            return confirmed(self.context, held, await self.service.facts(held, open=True))
        labels = Labels(self.context)
        options = [
            labels.word("yes", "confirm", "@yes", "确认"),
            labels.word("time", "other_time", "换时间", "换个时间"),
            labels.word("person", "other_person", "换人", "换就诊人", "给别人挂"),
            labels.word("no", "give_up", "@no", "不要了"),
        ]
        minutes = (held.hold_until - self.context.now).total_seconds() / 60
        facts = await self.service.facts(held, open=True) | held_facts(held)
        return Choose(
            "confirm", options, save="answer", then=self.answered, facts=facts, minutes=minutes, expired=self.expired,
            back=self.give_back,
        )

    async def wish(self) -> Outcome:
        """The session is drawn: being in the draw stands in the place of a hold."""
        return Call("wish", then=self.wished, arg=f"new:{self.data.segment}:{self.data.person}")

    async def wished(self) -> Outcome:
        """Back from there: it said all there is to say."""
        return Done()

    async def answered(self) -> Outcome:
        if done := await self.booked_meanwhile():
            return done
        if self.data.answer == "time":
            await self.give_back()
            return Go(self._step("segments"))
        if self.data.answer == "person":
            await self.give_back()
            return Go(self._step("choose_person"))
        if self.data.answer == "no":
            await self.give_back()
            return Done("given_up")
        try:
            row = await self.service.confirm(self.data.appointment)
        except HoldExpired as no:
            await self.give_back(expired=True)
            return Go(self._step("segments"), say=no.template, facts=no.facts)
        return confirmed(self.context, row, await self.service.facts(row, open=row.state == "held"))

    async def booked_meanwhile(self) -> Outcome | None:
        """The same slot may have been confirmed on a page, or in 我的预约; then nothing else may be said of it."""
        row = await self.service.mine(self.data.appointment)
        if row.state != "booked" and not (row.state == "held" and row.pay_order):
            return None
        return confirmed(self.context, row, await self.service.facts(row))

    async def expired(self) -> Outcome:
        """The hold's time is over and nobody said a word."""
        if await self.booked_meanwhile():
            return Done()
        minutes = minutes_held(await self.service.mine(self.data.appointment))
        await self.give_back(expired=True)
        return Done("hold_lapsed", facts={"minutes": minutes})

    async def give_back(self, expired: bool = False) -> None:
        """The hold, if there is one, goes back; the next one is a new request."""
        if self.data.appointment:
            if not (await self.service.mine(self.data.appointment)).pay_order:  # else it is being paid on a page
                await self.service.release(self.data.appointment, expired=expired)
            self.data.appointment = 0
            self.data.tries += 1

    async def leave(self) -> None:
        await self.give_back()
