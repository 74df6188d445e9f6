"""A transcript: a test that reads like a chat.

::

    # a comment
    given  doctors_on_duty                 what the world holds (tests/support/givens.py or the area's own givens.py)
    at     2027-03-01 08:00                the hospital's clock
    > 挂号                                  the contact says
    >> subscribe                           the contact does: subscribe, scan doctor:D12, click flow:booking, image …
    < 请选择科室 | 1 内科 | 2 外科           the answer to it, one line a message
    ^ 约好了 …                              what we send of our own accord (customer-service message or push)
    sms 138…1234 123456                    a text message that left
    b> 1                                   another contact, named b, says; b< is their answer, b^ what they are sent
    wait   16 minutes                      time passes; what became due is carried out
    do     takes_segment 1                 something else happens (givens.py as well)
    rows   booking_appointment state=released    so many rows ("rows 2 table …") are like this
    session golden/booking__v1.json        the contact's conversation is this one, kept by an older version
    keep   golden/booking__v2.json         only with UPDATE=1: keep the conversation as it stands, for the line above

Inside a line ` / ` stands for a new line of the text; ` | ` comes before each option, ` ~ ` before the hint, ` @ `
before a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.talk.transcript import written

__all__ = ["BadTranscript", "Line", "read", "written"]

_LINE = re.compile(r"^(?P<who>[a-z]?)(?P<sign>>>|>|<|\^)\s?(?P<rest>.*)$")
_WORD = re.compile(r"^(?P<word>given|at|wait|do|rows|sms|session|keep)\s+(?P<rest>.*)$")


@dataclass(frozen=True, slots=True)
class Line:
    """`sign`: one of > >> < ^ sms given at wait do rows; `who` names the contact."""

    number: int
    sign: str
    rest: str
    who: str = "a"

    @property
    def expected(self) -> bool:
        return self.sign in ("<", "^", "sms")

    def __str__(self) -> str:
        if self.sign in ("sms",) or self.sign.isalpha():
            return f"{self.sign:<6} {self.rest}"
        return f"{'' if self.who == 'a' else self.who}{self.sign} {self.rest}".rstrip()


class BadTranscript(ValueError):
    pass


def read(path: Path) -> list[Line | str]:
    """The lines of a transcript; comments and blank lines as they stand."""
    lines: list[Line | str] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not raw.strip() or raw.startswith("#"):
            lines.append(raw)
        elif found := _WORD.match(raw):
            lines.append(Line(number, found["word"], found["rest"].strip()))
        elif found := _LINE.match(raw):
            lines.append(Line(number, found["sign"], found["rest"].strip(), found["who"] or "a"))
        else:
            raise BadTranscript(f"{path.name}:{number}: {raw}")
    return lines
