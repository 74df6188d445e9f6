"""Appealing in the chat: against a lock, a no-show, a refusal; and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.errors import NotFound
from bot.talk.flow import Flow
from bot.talk.outcomes import Choose, Done, Go, Option, Outcome
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals


class Appeal(
    Flow, name="appeal", words=("申诉", "我要申诉", "提申诉", "我的申诉", "爽约", "爽约申诉", "黑名单", "暂停预约")
):
    """`enter` takes what the appeal is about: it is made at once, that is the one tap."""

    service: BookingService
    anew = ("start",)

    @dataclass
    class Data:
        pick: object = None
        about: str = ""
        appeal: str = ""

    data: Data

    async def enter(self, arg: str) -> Outcome:
        self.data.about = arg
        return Go(self.file if arg else self.start)

    async def matter(self) -> str:
        return f"appeal:{self.data.appeal}" if self.data.appeal else ""

    async def start(self) -> Outcome:
        """What can be appealed against, and what was."""
        appeals, labels = Appeals(self.context), Labels(self.context)
        matters, mine = await appeals.open_matters(), await appeals.mine()
        if not matters and not mine:
            return Done("appeal_nothing")
        options = [labels.word(["about", each["about"]], f"appeal_{each['kind']}", **each) for each in matters]
        options += [labels.word(["appeal", each["public_id"]], "appeal_made", **each) for each in mine]
        options.append(labels.word("no", "no_appeal", "@no", "不用了"))
        facts = {"matters": len(matters), "made": len(mine)}
        return Choose("appeal_which", options, save="pick", then=self.picked, facts=facts)

    async def picked(self) -> Outcome:
        if not isinstance(self.data.pick, list):
            return Done("appeal_left")
        kind, which = self.data.pick
        if kind == "about":
            self.data.about = which
            return Go(self.file)
        self.data.appeal = which
        return Go(self.shown)

    async def file(self) -> Outcome:
        try:
            row = await Appeals(self.context).file(self.data.about)
        except BookingRefusal as no:
            return Done(no.template, facts=no.facts)
        except NotFound:
            return Done("appeal_nothing")
        self.data.appeal = row.public_id
        options = [self._enough()]
        facts = await Appeals(self.context).facts(row)
        return Choose("appeal_filed", options, save="pick", then=self.left, other=self.words_said, facts=facts)

    async def words_said(self) -> Outcome:
        """What they write now stands beside the appeal."""
        if not await Appeals(self.context).add_words(self.data.appeal, self.text):
            return Go(self.shown)
        return Done("appeal_words")

    async def left(self) -> Outcome:
        return Done("appeal_wait")

    async def shown(self) -> Outcome:
        """One that was made, with its answer."""
        appeals = Appeals(self.context)
        facts: dict[str, Any] = await appeals.facts(await appeals.one(self.data.appeal))
        return Done("appeal_shown", facts=facts)

    def _enough(self) -> Option:
        return Labels(self.context).word("no", "appeal_enough", "@no", "不用", "不用补充", "没有了")
