"""A claim on a commercial insurer and its states; pure.

asked (whose policies?) -> known (they choose one) -> sent <-> wanting (more is asked for). A direct claim goes on
offered -> agreed -> settled once the order is paid; one after payment goes to settled, when the insurer pays the
patient. Settled may be reversed; before that it is refused by the insurer, or ended: given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from flows.payment.rules import OPEN_ORDER

CoverState = Literal[
    "asked", "known", "sent", "wanting", "offered", "agreed", "settled", "reversed", "refused", "ended"
]
STATES: tuple[CoverState, ...] = (
    "asked", "known", "sent", "wanting", "offered", "agreed", "settled", "reversed", "refused", "ended"
)
ALIVE: tuple[CoverState, ...] = ("asked", "known", "sent", "wanting", "offered", "agreed", "settled")
OPEN: tuple[CoverState, ...] = ("asked", "known", "sent", "wanting", "offered", "agreed")
"""Nothing was settled yet."""
UNAGREED: tuple[CoverState, ...] = ("asked", "known", "sent", "wanting", "offered")
WAITING: tuple[CoverState, ...] = ("sent", "wanting")
"""The insurer is at it: it is asked how it stands."""
CLEARED: tuple[CoverState, ...] = ("ended", "refused")
"""Nothing of it is to stand there."""
KINDS = ("outpatient",)
"""What they are asked for: bills with items that a doctor ordered."""
CONSENT = "2026-11"
"""Version of what is agreed to (templates/payment/h5/covered.html.j2)."""
CHANNEL = "commercial"
"""The channel, as the hospital calls it, of what a commercial insurer paid; the beginning of its refusals."""
ASKS = (
    timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5),
    timedelta(hours=1),
)
OFTEN = timedelta(hours=6)
"""After those an insurer that is still at it is asked so often."""


def next_ask(now: datetime, asks: int) -> datetime:
    """When an insurer is asked again after `asks` questions."""
    return now + (ASKS[asks] if asks < len(ASKS) else OFTEN)


def reversal(number: str) -> str:
    """The name under which the undoing of a claim is held together."""
    return f"{number}undo"


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether a commercial insurer can be asked to pay something of an order."""

    kind: str
    known: bool
    """The payer has proved who the person is, and a document is on file."""
    state: str = "created"
    public: str = ""
    """State of the latest claim on the public insurance."""
    cover: str = ""
    """State of the latest claim of this kind."""
    left: int = 1
    """Fen that the public insurance leaves, or that were paid and not given back."""

    @property
    def way(self) -> Literal["", "direct", "after"]:
        """In which way; "" where it cannot."""
        if self.kind not in KINDS or not self.known or self.left <= 0:
            return ""
        if self.cover not in ("", "refused", "ended", "reversed"):
            return ""
        if self.state in ("created", "paying") and self.public != "asked":
            return "direct"
        return "after" if self.state == "settled" else ""


class Stands(Protocol):
    """How a claim stands, as its row has it."""

    @property
    def state(self) -> str: ...
    @property
    def way(self) -> str: ...
    @property
    def undo(self) -> bool: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def cleared_at(self) -> datetime | None: ...


def acts(row: Stands, order: str) -> frozenset[str]:
    """What staff may do about a claim now: ask, withdraw, supply. `order` is how its order stands: one that is paid
    keeps the part that the insurer took on."""
    found = set[str]()
    if row.state in WAITING or (row.refusal and row.cleared_at is None and (row.undo or row.state in CLEARED)):
        found.add("ask")
    if row.state in OPEN and (row.way == "after" or order in OPEN_ORDER):
        found.add("withdraw")
    if row.state == "wanting":
        found.add("supply")
    return frozenset(found)
