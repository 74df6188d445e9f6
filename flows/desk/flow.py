"""Leaving word for a human."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import NotFound
from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Choose, Done, Go, Option, Outcome
from flows.desk.service import DeskService


class Human(Flow, name="human", version=2, words=("人工", "人工客服", "转人工", "留言", "投诉", "回电")):
    """What it is about, a number to call back, put down for the desk."""

    service: DeskService
    looks_below = True

    @dataclass
    class Data:
        about: str = ""
        mobile: str = ""
        which: str = ""
        amid: str = ""
        """The thing that was talked of before."""

    data: Data
    upgrades = {1: lambda data: data}

    async def start(self) -> Outcome:
        """In easy mode nothing need be written: two steps and somebody calls."""
        assert self.context.contact is not None
        self.data.amid = await self._amid()
        if self.context.contact.easy:
            self.data.about = self.context.wording.render("desk/chat/call_me")
            return Go(self.number)
        return Ask("about", save="about", then=self.number, minutes=60)

    async def number(self) -> Outcome:
        known = await self.service.mobile()
        if not known:
            return Ask("mobile", save="mobile", check="mobile", then=self.put_down)
        self.data.mobile = known
        labels = self.context.wording
        options = [
            Option("known", labels.render("desk/chat/option_known", mobile=known)),
            Option("other", labels.render("desk/chat/option_other")),
        ]
        return Choose("which", options, save="which", then=self.chosen)

    async def chosen(self) -> Outcome:
        if self.data.which == "other":
            return Ask("mobile", save="mobile", check="mobile", then=self.put_down)
        return Go(self.put_down)

    async def put_down(self) -> Outcome:
        await self.service.ask(self.once("ask"), self.data.about, self.data.mobile, self.data.amid)
        return Done("put_down")

    async def _amid(self) -> str:
        """What was talked of: of several, what was talked of last."""
        for flow in self.below:
            try:
                if matter := await flow.matter():
                    return matter
            except NotFound:
                continue
        return ""
