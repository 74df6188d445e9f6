"""Helping family who cannot forward a link (帮家人): the code they tell, who they are, the terms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.context import Context
from bot.talk.flow import Flow
from bot.talk.outcomes import Call, Choose, Done, Go, Option, Outcome
from bot.talk.understand.words import bare
from flows.patients.code_steps import label
from flows.patients.flow_register import SPOKEN
from flows.patients.people import RELATIONS
from flows.patients.proof.codes import read_code
from flows.patients.service import PatientsService

_OFFER = re.compile(
    r"(?:我来|我要|我想)?(?:帮忙码|帮家人忙|帮家人|家人帮忙|替家人办|帮忙)(?:的?码|号码)?[是:,]?(\d{6})?"
)


async def reads(context: Context, text: str) -> tuple[str, str] | None:
    """An offer to help that says nothing else, perhaps with the code. No word of the flow: 帮家人挂号 is booking."""
    found = _OFFER.fullmatch(re.sub(r"(?<=\d)[-\s]+(?=\d)", "", bare(text)))
    return ("assist", found[1] or "") if found else None


class Assist(Flow, name="assist", words=("帮忙码",)):
    """`enter` takes the code, where it was said with the word."""

    service: PatientsService

    @dataclass
    class Data:
        handover: str = ""
        name: str = ""
        relation: str = ""
        answer: str = ""

    data: Data

    async def enter(self, arg: str) -> Outcome:
        self.text = arg
        return Go(self.code_given if arg else self.start)

    async def start(self) -> Outcome:
        options = [Option("none", label(self, "no_help_code"), ("@no", "没有码", "没收到", "不知道"))]
        return Choose("help_code", options, save="answer", then=self.no_code, other=self.code_given)

    async def no_code(self) -> Outcome:
        return Done("help_no_code")

    async def code_given(self) -> Outcome:
        digits = read_code(self.text)
        if not digits:
            return Go(self.start, say="help_code_shape")
        opened, left = await self.service.taking.open_by_code(digits)
        if opened is None:
            return Go(self.start, say="help_code_wrong", facts={"left": left})
        self.data.handover, self.data.name = opened.public_id, opened.name
        if opened.standing == "own":
            return Done("help_own")
        return Done("already_yours") if opened.standing == "linked" else Go(self.who)

    async def who(self) -> Outcome:
        if await self.service.taking.known():
            return Go(self.relation)
        return Call("register", then=self.registered, say="help_register_first", arg="self")

    async def registered(self) -> Outcome:
        return Go(self.relation) if self.returned else Done("help_paused")

    async def relation(self) -> Outcome:
        await self.service.may_add()
        options = [Option(r, label(self, "relation", name=r), SPOKEN[r]) for r in RELATIONS if r != "self"]
        return Choose("help_relation", options, save="relation", then=self.terms)

    async def terms(self) -> Outcome:
        options = [
            Option("yes", label(self, "agree"), ("@yes", "我同意")),
            Option("no", label(self, "disagree"), ("@no", "拒绝")),
        ]
        links = [(label(self, "privacy"), f"{self.context.settings.base_url}/h5/patients/privacy")]
        return Choose("help_terms", options, save="answer", then=self.agreed, links=links)

    async def agreed(self) -> Outcome:
        if self.data.answer != "yes":
            return Done("help_declined")
        await self.service.taking.agree(self.data.handover, self.data.relation, True)
        return Done("help_waiting")
