"""Which answers are read aloud in easy mode: all of them, those to what one has said by voice, or none."""

from __future__ import annotations

from dataclasses import dataclass

from bot.context import ALWAYS, NEVER, SPOKEN
from bot.talk.channel import Narrator
from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Option, Outcome
from bot.talk.understand.words import bare
from flows.patients.code_steps import label
from flows.patients.service import PatientsService

ALL = ("每次都念", "每次都念给我听", "都念给我听", "每次都读", "每句都念", "每条都念", "全都念")
NONE = (
    "不用念", "不用念了", "不要念", "不要念了", "别念", "别念了", "不念了", "不用读", "不要读",
    "不要读了", "别读", "别读了",
)
WHICH = ("念不念", "念不念给我听", "朗读设置", "语音设置", "说话才念", "我说话才念")


class Aloud(Flow, name="aloud", words=ALL + NONE + WHICH):
    """Where the hospital has no voice, that is said and nothing is asked."""

    service: PatientsService

    @dataclass
    class Data:
        answer: str = ""

    data: Data

    async def start(self) -> Outcome:
        said = bare(self.text)
        if Narrator not in self.context.ports:
            return Done("aloud_none")
        if any(each in said for each in NONE):  # 不用念给我听 as well
            return Go(self.never)
        assert self.context.contact is not None
        if not self.context.contact.easy:
            return Choose("aloud_easy", self._sure(), save="answer", then=self.easy_too)
        return Go(self.always if said in ALL else self.which)

    async def which(self) -> Outcome:
        options = [Option(way, label(self, "aloud_way", way=way)) for way in (ALWAYS, SPOKEN, NEVER)]
        return Choose("aloud_which", options, save="answer", then=self.chosen)

    async def chosen(self) -> Outcome:
        return Go({ALWAYS: self.always, NEVER: self.never}.get(self.data.answer, self.spoken))

    async def always(self) -> Outcome:
        await self.service.ease.set_aloud(ALWAYS)
        return Done("aloud_always")

    async def spoken(self) -> Outcome:
        await self.service.ease.set_aloud(SPOKEN)
        return Done("aloud_spoken")

    async def never(self) -> Outcome:
        await self.service.ease.set_aloud(NEVER)
        return Done("aloud_never")

    # --- that is part of easy mode -------------------------------------------------------------------------------

    def _sure(self) -> list[Option]:
        return [Option("on", label(self, "aloud_on"), ("@yes",)), Option("no", label(self, "aloud_no"), ("@no",))]

    async def easy_too(self) -> Outcome:
        if self.data.answer != "on":
            return Done("aloud_not")
        await self.service.ease.set_own(True)
        await self.service.ease.set_aloud(ALWAYS)
        return Done("aloud_easy_on")
