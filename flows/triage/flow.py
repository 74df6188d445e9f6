"""Which clinic for what troubles me: asked in one's own words, answered with clinics that can be booked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Call, Choose, Done, Go, Option, Outcome, Pass
from flows.triage.clinics import Suggestion
from flows.triage.service import TriageService
from flows.triage.urgent import adds
from flows.triage.whom import Somebody

KEPT = 300
"""Characters of a complaint that stay in the conversation."""
HUMAN = "human"
NOBODY = Somebody()


class Triage(
    Flow, name="triage",
    words=(
        "分诊", "导诊", "智能导诊", "挂什么科", "看什么科", "挂哪个科", "看哪个科", "挂哪科", "看哪科", "挂啥科",
        "看啥科", "挂什么号",
        "该挂什么科", "该看什么科", "应该挂什么科", "应该看什么科", "不知道挂什么科", "不知道看什么科",
        "不知道挂哪个科",
        "不知道看哪个科", "哪个科看", "什么科看",
    ),
):
    """The complaint, then up to three clinics, then booking."""

    service: TriageService

    @dataclass
    class Data:
        complaint: str = ""
        pick: str = ""
        asked: int = 0
        urgent: str = ""
        walk_in: list[dict[str, Any]] = field(default_factory=list)

    async def start(self) -> Outcome:
        """Words that came along with 挂什么科 are the complaint, if they are one."""
        if self.text and self.service.read(self.text).clear:
            return await self.enter(self.text)
        return Go(self.ask)

    async def enter(self, arg: str) -> Outcome:
        self.data.complaint = arg[:KEPT]
        return Go(self.found if arg else self.ask)

    async def ask(self) -> Outcome:
        return Ask("complaint", save="complaint", then=self.heard)

    async def heard(self) -> Outcome:
        """What was said may be a question to the hospital instead: 怎么去医院."""
        self._forget()
        reading = self.service.read(self.data.complaint)
        if reading.service or not reading.signs:
            return Pass(self.data.complaint, otherwise=self.found)
        return Go(self.found)

    async def found(self) -> Outcome:
        self.data.complaint = self.data.complaint[:KEPT]
        suggestion = await self.service.suggest(self.data.complaint)
        self._remember(suggestion)
        if not suggestion.clinics and not self.data.walk_in and not self.data.urgent:
            if self.data.asked or self.service.read(self.data.complaint).clear:
                return Go(self.none_fits)
            self.data.asked += 1
            return Go(self.say_more)
        options = [*self._clinics(suggestion), self._human()]
        facts = {"count": len(suggestion.clinics)}
        return Choose("suggested", options, save="pick", then=self.picked, other=self.more, facts=facts)

    async def say_more(self) -> Outcome:
        """Asked once more; then it is the clinic for everything, or a human."""
        return Ask("say_more", save="complaint", then=self.heard)

    async def none_fits(self) -> Outcome:
        """This hospital has no clinic for it, or it is still not clear what it is."""
        reading, general = self.service.read(self.data.complaint), await self.service.anything()
        options = [Option(general[0], general[1])] if general else []
        options.append(self._human())
        facts = {"signs": reading.signs if reading.clear else (), "general": general[1] if general else ""}
        return Choose("none_fits", options, save="pick", then=self.picked, other=self.more, facts=facts)

    async def more(self) -> Outcome:
        """Another complaint begins anew; 还有点咳嗽, or what could not stand for itself (whom it is about, a weak
        sign), goes on with the one before. What was said last comes first, it is what matters now."""
        reading = self.service.read(self.text)
        if reading.service or not reading.signs:
            return Pass(self.text, otherwise=self.whom)
        if reading.clear and not adds(self.text):
            self._forget()
            self.data.complaint = self.text
            return Go(self.found)
        return Go(self.joined)

    async def whom(self) -> Outcome:
        """Nothing of the body, and no question that anybody answers: perhaps whom it is about."""
        if self.service.read(self.text).who != NOBODY:
            return Go(self.joined)
        return Pass(self.text, say="not_added", facts={"text": self.text})

    async def joined(self) -> Outcome:
        self.data.complaint = f"{self.text}，{self.data.complaint}"
        return Go(self.found)

    async def picked(self) -> Outcome:
        if self.data.pick == HUMAN:
            return Call("human", then=self.over)
        return Call("booking", then=self.over, arg=self.data.pick)

    async def over(self) -> Outcome:
        return Done()

    def _forget(self) -> None:
        self.data.urgent, self.data.walk_in = "", []

    def _remember(self, suggestion: Suggestion) -> None:
        """What was told to be an emergency stays told as long as it is about this complaint."""
        fresh = [asdict(each) for each in suggestion.walk_in]
        codes = {each["code"]: each for each in [*self.data.walk_in, *fresh]}
        self.data.walk_in = list(codes.values())
        self.data.urgent = self.data.urgent or suggestion.urgent

    def _clinics(self, suggestion: Suggestion) -> list[Option]:
        wording = self.context.wording
        return [
            Option(each.code, wording.render("triage/chat/label_clinic", **asdict(each)), (each.name,))
            for each in suggestion.clinics
        ]

    def _human(self) -> Option:
        return Option(HUMAN, self.context.wording.render("triage/chat/label_human"), ("人工", "找人工", "问人工"))
