"""The fair opening in the chat: being in a draw, its result, and the last word on what was won."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome
from flows.booking.flow.linking import confirmed, visit_link
from flows.booking.flow.offer import READING
from flows.booking.labels import Labels
from flows.booking.offers import GENERAL
from flows.booking.pushes import TOLD
from flows.booking.refusals import HoldExpired, NotBooked
from flows.booking.service import BookingService


class Wish(Flow, name="wish", version=2, words=("摇号", "我的摇号", "摇号结果", "查摇号", "抽签结果")):
    """Called where a session is drawn (`new:<segment>:<person>`) and to show a wish (`of:<public id>`), begun by us
    when it was won (`told:<public id>`: a push has asked), and by its words. Dropped, it takes nothing away: a wish
    stays in the draw, what was won stays kept for its time."""

    service: BookingService
    anew = ("start", "details", "won")

    @dataclass
    class Data:
        pick: object = None
        wish: str = ""
        appointment: int = 0
        answer: str = ""
        asked_at: float = 0

    data: Data
    upgrades = {1: lambda data: data}

    async def enter(self, arg: str) -> Outcome:
        kind, _, rest = arg.partition(":")
        if kind == "new":
            segment, _, person = rest.partition(":")
            row = await self.service.wishing.wish(int(segment), int(person))
            return Done("wish_made", facts=await self.service.wishing.facts(row, open=True),
                        links=[self._record(row)])
        self.data.wish = rest
        self.hushed = kind == TOLD
        self.data.asked_at = self.context.now.timestamp() if self.hushed else 0
        return Go(self.details)

    async def matter(self) -> str:
        return f"wish:{self.data.wish}" if self.data.wish else ""

    async def start(self) -> Outcome:
        """What they wished for, of which several may be open."""
        rows = await self.service.wishing.mine()
        if not rows:
            return Done("wish_none")
        if len(rows) == 1:
            self.data.wish = rows[0].public_id
            return Go(self.details)
        options = [Labels(self.context).wish(row, await self.service.wishing.facts(row)) for row in rows]
        return Choose("wish_mine", options, save="pick", then=self.picked, facts={"count": len(rows)})

    async def picked(self) -> Outcome:
        self.data.wish = str(self.data.pick)
        return Go(self.details)

    async def details(self) -> Outcome:
        """What there is to say depends on how far the draw has come."""
        row = await self.service.wishing.entry(self.data.wish)
        if row.state == "won":
            self.data.appointment = row.appointment_id
            return Go(self.won)
        facts = await self.service.wishing.facts(row)
        if row.state == "lost":
            return await self._lost(row, facts)
        if row.state != "waiting":
            return Done("wish_ended", facts=facts, links=[self._record(row)])
        if row.draw_state != "coming":
            return Done("wish_drawing", facts=facts, links=[self._record(row)])
        labels = Labels(self.context)
        options = [
            labels.word("keep", "wish_keep", "继续等", "@no"),
            labels.word("withdraw", "wish_withdraw", "退出摇号", "不摇了", "取消"),
        ]
        return Choose("wish_waiting", options, save="answer", then=self.decided, facts=facts,
                      links=[self._record(row)])

    async def decided(self) -> Outcome:
        if self.data.answer == "keep":
            return Done("wish_kept")
        row = await self.service.wishing.withdraw(self.data.wish)
        return Done("wish_withdrawn", facts=await self.service.wishing.facts(row))

    # --- lost ----------------------------------------------------------------------------------------------------

    async def _lost(self, row: Any, facts: dict[str, Any]) -> Outcome:
        labels = Labels(self.context)
        options = [
            labels.word("wait", "wait", "@yes", "候补", "排候补", "等"),
            labels.word("elsewhere", "elsewhere_day", "@no", "看别的", "不候补"),
        ]
        return Choose("wish_lost", options, save="answer", then=self.instead, facts=facts, links=[self._record(row)])

    async def instead(self) -> Outcome:
        row = await self.service.wishing.entry(self.data.wish)
        if self.data.answer == "wait":
            wanted = f"full:{row.clinic}:{row.sitting or GENERAL}:{row.date.isoformat()}"
            return Call("waiting", then=self.after, arg=wanted)
        return Call("booking", then=self.after, arg=row.clinic)

    async def after(self) -> Outcome:
        return Done()

    # --- won -----------------------------------------------------------------------------------------------------

    async def won(self) -> Outcome:
        """The slot is kept; the last word is theirs."""
        row = await self.service.mine(self.data.appointment)
        facts = await self.service.facts(row)
        if row.state == "booked":
            return Done("booked", facts=facts, links=visit_link(self.context, row))
        if row.state != "held" or row.hold_until <= self.context.now:
            return Done("wish_gone", facts=facts)
        if row.pay_order:
            return confirmed(self.context, row, facts)
        labels = Labels(self.context)
        # A yes has to be one: 好 and 嗯 are said to many things.
        options = [
            labels.word("yes", "offer_yes", "要", "我要", "要这个号", "确认"),
            labels.word("no", "offer_no", "@no", "不要", "取消"),
        ]
        minutes = (row.hold_until - self.context.now).total_seconds() / 60
        until = self.context.clock.local(row.hold_until)
        facts |= {"until": f"{until:%H:%M}", "left": max(1, round(minutes))}
        return Choose("wish_won", options, save="answer", then=self.answered, facts=facts, minutes=minutes,
                      expired=self.late)

    async def answered(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        facts = await self.service.facts(row)
        if row.state == "held" and self.context.now.timestamp() - self.data.asked_at < READING:
            self.data.asked_at = 0
            return Go(self.won, say="offer_sure")
        if row.state != "booked" and self.data.answer != "yes":
            gone = await self.service.release(row.id)
            return Done("wish_declined" if gone else "wish_gone", facts=facts)
        try:
            row = await self.service.confirm(row.id)
        except (HoldExpired, NotBooked):
            await self.service.release(row.id, expired=True)
            return Done("wish_gone", facts=facts)
        return confirmed(self.context, row, await self.service.facts(row))

    async def late(self) -> Outcome:
        row = await self.service.mine(self.data.appointment)
        if row.state == "booked" or (row.state == "held" and row.hold_until > self.context.now):
            return Done()  # the second one: its fee is being paid
        await self.service.release(row.id, expired=True)
        return Done("wish_gone", facts=await self.service.facts(row))

    def _record(self, row: Any) -> tuple[str, str]:
        """A link to the public page of the draw."""
        return Labels(self.context).draw(row.draw_public)
