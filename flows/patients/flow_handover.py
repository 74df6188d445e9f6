"""Asking family for help (请家人帮忙): a link to forward, or a code to tell."""

from __future__ import annotations

from dataclasses import dataclass

from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome
from flows.patients.code_steps import label
from flows.patients.service import PatientsService


class Handover(Flow, name="handover", words=("请家人帮忙", "让家人帮忙", "找家人帮忙", "请家里人帮忙")):
    """For whom, what the family may do then, the link and the code. `enter` takes a person's key."""

    service: PatientsService

    @dataclass
    class Data:
        person: int = 0
        name: str = ""
        answer: str = ""

    data: Data

    async def enter(self, arg: str) -> Outcome:
        self.data.person = int(arg) if arg.isdecimal() else 0
        return Go(self.sure if self.data.person else self.start)

    async def start(self) -> Outcome:
        persons = [person for person in await self.service.persons() if person.proof != "consent"]
        if not persons:
            return Call("register", then=self.registered, say="nobody_yet")
        if len(persons) == 1:
            self.data.person = persons[0].id
            return Go(self.sure)
        options = [Option(each.id, label(self, "person", person=each), (each.name,)) for each in persons]
        return Choose("help_whom", options, save="person", then=self.sure)

    async def registered(self) -> Outcome:
        if not self.returned:
            return Done()
        self.data.person = int(self.returned)
        return Go(self.sure)

    async def sure(self) -> Outcome:
        self.data.name = (await self.service.giving.may_give(self.data.person)).name
        options = [
            Option("yes", label(self, "ask_help"), ("@yes",)),
            Option("no", label(self, "not_now"), ("@no",)),
        ]
        return Choose("help_sure", options, save="answer", then=self.give)

    async def give(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("help_not_sought")
        given = await self.service.giving.give(self.data.person)
        links = [(label(self, "help_link"), f"{self.context.settings.base_url}/h5/patients/help/{given.public_id}")]
        return Done("help_link", {"code": f"{given.code[:3]} {given.code[3:]}", "hours": given.hours}, links)
