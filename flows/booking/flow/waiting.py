"""The waiting list in the chat: joining it for a full session, what one waits for, giving it up."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Outcome
from flows.booking.flow.full import wanted_of
from flows.booking.flow.refused import Refused
from flows.booking.labels import Labels
from flows.booking.refusals import BookingRefusal, WrongAge, WrongSex
from flows.booking.service import BookingService
from flows.booking.standing.appeals.appealing import Appeals
from flows.booking.waiting.list import session_facts


class Waiting(Refused, Flow, name="waiting", version=2):
    """Called by what meets something full, by 我的预约, and by the words of the waiting list (flow_offer.py). `enter`
    takes `full:<clinic>:<doctor>:<day>` (what is full and wished for) or `entry:<public id>`."""

    service: BookingService
    anew = ("start", "choose_session", "choose_person", "sure", "details")

    @dataclass
    class Data:
        pick: object = None
        wanted: str = ""
        sessions: list[int] | None = None
        person: int = 0
        entry: str = ""
        answer: str = ""
        refused: str = ""
        """What an appeal against the last no would be about."""

    data: Data
    upgrades = {1: lambda data: data}

    async def enter(self, arg: str) -> Outcome:
        kind, _, rest = arg.partition(":")
        if kind == "entry":
            self.data.entry = rest
            return Go(self.details)
        self.data.wanted = rest
        return Go(self.choose_session)

    async def matter(self) -> str:
        return f"waiting:{self.data.entry}" if self.data.entry else ""

    async def start(self) -> Outcome:
        """What they wait for."""
        waiting = self.service.waiting
        rows = await waiting.mine()
        if not rows:
            return Done("" if self.resumed else "waiting_none")
        options = [Labels(self.context).waiting(row, await waiting.facts(row)) for row in rows]
        return Choose("waiting_mine", options, save="pick", then=self.picked, facts={"count": len(rows)})

    async def picked(self) -> Outcome:
        assert isinstance(self.data.pick, list)
        self.data.entry = str(self.data.pick[1])
        return Go(self.details)

    async def after(self) -> Outcome:
        return Done()

    # --- joining -------------------------------------------------------------------------------------------------

    async def choose_session(self) -> Outcome:
        """Which of the full sessions; a single one is not asked for."""
        full = await self.service.waiting.full(wanted_of(self.data.wanted))
        if not full:
            return Done("waiting_not_full")
        options = Labels(self.context).full(full, await self.service.neighbours.catalogue())
        if len(options) == 1:
            self.data.sessions = options[0].value
            return Go(self.person_needed)
        return Choose("waiting_session", options, save="sessions", then=self.person_needed)

    async def person_needed(self) -> Outcome:
        """One person is taken at once, of several the right one is asked for, nobody registers first."""
        persons = await self.service.neighbours.persons()
        if not persons:
            return Call("register", then=self.registered, say="register_first")
        if len(persons) == 1:
            self.data.person = persons[0].id
            return Go(self.sure)
        return Go(self.choose_person)

    async def registered(self) -> Outcome:
        if not self.returned:
            return Done("no_person")
        self.data.person = int(self.returned)
        return Go(self.sure)

    async def choose_person(self) -> Outcome:
        """Those whom the clinic takes, the default first."""
        full = await self.service.waiting.several(self.data.sessions or [])
        if not full:
            return Done("waiting_not_full")
        fitting, no = [], None
        for person in await self.service.neighbours.persons():
            try:
                await self.service.check_person(person, full[0].row.clinic, full[0].row.date, full[0].row.sitting)
                fitting.append(person)
            except (WrongAge, WrongSex) as reason:
                no, self.data.person = reason, person.id
        if not fitting and no is not None:
            return await self._no(no)
        return Choose("waiting_person", Labels(self.context).persons(fitting), save="person", then=self.sure)

    async def sure(self) -> Outcome:
        """How many are before them, how it will go, and until when, before they say yes."""
        full = await self.service.waiting.several(self.data.sessions or [])
        if not full:
            return Done("waiting_not_full")
        try:
            await self.service.waiting.check(self.data.sessions or [], self.data.person)
        except BookingRefusal as no:
            return await self._no(no)
        labels = Labels(self.context)
        person = await self.service.neighbours.anybody(self.data.person)
        options = [
            labels.word("yes", "wait_yes", "@yes", "确认", "候补"),
            labels.word("no", "wait_no", "@no", "不用了", "不候补"),
        ]
        until = max(each.until for each in full)
        facts = session_facts(full[0].row, await self.service.neighbours.catalogue()) | {
            "halves": [each.row.half for each in full],
            "waiting": max(each.waiting for each in full),
            "person": labels.masked(person),
            "until_day": until.date().isoformat(),
            "until_time": f"{until:%H:%M}",
            "minutes": self.context.settings.booking.offer_minutes,
        }
        return Choose("waiting_sure", options, save="answer", then=self.join, facts=facts)

    async def join(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("waiting_not")
        try:
            rows = await self.service.waiting.join(self.data.sessions or [], self.data.person)
        except BookingRefusal as no:
            return await self._no(no)
        facts = await self.service.waiting.facts(rows[0])
        facts |= {"halves": [row.half for row in rows], "minutes": self.context.settings.booking.offer_minutes}
        return Done("waiting_joined", facts=facts, result=rows[0].public_id)

    async def _no(self, no: BookingRefusal) -> Outcome:
        """Say why not; the appeal, where there is one, stands one tap away."""
        session = (self.data.sessions or [0])[0]
        self.data.refused = await Appeals(self.context).about_session(no, self.data.person, session)
        if not self.data.refused:
            return Done(no.template, facts=no.facts)
        return Go(self.refused, say=no.template, facts=no.facts)

    # --- one entry -----------------------------------------------------------------------------------------------

    async def details(self) -> Outcome:
        waiting = self.service.waiting
        row = await waiting.entry(self.data.entry)
        if held := await waiting.held_for(row):
            appointment = await self.service.mine(held)
            return Call("offer", then=self.after, arg=appointment.public_id)
        if row.state != "waiting" and self.resumed:
            return Done()
        if row.state != "waiting":
            return Done("waiting_ended", facts=await waiting.facts(row) | {"state": row.state})
        labels = Labels(self.context)
        options = [
            labels.word("keep", "wait_keep", "继续等", "@no"),
            labels.word("give_up", "wait_give_up", "不等了", "取消候补", "退出候补", "取消"),
        ]
        facts = await waiting.facts(row) | {"minutes": self.context.settings.booking.offer_minutes}
        return Choose("waiting_details", options, save="answer", then=self.decided, facts=facts)

    async def decided(self) -> Outcome:
        if self.data.answer == "keep":
            return Done("waiting_kept")
        row = await self.service.waiting.give_up(self.data.entry)
        if row.state == "offered":
            return Go(self.details)
        return Done("waiting_given_up", facts=await self.service.waiting.facts(row))
