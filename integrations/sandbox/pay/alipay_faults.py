"""How the played Alipay answers wrongly, as told: nothing here happens by lot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fault = Literal["", "lose", "fail", "vague"]
KINDS: tuple[Fault, ...] = ("lose", "fail", "vague")


@dataclass
class Faults:
    """Counts of commands that are yet to go wrong, all of them after they were done: `lose` cuts the line, `fail`
    answers 500, `vague` says ACQ.SYSTEM_ERROR. `away`: nothing is done or answered."""

    lose: int = 0
    fail: int = 0
    vague: int = 0
    away: bool = False

    def next(self) -> Fault:
        """What goes wrong with this command."""
        for kind in KINDS:
            if left := getattr(self, kind):
                setattr(self, kind, left - 1)
                return kind
        return ""
