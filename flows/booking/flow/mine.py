"""My appointments: held, coming, waited for, past, cancelled; the details of one, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome, Step
from flows.booking.exams.cards import PACKAGE, cards
from flows.booking.exams.facts import of_exam
from flows.booking.flow.cancel import CANCEL
from flows.booking.flow.check_in import WORDS, CheckingIn
from flows.booking.flow.moving import MOVE, Moving
from flows.booking.flow.reader import Reader
from flows.booking.labels import Labels
from flows.booking.rules import EXAMINATION

CANCEL_ONE = "cancel"
"""What `enter` takes to ask which one is to be cancelled."""
_CANCELS = re.compile("取消|退")


class Appointments(
    Moving, CheckingIn, Reader, Flow, name="appointments", version=4,
    words=(
        "我的预约", "预约记录", "取消预约", "我的挂号", "挂号记录", "查预约", "查看预约", "退号", "取消挂号",
        "预约查询", "我的号", "我预约的号",
        "改预约", "改预约时间", *WORDS,
    ),
):
    """What is coming, what was, what was cancelled."""

    anew = (
        "start", "past", "cancelled", "details", "held", "package", "cancel_which", "check_in_which", "change",
        "change_segment",
    )

    @dataclass
    class Data:
        pick: object = None
        list: str = "coming"
        appointment: int = 0
        answer: str = ""
        date: str = ""
        segment: int = 0
        read_for: int = 0
        """The appointment whose discreet clinic may be named, until `read_until` (seconds)."""
        read_until: float = 0
        tail: str = ""
        """Of the phone that a reader's code went to."""
        refused: str = ""
        """What an appeal against the last no would be about."""
        parts: object = None
        """The package that was opened, as exams/cards.py names it."""

    upgrades = {1: lambda data: data, 2: lambda data: data, 3: lambda data: data}

    async def enter(self, arg: str) -> Outcome:
        """From a menu by numbers, and from words that name what is to be cancelled or moved."""
        if arg.startswith(MOVE):
            return await self.moved(arg)
        if arg == CANCEL_ONE and (await self.service.holds() or await self.service.coming()):
            return Go(self.cancel_which)
        return Go(self.check_in_which if arg == "check_in" else self.start)

    async def start(self) -> Outcome:
        """What is coming; with the ways to the past and the cancelled ones where there are any. Who came to cancel
        (取消预约, 我的预约 取消) is asked about that at once."""
        self.data.list = "coming"
        holds, coming = await self.service.holds(), await self.service.coming()
        if coming and _CANCELS.search(self.text):
            return Go(self.cancel_which)
        if self.wants_in():
            return Go(self.check_in_which)
        options = await self.carded([*holds, *coming])
        if len(options) == 1 and coming:  # there is but one that can be meant
            options = [replace(options[0], aliases=(*options[0].aliases, "改时间", "改期", "换时间", "改约"))]
        labels, waiting = Labels(self.context), await self.service.waiting.mine()
        wishes = [row for row in await self.service.wishing.mine() if row.state == "waiting"]
        if options:
            options.append(labels.word("cancel", "cancel_one", *CANCEL))
        options += [labels.waiting(row, await self.service.waiting.facts(row)) for row in waiting]
        for row in wishes:
            facts = await self.service.wishing.facts(row)
            options.append(labels.word(["wish", row.public_id], "wish_coming", "摇号", **facts))
        if await self.service.past():
            options.append(labels.word("past", "past", "看过的", "以前的"))
        if await self.service.cancelled():
            options.append(labels.word("cancelled", "cancelled", "已取消", "取消的"))
        if not options:
            return Done("none_yet")
        if not coming and not holds and not waiting and not wishes:
            options.append(labels.word("book", "book", "挂号"))
        many, kept = [len(await cards(self.context.tx, rows)) for rows in (coming, holds)]
        facts = {"count": many, "held": kept, "waiting": len(waiting), "wishes": len(wishes)}
        links = [labels.page("mine/")]
        return Choose("coming", options, save="pick", then=self.picked, facts=facts, links=links)

    async def picked(self) -> Outcome:
        if self.data.pick == "cancel":
            return Go(self.cancel_which)
        if self.data.pick == "past":
            return Go(self.past)
        if self.data.pick == "cancelled":
            return Go(self.cancelled)
        if self.data.pick == "book":
            return Call("booking", then=self.after_booking)
        if self.data.pick == "coming":
            return Go(self.start)
        if isinstance(self.data.pick, list):
            if self.data.pick[0] == PACKAGE:
                self.data.parts = self.data.pick
                return Go(self.package)
            kind, public = self.data.pick
            if kind == "wish":
                return Call("wish", then=self.after_booking, arg=f"of:{public}")
            return Call("waiting", then=self.after_booking, arg=f"entry:{public}")
        self.data.appointment = int(str(self.data.pick))
        return Go(self.details)

    async def matter(self) -> str:
        """The appointment that was opened."""
        if not self.data.appointment:
            return ""
        return f"appointment:{(await self.service.mine(self.data.appointment)).public_id}"

    async def past(self) -> Outcome:
        return await self._listed("past", self.service.past)

    async def cancelled(self) -> Outcome:
        return await self._listed("cancelled", self.service.cancelled)

    async def details(self) -> Outcome:
        """One appointment, with what can be done about it."""
        row = await self.service.mine(self.data.appointment)
        if row.state == "held" and row.hold_until > self.context.now:
            return Go(self.held)
        if stop := await self._stopped(row):
            return Call("stopped", then=self.after_booking, arg=stop)
        facts = await self.service.facts(row, open=self.proved)
        coming = row.state == "booked" and row.end_at > self.context.now
        labels = Labels(self.context)
        options = [labels.word("open", "reader_open", "看", "完整内容", "核对")] if facts["veiled"] else []
        standing = await self.service.standing.of_visit(row)
        facts |= standing
        if standing["can_check_in"]:
            options.append(labels.word("check_in", "check_in", "签到", "报到", "取号"))
        if coming and facts["can_cancel"] and not standing["here"]:
            options.append(labels.word("change", "change", "改时间", "改期", "换时间"))
            options.append(labels.word("cancel", "cancel", *CANCEL))
        if not coming and row.sitting and not facts["veiled"]:
            options.append(labels.word("again", "book_again", "再约", "再挂一次"))
        if standing["about"]:
            options.append(labels.word("appeal", "appeal", "申诉"))
        options.append(labels.word("list", "back_to_list", "返回列表"))
        state = "coming" if coming else ("past" if row.state == "booked" else row.state)
        facts["state"] = state
        links = [labels.page(f"mine/{row.public_id}")]
        prompt = "details_veiled" if facts["veiled"] else "details"
        return Choose(prompt, options, save="answer", then=self.done_with, facts=facts, links=links)

    async def done_with(self) -> Outcome:
        if self.data.answer == "open":
            return Go(self.reader)
        if self.data.answer == "cancel":
            return Go(self.sure)
        if self.data.answer == "change":
            row = await self.service.mine(self.data.appointment)
            if row.kind == EXAMINATION:
                return Call("exams", then=self.after_booking, arg=f"change:{row.id}")
            return Go(self.change)
        if self.data.answer == "check_in":
            return Go(self.check_in)
        if self.data.answer == "appeal":
            return Go(self.appealing)
        if self.data.answer == "again":
            row = await self.service.mine(self.data.appointment)
            return Call("booking", then=self.after_booking, arg=row.sitting)
        return Go({"past": self.past, "cancelled": self.cancelled}.get(self.data.list, self.start))

    async def parting(self) -> str:
        return "still_there" if await self.service.coming() else ""

    async def after_booking(self) -> Outcome:
        """Back from a booking, or from what is waited for: it said all there is to say."""
        return Done()

    # --- inside --------------------------------------------------------------------------------------------------

    async def _listed(self, name: str, read: Callable[[], Awaitable[list[Any]]]) -> Outcome:
        self.data.list = name
        rows = await read()
        options = [*await self._options(rows), Labels(self.context).word("coming", "back_to_coming", "返回")]
        then: Step = self.picked
        return Choose("listed", options, save="pick", then=then, facts={"count": len(rows)})

    async def _options(self, rows: list[Any]) -> list[Option]:
        """One line for each; holds say until when they are kept."""
        labels, neighbours = Labels(self.context), self.service.neighbours
        catalogue = await neighbours.catalogue()
        return [
            labels.appointment(
                row, await neighbours.anybody(row.person_id), catalogue, exam=(await of_exam(self.context, row))["exam"]
            )
            for row in rows
        ]
