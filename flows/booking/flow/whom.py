"""The part of the booking flow that asks for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.talk.outcomes import Call, Choose, Done, Go, Outcome, Step
from flows.booking.flow.refused import APPEAL, Refused
from flows.booking.labels import Labels
from flows.booking.refusals import WrongAge, WrongSex


class ForWhom(Refused):
    """Mixed into Booking."""

    told_why: bool
    say: Callable[..., None]
    returned: Any
    _step: Callable[[str], Step]

    async def person_needed(self) -> Outcome:
        """One person is taken at once, of several the right one is asked for, nobody registers first; nor for what is
        full."""
        if no := await self.service.doorstep.refusal(self.data.segment):
            self.data.tries += 1
            return Go(self._step("segments"), say=no.template, facts=no.facts)
        persons = await self.service.neighbours.persons()
        if not persons:
            return Call("register", then=self.registered, say="register_first")
        if len(persons) == 1:
            self.data.person = persons[0].id
            return Go(self._step("hold"))
        return Go(self.choose_person)

    async def choose_person(self) -> Outcome:
        """Those whom the clinic takes, the default first."""
        row = await self.service.segment(self.data.segment)
        fitting, last_no = [], None
        for person in await self.service.neighbours.persons():
            try:
                await self.service.check_person(person, row.clinic, row.date, row.sitting)
                fitting.append(person)
            except (WrongAge, WrongSex) as no:
                last_no = no
        if not fitting and last_no is not None and not self.told_why:
            self.say(last_no.template, **last_no.facts)
            await self.refused_by(last_no, person.id)
        labels = Labels(self.context)
        options = [*labels.persons(fitting), labels.word("add", "add_person", "添加", "添加就诊人", "别人")]
        options += [labels.word("elsewhere", "elsewhere", "换科室"), *self.appeal_option()]
        return Choose("person", options, save="pick", then=self.person_picked, facts={"fitting": len(fitting)})

    async def person_picked(self) -> Outcome:
        if self.data.pick == "add":
            return Call("register", then=self.registered)
        if self.data.pick == "elsewhere":
            return Go(self._step("departments"))
        if self.data.pick == APPEAL:
            return Go(self.to_appeal)
        self.data.person = int(str(self.data.pick))
        return Go(self._step("hold"))

    async def registered(self) -> Outcome:
        """Back from registering a person, who is then the one the slot is for."""
        if not self.returned:
            return Go(self.choose_person) if await self.service.neighbours.persons() else Done("no_person")
        self.data.person = int(self.returned)
        return Go(self._step("hold"))
