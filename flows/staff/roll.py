"""Whom the hospital's system tells of, compared with whom we know: who is new, who left, who came back. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from bot.access.rights import Places
from integrations.his.port import Staff

NUMBER = re.compile(r"[a-z0-9][a-z0-9._-]{1,34}")
FEW = 10
"""So many may leave at once without a doubt."""


@dataclass(frozen=True, slots=True)
class Known:
    """A member who came from the hospital's system, as we have them. `here`: not locked because they had left."""

    id: int
    code: str
    number: str
    name: str
    doctor: str
    told: str
    here: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """`doubtful`: so many are missing that it is the line and not the hospital; nobody is locked then."""

    new: Sequence[Staff] = ()
    changed: Sequence[tuple[Known, Staff]] = ()
    back: Sequence[tuple[Known, Staff]] = ()
    left: Sequence[Known] = ()
    doubtful: int = 0


def compare(known: Iterable[Known], told: Iterable[Staff]) -> Changes:
    """Nobody is compared by name or number: both change and are given again, the code is not."""
    by_code = {each.code: each for each in known}
    now = {each.code: each for each in told}
    new = [each for code, each in now.items() if code not in by_code]
    back = [(by_code[code], each) for code, each in now.items() if code in by_code and not by_code[code].here]
    changed = [(by_code[code], each) for code, each in now.items()
               if code in by_code and by_code[code].here and _differs(by_code[code], each)]
    left = [each for each in by_code.values() if each.here and each.code not in now]
    here = sum(each.here for each in by_code.values())
    if not now or len(left) > max(FEW, here // 2):
        return Changes(new, changed, back, (), doubtful=len(left))
    return Changes(new, changed, back, left)


def _differs(known: Known, told: Staff) -> bool:
    mine = (known.name, known.number, known.doctor, known.told)
    return mine != (told.name, told.number, told.doctor or "", written(places_of(told)))


def places_of(told: Staff) -> Places:
    return Places(frozenset(told.departments), frozenset(told.clinics))


def written(places: Places) -> str:
    """As the row keeps what the hospital told."""
    marks = [f"d:{each}" for each in sorted(places.departments)] + [f"c:{each}" for each in sorted(places.clinics)]
    return ",".join(marks)


def read(text: str) -> Places:
    marks = [each.partition(":") for each in text.split(",") if each]
    return Places(frozenset(code for kind, _, code in marks if kind == "d"),
                  frozenset(code for kind, _, code in marks if kind == "c"))


def follow(mine: Places, before: Places, now: Places) -> Places:
    """Places after the hospital changed its own from `before` to `now`: what an administrator added stays, and what
    one took away stays away."""
    return Places(
        (mine.departments - (before.departments - now.departments)) | (now.departments - before.departments),
        (mine.clinics - (before.clinics - now.clinics)) | (now.clinics - before.clinics),
    )


def login_of(told: Staff, taken: Container[str]) -> str:
    """The name to sign in with: the number that everybody knows theirs of, or where that is no such name, or somebody
    has it, the code with a mark."""
    number = told.number.strip().lower()
    if NUMBER.fullmatch(number) and number not in taken:
        return number
    base = "h-" + (re.sub(r"[^a-z0-9._-]", "-", told.code.lower()) or "x")[:30]
    return next(each for each in (base, *(f"{base}-{n}" for n in range(2, 100))) if each not in taken)
