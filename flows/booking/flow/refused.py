"""Where the booking flow says no by a rule about the person: the appeal stands one tap away."""

from __future__ import annotations

from typing import Any

from bot.context import Context
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal
from flows.booking.standing.appeals.appealing import Appeals

APPEAL = "appeal"
"""The option that leads from a list, or from the last word, to the appeal."""


class Refused:
    """Mixed into Booking, Appointments and Waiting."""

    context: Context
    service: Any
    data: Any

    async def refused_by(self, no: BookingRefusal, person: int, segment: int = 0) -> None:
        """Remember what an appeal would be about, where there is one. `segment`: what was wished for, where it is not
        the one that was chosen last."""
        self.data.refused = await Appeals(self.context).about_refusal(no, person, segment or self.data.segment)

    async def refused(self) -> Outcome:
        """After a no behind which nothing else can be chosen."""
        labels = Labels(self.context)
        options = [labels.word(APPEAL, "appeal", "@yes", "申诉"), labels.word("no", "no_appeal", "@no", "不用了")]
        return Choose("refused", options, save="answer", then=self.refused_answered)

    async def refused_answered(self) -> Outcome:
        return Go(self.to_appeal) if self.data.answer == APPEAL else Done("refused_left")

    def appeal_option(self) -> list[Option]:
        """One more line in the list that follows a no."""
        return [Labels(self.context).word(APPEAL, "appeal", "申诉")] if self.data.refused else []

    async def to_appeal(self) -> Outcome:
        about, self.data.refused = self.data.refused, ""
        return Call("appeal", then=self.after_appeal, arg=about)

    async def after_appeal(self) -> Outcome:
        """Back from it: it said all there is to say."""
        return Done()
