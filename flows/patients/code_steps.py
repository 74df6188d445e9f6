"""The steps of proving a phone, shared by the flows that need it."""

from __future__ import annotations

from typing import Any

from bot.talk.flow import Flow
from bot.talk.outcomes import Ask, Choose, Go, Option, Outcome
from flows.patients.people import Purpose
from flows.patients.proof.codes import read_code
from flows.patients.refusals import CodesForMobile, CodeTooSoon
from flows.patients.service import PatientsService


def label(flow: Flow, macro: str, /, **facts: Any) -> str:
    """What stands on an option or a link of a flow of this area."""
    return flow.context.wording.macro("patients/chat/labels", macro)(**facts)


class PhoneFlow(Flow, name="patients_phone"):
    """Base of flows with `mobile` and `answer` in their data. Begins at `ask_mobile` or, with a phone, at `send`;
    goes on at `proved`. It is no flow by itself."""

    service: PatientsService
    purpose: Purpose = "register"
    data: Any

    async def proved(self) -> Outcome:
        """The phone is proved: what comes next."""
        raise TypeError(f"{type(self).__name__} has no proved")

    async def ask_mobile(self) -> Outcome:
        return Ask("mobile", save="mobile", check="mobile", then=self.send)

    async def send(self) -> Outcome:
        if self.purpose == "register" and await self.service.mobile_proved(self.data.mobile, "register"):
            return Go(self.proved)
        try:
            await self.service.start_code(self.data.mobile, self.purpose)
        except CodeTooSoon as no:
            # A code is on its way to this phone, most likely; asking for it again is not the end of the matter.
            return Go(self.code_again, say=no.template, facts=no.facts)
        except CodesForMobile as no:
            return Go(self.ask_mobile, say=no.template, facts=no.facts)
        return Go(self.code)

    async def code(self) -> Outcome:
        if await self.service.mobile_proved(self.data.mobile, self.purpose):
            return Go(self.ask_mobile)  # coming back here: the code is used, it is the phone that may be changed
        return self._ask_code("code")

    async def code_again(self) -> Outcome:
        return self._ask_code("code_again")

    async def not_code(self) -> Outcome:
        return Go(self.send if self.data.answer == "resend" else self.ask_mobile)

    async def code_given(self) -> Outcome:
        digits = read_code(self.text)
        if not digits:
            return Go(self.code_again, say="code_shape")
        checked = await self.service.check_code(self.data.mobile, self.purpose, digits)
        if checked.right:
            return Go(self.proved)
        return Go(self.code_again, say=f"code_{checked.state}", facts={"left": checked.left})

    def _ask_code(self, prompt: str) -> Outcome:
        options = [
            Option("resend", self.label("resend"), ("重发", "重新发送", "再发一次", "没收到", "收不到")),
            Option("change", self.label("change_mobile"), ("换手机", "换个号码", "号码错了", "改手机号")),
        ]
        facts = {"minutes": self.context.settings.people.code_minutes}
        return Choose(prompt, options, "answer", self.not_code, other=self.code_given, facts=facts)

    def named(self, macro: str, name: str) -> str:
        """A label of one of our own words."""
        return self.context.wording.named("patients/chat/labels", macro, name)

    def label(self, macro: str, /, **facts: Any) -> str:
        """What stands on an option or a link."""
        return label(self, macro, **facts)

    def page(self, path: str = "") -> str:
        return f"{self.context.settings.base_url}/h5/patients/{path}"
