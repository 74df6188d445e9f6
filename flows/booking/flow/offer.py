"""A slot is kept for somebody who waited: do they want it? Begun by us in their conversation when their turn comes, and
by the words of the waiting list, which show it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome
from flows.booking.flow.linking import confirmed, visit_link
from flows.booking.labels import Labels
from flows.booking.pushes import TOLD
from flows.booking.refusals import HoldExpired, NotBooked
from flows.booking.service import BookingService

READING = 8
"""Seconds. What comes faster may have answered what was asked before: what we ask by a push waits here before it has
arrived. It is asked for once more."""


class Offer(
    Flow, name="offer", words=("候补", "排候补", "我的候补", "候补记录", "取消候补", "查候补", "退出候补")
):
    """`enter` takes the public id of the appointment by which the slot is held; begun by us (`told:<public id>`) it
    only listens, because a push has asked. Dropped, it takes nothing away: the slot stays kept until its time is over,
    and stands in 我的预约."""

    service: BookingService
    anew = ("ask",)

    @dataclass
    class Data:
        appointment: str = ""
        answer: str = ""
        asked_at: float = 0
        sure: bool = False

    data: Data

    async def enter(self, arg: str) -> Outcome:
        told, _, self.data.appointment = arg.rpartition(":")
        self.hushed = told == TOLD
        return Go(self.ask)

    async def matter(self) -> str:
        return f"appointment:{self.data.appointment}" if self.data.appointment else ""

    async def start(self) -> Outcome:
        """By its words: what is kept for them; else what they wait for."""
        offers = [key for key in await self.service.waiting.offers() if not (await self.service.mine(key)).pay_order]
        if not offers:
            return Call("waiting", then=self.after)
        return await self.enter((await self.service.mine(offers[0])).public_id)

    async def after(self) -> Outcome:
        return Done()

    async def ask(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        facts = await self.service.facts(row)
        if row.state == "booked":
            return Done("booked", facts=facts, links=visit_link(self.context, row))
        if row.state != "held" or row.hold_until <= self.context.now:
            return Done("offer_gone", facts=facts)
        if row.pay_order:
            return confirmed(self.context, row, facts)
        labels, now = Labels(self.context), self.context.now
        self.data.asked_at = self.data.asked_at or now.timestamp()
        # A yes has to be one: 好 and 嗯 are said to many things.
        options = [
            labels.word("yes", "offer_yes", "要", "我要", "要这个号", "确认"),
            labels.word("no", "offer_no", "@no", "不要", "取消"),
        ]
        minutes = (row.hold_until - now).total_seconds() / 60
        facts |= {"until": f"{self.context.clock.local(row.hold_until):%H:%M}", "left": max(1, round(minutes))}
        return Choose("offer", options, save="answer", then=self.answered, facts=facts, minutes=minutes,
                      expired=self.late)

    async def answered(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        facts = await self.service.facts(row)
        if row.state == "booked":  # on a page, or in 我的预约
            return await self._next("booked", facts, visit_link(self.context, row))
        if not self.data.sure and self.context.now.timestamp() - self.data.asked_at < READING:
            self.data.sure = True
            return Go(self.ask, say="offer_sure")
        if self.data.answer != "yes":
            gone = await self.service.release(row.id)
            return await self._next("offer_declined" if gone else "offer_gone", facts)
        try:
            row = await self.service.confirm(row.id)
        except (HoldExpired, NotBooked):
            await self.service.release(row.id, expired=True)
            return await self._next("offer_gone", facts)
        facts = await self.service.facts(row)
        if row.state == "held":
            return confirmed(self.context, row, facts)
        return await self._next("booked", facts, visit_link(self.context, row))

    async def late(self) -> Outcome:
        """The time is over: the next one is asked. What is said of it goes by the push, which also reaches those whose
        conversation went on to something else."""
        row = await self.service.mine(self.data.appointment)
        if row.hold_until <= self.context.now:  # else its fee is being paid
            await self.service.release(row.id, expired=True)
        return await self._next("", {})

    async def _next(self, said: str, facts: dict[str, object], links: Sequence[tuple[str, str]] = ()) -> Outcome:
        """Another slot may be kept for them."""
        offers = await self.service.waiting.offers()
        if not offers:
            return Done(said, facts=facts, links=links, result=self.data.appointment)
        row = await self.service.mine(offers[0])
        self.data.appointment, self.data.asked_at, self.data.sure = row.public_id, 0, False
        return Go(self.ask, say=said, facts=facts)
