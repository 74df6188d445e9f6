"""Easy mode in the chat: on and off, for oneself or for somebody one helps; and its menu by numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bot.context import ALWAYS
from bot.talk.channel import Narrator
from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome
from bot.talk.understand.words import bare
from flows.patients.code_steps import label
from flows.patients.service import PatientsService

ON = (
    "大字", "大字版", "大字模式", "简单模式", "简易模式", "老人模式", "老年模式", "长辈模式", "长辈版", "关怀模式",
    "关怀版", "字太小", "字太小了", "看不清",
)
OFF = ("普通模式", "普通版", "标准模式", "标准字", "关闭大字", "关掉大字", "退出简单模式", "不要大字", "关闭简单模式")
WAYS = {"booking": "", "appointments": "", "check_in": "appointments", "people": "", "human": ""}
"""What the menu leads to, as flows are called; where that is another name, it is what that flow is entered with."""
ALOUD = "aloud:"
"""Before whom this is not about the mode itself, but about what is heard in it."""


class Easy(Flow, name="easy", words=ON + OFF):
    """`enter` shows the menu."""

    service: PatientsService

    @dataclass
    class Data:
        whom: str = ""
        answer: str = ""

    data: Data

    async def enter(self, arg: str) -> Outcome:
        return Go(self.menu)

    async def start(self) -> Outcome:
        if bare(self.text) in OFF:
            return Go(self.own_off)
        if await self.service.ease.helped():
            return Go(self.for_whom)
        return Go(self.own)

    async def own(self) -> Outcome:
        assert self.context.contact is not None
        if not self.context.contact.easy:
            await self.service.ease.set_own(True)
            return Go(self.menu, say="easy_on", facts={"aloud": self._aloud})
        options = [Option("keep", label(self, "easy_keep"), ("@no",)), Option("off", label(self, "easy_off"), ())]
        if self._aloud:
            options.append(Option("aloud", label(self, "easy_aloud"), ()))
        return Choose("easy_already", options, save="answer", then=self.kept)

    @property
    def _aloud(self) -> str:
        """Which answers are heard; "" where the hospital has no voice."""
        assert self.context.contact is not None
        return self.context.contact.aloud if Narrator in self.context.ports else ""

    async def kept(self) -> Outcome:
        if self.data.answer == "aloud":
            return Call("aloud", then=self.back)
        return Go(self.own_off if self.data.answer == "off" else self.menu)

    async def own_off(self) -> Outcome:
        await self.service.ease.set_own(False)
        return Done("easy_off")

    # --- for somebody whom one helps -----------------------------------------------------------------------------

    async def for_whom(self) -> Outcome:
        options = [Option("", label(self, "easy_me"), ("自己", "我自己", "我"))]
        for each in await self.service.ease.helped():
            options.append(Option(each.handover, label(self, "easy_other", helped=each), (each.name,)))
            if each.easy and self._aloud:
                options.append(Option(f"{ALOUD}{each.handover}", label(self, "easy_other_aloud", helped=each), ()))
        return Choose("easy_whom", options, save="whom", then=self.chosen)

    async def chosen(self) -> Outcome:
        if not self.data.whom:
            return Go(self.own)
        whom = self.data.whom.removeprefix(ALOUD)
        before = next((each for each in await self.service.ease.helped() if each.handover == whom), None)
        if whom != self.data.whom:
            helped = await self.service.ease.set_aloud_for(whom, before is None or before.aloud != ALWAYS)
            return Done("easy_aloud_set", facts={"name": helped.name, "aloud": helped.aloud})
        helped = await self.service.ease.set_for(whom, before is None or not before.easy)
        return Done("easy_set", facts={"name": helped.name, "easy": helped.easy})

    # --- the menu ------------------------------------------------------------------------------------------------

    async def menu(self) -> Outcome:
        options = [Option(way, label(self, "easy_way", way=way)) for way in WAYS]
        return Choose("easy_menu", options, save="answer", then=self.go)

    async def go(self) -> Outcome:
        flow, arg = WAYS.get(self.data.answer, ""), self.data.answer
        return Call(flow, then=self.back, arg=arg) if flow else Call(self.data.answer, then=self.back)

    async def back(self) -> Outcome:
        """What was begun has said all there is to say."""
        return Done()
