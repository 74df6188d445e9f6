"""The line of a form in which a phone is proved: sending the code, and what the line says then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.documents import Problem
from bot.errors import Refusal
from bot.talk.understand import checks
from flows.patients.people import Purpose
from flows.patients.refusals import CodeTooSoon
from flows.patients.service import PatientsService


@dataclass(slots=True)
class CodeLine:
    """`tail`: the phone that a code went to; `seconds` until the next may be sent; `proved`: none is needed."""

    tail: str = ""
    seconds: int = 0
    proved: bool = False
    problems: dict[str, Problem] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        return {"tail": self.tail, "seconds": self.seconds, "proved": self.proved}

    @property
    def own_problems(self) -> dict[str, Problem]:
        """The line stands below the phone: what is wrong with the phone is told there as well."""
        return {"code": self.problems.get("mobile") or self.problems["code"]} if self.problems else {}


async def send(service: PatientsService, typed: str, purpose: Purpose) -> CodeLine:
    """Send a code to the phone that was typed, where one is needed and may be sent."""
    line, checked = CodeLine(), checks.check("mobile", typed, service.context.clock.today())
    if checked.problem:
        line.problems["mobile"] = Problem(checked.problem, dict(checked.facts))
    elif await service.mobile_proved(checked.value, purpose):
        line.proved = True
    else:
        try:
            line.tail = (await service.start_code(checked.value, purpose)).tail
            line.seconds = service.context.settings.people.code_seconds_between
        except CodeTooSoon as no:
            line.seconds, line.problems["code"] = int(no.facts["seconds"]), problem_of(no)
        except Refusal as no:
            line.problems["code"] = problem_of(no)
    return line


async def standing(service: PatientsService, typed: str, purpose: Purpose) -> CodeLine:
    """How the line stands beside a phone, where nothing is sent: proved before, or with a code on its way."""
    line, checked = CodeLine(), checks.check("mobile", typed, service.context.clock.today())
    if checked.problem:
        return line
    line.proved = await service.mobile_proved(checked.value, purpose)
    if not line.proved and (seconds := await service.codes.until_next(checked.value, purpose)) is not None:
        line.tail, line.seconds = checked.value[-4:], seconds
    return line


async def not_proved(service: PatientsService, mobile: str, typed: str, purpose: Purpose) -> Problem | None:
    """None when the phone is proved, by this code or before."""
    number = checks.check("mobile", mobile, service.context.clock.today()).value
    if await service.mobile_proved(number, purpose):
        return None
    if not typed.strip():
        return Problem("empty")
    checked = await service.check_code(number, purpose, typed)
    return None if checked.right else Problem(f"patients/chat/code_{checked.state}", {"left": checked.left})


def problem_of(no: Refusal) -> Problem:
    """A refusal in the chat's words, at a field."""
    return Problem(f"patients/chat/{no.template}", dict(no.facts))
