"""How the played Alipay misbehaves, as told. Nothing here happens by lot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Tell = Callable[[str, dict[str, str], bytes], None]
"""Hand a notice to whoever carries it: address, headers, body."""
HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@dataclass
class Conduct:
    """Each counts the commands that are yet to go wrong, all of them after they were done: `lose` cuts the line, `fail`
    answers 500, `vague` says ACQ.SYSTEM_ERROR. `away`: nothing is done or answered. `password`: payers of a scanned
    code are asked for theirs."""

    lose: int = 0
    fail: int = 0
    vague: int = 0
    away: bool = False
    password: bool = False

    def next(self) -> Literal["", "lose", "fail", "vague"]:
        """What goes wrong with this command."""
        kinds: tuple[Literal["lose", "fail", "vague"], ...] = ("lose", "fail", "vague")
        for kind in kinds:
            if left := getattr(self, kind):
                setattr(self, kind, left - 1)
                return kind
        return ""


@dataclass
class Post:
    """The notices on their way: `repeat` copies of each; while `late` they are kept until `deliver`."""

    tell: Tell
    repeat: int = 1
    late: bool = False
    kept: list[tuple[str, bytes]] = field(default_factory=list)
    sent: list[Mapping[str, str]] = field(default_factory=list, repr=False)

    def take(self, address: str, facts: Mapping[str, str], body: bytes) -> None:
        self.sent.append(facts)
        for _ in range(self.repeat):
            if self.late:
                self.kept.append((address, body))
            else:
                self.tell(address, dict(HEADERS), body)

    def deliver(self, *, last_first: bool = False) -> None:
        """What was kept goes out."""
        kept, self.kept = self.kept, []
        for address, body in reversed(kept) if last_first else kept:
            self.tell(address, dict(HEADERS), body)
