"""Where the talk about an appointment meets a discreet clinic: the whole is said to who has proved to be the reader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.errors import Refusal
from bot.talk.outcomes import Choose, Go, Outcome, Step
from flows.booking.labels import Labels


class Reader:
    """Mixed into Appointments."""

    context: Context
    service: Any
    data: Any
    text: str
    details: Step

    @property
    def proved(self) -> bool:
        """A moment ago, for the person of this very appointment."""
        known = self.data.read_for == self.data.appointment
        return known and self.data.read_until > self.context.now.timestamp()

    async def reader(self) -> Outcome:
        """By the end of the document; where there is none, by a code."""
        row = await self.service.mine(self.data.appointment)
        if not await self.service.neighbours.reading.has_document(row.person_id):
            return Go(self.reader_send)
        labels = Labels(self.context)
        options = [
            labels.word("code", "reader_code", "验证码", "短信", "短信验证码", "不记得"),
            labels.word("back", "reader_back", "@no", "不看"),
        ]
        facts = {"person": (await self.service.facts(row))["person"]}
        return Choose(
            "reader", options, save="answer", then=self.reader_other, other=self.reader_given, facts=facts, minutes=10
        )

    async def reader_other(self) -> Outcome:
        return Go(self.reader_send if self.data.answer == "code" else self.details)

    async def reader_given(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        if await self.service.neighbours.reading.prove(row.person_id, self.text):
            return self._opened()
        return Go(self.reader, say="reader_wrong")

    async def reader_send(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        try:
            self.data.tail = (await self.service.neighbours.reading.send_code(row.person_id)).tail
        except Refusal:
            if not self.data.tail:
                raise
            # One is on its way already; how soon another may be sent is of no importance here.
        return Go(self.reader_code)

    async def reader_code(self) -> Outcome:
        labels = Labels(self.context)
        options = [
            labels.word("again", "reader_again", "重发", "没收到"), labels.word("back", "reader_back", "@no", "不看")
        ]
        return Choose(
            "reader_code", options, save="answer", then=self.reader_again, other=self.reader_coded, minutes=10
        )

    async def reader_again(self) -> Outcome:
        return Go(self.reader_send if self.data.answer == "again" else self.details)

    async def reader_coded(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        if await self.service.neighbours.reading.prove_code(row.person_id, self.text):
            return self._opened()
        return Go(self.reader_code, say="reader_code_wrong")

    def _opened(self) -> Outcome:
        self.data.read_for = self.data.appointment
        until = self.context.now + timedelta(minutes=self.context.settings.discreet.minutes)
        self.data.read_until = until.timestamp()
        return Go(self.details, say="details_read")
