"""The giver is asked in their own conversation whether this very contact may help. Begun by us when somebody agreed to:
nothing comes about by a link alone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Option, Outcome
from flows.patients.code_steps import label
from flows.patients.service import PatientsService

READING = 8
"""Seconds. A yes that comes faster may have been meant for what was asked before; it is asked for once more."""


class Allow(Flow, name="allow"):
    """`enter` takes the public id of a hand-over; only its giver is asked anything."""

    service: PatientsService

    @dataclass
    class Data:
        handover: str = ""
        name: str = ""
        who: str = ""
        tail: str = ""
        relation: str = ""
        answer: str = ""
        asked_at: float = 0
        sure: bool = False

    data: Data

    async def enter(self, arg: str) -> Outcome:
        self.data.handover = arg
        return Go(self.ask)

    async def start(self) -> Outcome:
        pending = await self.service.giving.pending()
        return await self.enter(pending[0]) if pending else Done("allow_over")

    async def ask(self) -> Outcome:
        asked = await self.service.giving.asked(self.data.handover)
        if asked is None:
            return Done("allow_over")
        self.data.name, self.data.who, self.data.tail = asked.person, asked.who, asked.tail
        self.data.relation, now = asked.relation, self.context.now
        if not self.data.asked_at:
            self.data.asked_at = now.timestamp()
        # A yes has to be one: 好 and 嗯 are said to many things.
        options = [
            Option("yes", label(self, "agree"), ("我同意", "同意的")),
            Option("no", label(self, "disagree"), ("@no", "拒绝", "不认识")),
        ]
        minutes = (asked.expires_at - now).total_seconds() / 60
        return Choose("allow", options, save="answer", then=self.answered, minutes=minutes, expired=self.late)

    async def answered(self) -> Outcome:
        giving = self.service.giving
        if self.data.answer != "yes":
            refused = await giving.refuse(self.data.handover)
            return await self._next("allow_refused" if refused else "allow_over")
        if not self.data.sure and self.context.now.timestamp() - self.data.asked_at < READING:
            self.data.sure = True
            return Go(self.ask, say="allow_sure")
        says = {"given": "allow_given", "full": "allow_full", "over": "allow_over"}
        return await self._next(says[await giving.allow(self.data.handover)])

    async def late(self) -> Outcome:
        await self.service.giving.lapse_one(self.data.handover)
        return await self._next("allow_late")

    async def _next(self, said: str) -> Outcome:
        """Somebody else may be waiting for an answer."""
        pending = await self.service.giving.pending()
        if not pending:
            return Done(said)
        facts = {"name": self.data.name, "who": self.data.who, "tail": self.data.tail}
        self.data.handover, self.data.asked_at, self.data.sure = pending[0], 0, False
        return Go(self.ask, say=said, facts=facts)
