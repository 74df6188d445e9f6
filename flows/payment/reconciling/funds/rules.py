"""What a fund-flow bill comes to by kind, and what of it differs from our books. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from integrations.paying.port import FundLine

KEPT = 200
"""So many lines that are no payment or refund of ours are kept; how many there are is known of all."""
OURS = ("paid", "back")


@dataclass(frozen=True, slots=True)
class Kind:
    """Lines of one kind: how many brought money in (fen), how many took it out. `about`: paid, back, or neither."""

    kind: str
    about: str
    ins: int = 0
    into: int = 0
    outs: int = 0
    out: int = 0

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Line:
    """A line that no payment or refund of ours stands for. `number`: the channel's."""

    at: datetime
    kind: str
    about: str
    amount: int
    number: str

    @property
    def name(self) -> tuple[str, str, int]:
        """What it must agree with."""
        return self.about, self.number, abs(self.amount)

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Line:
        return cls(**{**plain, "at": datetime.fromisoformat(plain["at"])})


def line_of(told: FundLine) -> Line:
    return Line(told.at, told.kind[:32], told.about, told.amount, told.business[:64])


class Sums:
    """What the lines of a bill come to while they are read."""

    def __init__(self) -> None:
        self._kinds: dict[str, Kind] = {}

    def add(self, line: Line) -> None:
        was = self._kinds.get(line.kind) or Kind(line.kind, line.about)
        if line.amount >= 0:
            self._kinds[line.kind] = replace(was, ins=was.ins + 1, into=was.into + line.amount)
        else:
            self._kinds[line.kind] = replace(was, outs=was.outs + 1, out=was.out - line.amount)

    @property
    def kinds(self) -> list[Kind]:
        """Payments and refunds first, then the others as they came."""
        return sorted(self._kinds.values(), key=lambda each: (each.about != "paid", each.about != "back"))


@dataclass(frozen=True, slots=True)
class Held:
    """A kind beside our books: `many` and `ours` (fen) None where they know nothing of such a kind; `differs` is what
    the channel has more than we."""

    kind: Kind
    many: int | None = None
    ours: int | None = None

    @property
    def told(self) -> int:
        """Of its own direction: payments come in, refunds go out."""
        net = self.kind.into - self.kind.out
        return -net if self.kind.about == "back" else net

    @property
    def differs(self) -> int:
        return 0 if self.ours is None else self.told - self.ours

    @property
    def agrees(self) -> bool:
        return self.ours is None or (not self.differs and self.kind.ins + self.kind.outs == self.many)


def held(kinds: Sequence[Kind], ours: Mapping[str, tuple[int, int]]) -> list[Held]:
    """Each kind beside what we have (`paid`, `back`: how many, fen); what we have and the bill lacks is a kind as well,
    of no name."""
    found = [Held(each, *ours.get(each.about, (None, None))) for each in kinds]
    there = {each.about for each in kinds}
    lacks = [Held(Kind("", about), *ours[about]) for about in OURS if about not in there and ours[about][0]]
    return [*lacks, *found]
