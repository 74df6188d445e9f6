"""A session was stopped, or another doctor sits there: what shall become of the appointment? Begun by us in the
conversation of whoever booked, and by the words of stops, which show it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal, SlotTaken
from flows.booking.rules import EXAMINATION
from flows.booking.stops.choosing import Choosing

READING = 8
"""Seconds. What comes faster may have answered what was asked before; it is asked for once more."""
LONGEST = timedelta(days=2)


class Stopped(Flow, name="stopped", words=("停诊", "替诊", "停诊通知", "替诊通知", "我的停诊")):
    """`enter` takes the public id of the choice. Dropped, it takes nothing away: the choice stands open on the page,
    in 我的预约, and under these words, until its time is over."""

    anew = ("start", "ask", "other")

    @dataclass
    class Data:
        choice: str = ""
        pick: str = ""
        answer: str = ""
        segment: int = 0
        asked_at: float = 0
        sure: bool = False

    data: Data

    @property
    def choosing(self) -> Choosing:
        return Choosing(self.context, answered=True)

    async def enter(self, arg: str) -> Outcome:
        self.data.choice = arg
        return Go(self.ask)

    async def matter(self) -> str:
        return f"choice:{self.data.choice}" if self.data.choice else ""

    async def start(self) -> Outcome:
        """By its words: the one there is; which of several."""
        rows = await self.choosing.asked()
        if not rows:
            return Done("stops_none")
        # They came to answer: nothing of ours can have come between.
        self.data.sure = True
        if len(rows) == 1:
            return await self.enter(rows[0].public_id)
        say = self.context.wording.render
        options = [
            Option(row.public_id, say("booking/chat/label_stop", **await self.choosing.facts(row))) for row in rows
        ]
        return Choose("stops_which", options, save="pick", then=self.picked)

    async def picked(self) -> Outcome:
        return await self.enter(self.data.pick)

    async def ask(self) -> Outcome:
        choosing = self.choosing
        row = await choosing.current(self.data.choice)
        self.data.choice = row.public_id
        facts, answers = await choosing.facts(row), await choosing.answers(row)
        if not answers:
            return Done("stop_settled", facts=facts)
        self.data.asked_at = self.data.asked_at or self.context.now.timestamp()
        labels, words = Labels(self.context), {"keep": ("不变", "替诊"), "same": ("改时间",), "other": ("换医生",),
                                               "cancel": ("取消", "退号", "退款")}
        options = [
            labels.word(each, f"stop_{each}", *words[each], **facts)
            for each in answers
            # Other doctors would tell the clinic: of a discreet one they stand on the page, for who has proved to read.
            if not (each == "keep" and row.state in ("kept", "stayed")) and not (each == "other" and facts["veiled"])
        ]
        if row.visit_kind == EXAMINATION:
            options.insert(0, labels.word("time", "stop_time_of_device", "换时间", "改时间", "换个时间"))
        if row.state in ("kept", "stayed"):
            options.append(labels.word("leave", "stop_leave", "@no", "不改了"))
        minutes = min(row.end_at - self.context.now, LONGEST).total_seconds() / 60
        links = [labels.page(f"stops/{row.public_id}")]
        return Choose(
            "stop_choice", options, save="answer", then=self.answered, facts=facts, links=links, minutes=minutes,
            expired=self.late,
        )

    async def answered(self) -> Outcome:
        choosing = self.choosing
        row = await choosing.current(self.data.choice)
        if not self.data.sure and self.context.now.timestamp() - self.data.asked_at < READING:
            self.data.sure = True
            return Go(self.ask, say="stop_sure")
        await choosing.saw(row, "chat")
        if self.data.answer == "leave":
            return Done("stop_left", facts=await choosing.facts(row))
        if self.data.answer == "other":
            return Go(self.other)
        if self.data.answer == "time":
            return Call("exams", then=self.late, arg=f"change:{row.appointment_id}")
        return await self._choose(self.data.answer)

    async def other(self) -> Outcome:
        """Each doctor's time that is nearest to the old one."""
        choosing = self.choosing
        row = await choosing.mine(self.data.choice)
        rows = await choosing.others(row)
        if not rows:
            return Go(self.ask, say="stop_no_other")
        catalogue = await self.service.neighbours.catalogue()
        options = []
        for each in rows:
            doctor = catalogue.doctor.get(each.sitting or "")
            facts: dict[str, Any] = {"row": each, "doctor": doctor.name if doctor else "",
                                     "title": doctor.title if doctor else ""}
            options.append(Option(each.id, self.context.wording.render("booking/chat/label_stop_time", **facts)))
        options.append(Labels(self.context).word(0, "stop_back", "返回", "@no"))
        return Choose("stop_other", options, save="segment", then=self.other_chosen)

    async def other_chosen(self) -> Outcome:
        return await self._choose("other", self.data.segment) if self.data.segment else Go(self.ask)

    async def late(self) -> Outcome:
        """What became of it was told already, or stands in the notice."""
        return Done()

    async def _choose(self, answer: Any, segment: int | None = None) -> Outcome:
        choosing = self.choosing
        try:
            done = await choosing.choose(self.data.choice, answer, segment)
        except SlotTaken as no:
            return Go(self.other, say=no.template, facts=no.facts)
        except BookingRefusal as no:
            return Go(self.ask, say=no.template, facts=no.facts)
        facts = await choosing.facts(done.row)
        if not done.fresh:
            return Done("stop_settled", facts=facts)
        prompt = {"keep": "stop_kept", "cancel": "stop_cancelled"}.get(answer, "stop_moved")
        return Done(prompt, facts=facts, result=done.row.public_id)
