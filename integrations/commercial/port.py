"""What Daoyi asks of a commercial insurer: whose policies somebody has, and what it pays of a bill.

A claim has one number, ours, at most 26 of 0-9a-z, and a course at the insurer: every verb on it gives how it stands
after it, and the same verb again gives the same. `direct`: the insurer pays the hospital, once it is settled on the
terms that it offered. `after`: the patient has paid, and the insurer pays the patient by itself. Money is whole fen.

Errors of every verb: `OutsideUnavailable` (certainly not done), `OutsideUnknown` (commands only: perhaps done; `ask`),
`OutsideRefused` (codes of `REFUSALS` where one fits).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from integrations.his.charges import Item

Way = Literal["direct", "after"]
State = Literal["pending", "wanting", "offered", "settled", "refused", "withdrawn", "reversed"]
"""`wanting`: the insurer asks for more; `offered`: it would pay the hospital so much; `settled`: it pays."""
REFUSALS = (
    "not_insured", "suspended", "no_policy", "way_not_covered", "not_covered", "used_up", "number_reused", "withdrawn",
    "terms_differ", "settled_already", "no_claim", "not_offered", "not_settled", "cleared",
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who it is, by name and document."""

    document_type: str
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """`code` is the insurer's number of it. `percent` by category of items: so much of it is paid; of what is not
    named nothing is. `deductible` and `left` (of the year's limit) are what stands of them now."""

    code: str = field(repr=False)
    product: str
    ways: tuple[Way, ...]
    percent: Mapping[str, int]
    deductible: int
    left: int


@dataclass(frozen=True, slots=True)
class Claim:
    """The visit and the bill. `amount` is what is claimed: what of the bill the public insurance leaves (`direct`), or
    what the patient has paid for it (`after`)."""

    number: str
    policy: str = field(repr=False)
    way: Way
    clinic: str
    doctor: str
    at: datetime
    bill: int
    amount: int
    items: tuple[Item, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a claim stands. `pays` in fen where it is offered or settled: less than was claimed is a part of it. `reason`
    is a code of why it is refused; `wants` names what is missing: invoice, record, prescription, identity, other."""

    state: State
    code: str = ""
    """The insurer's own number of the claim."""
    pays: int = 0
    reason: str = ""
    wants: tuple[str, ...] = ()
    at: datetime | None = None
    """When it was settled or reversed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a day: a claim that was settled with the hospital (`reversal` empty), or undone again."""

    number: str
    code: str
    pays: int
    at: datetime
    reversal: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the insurer says of a day: how many lines, what it took upon itself, what of it was undone."""

    lines: int
    paid: int
    undone: int


class Commercial(Protocol):
    name: str
    """As it stands in settings, ledger and days."""
    title: str
    """As patients call it."""

    async def policies(self, holder: Holder) -> Sequence[Policy]:
        """Those in force. Refused: `not_insured`, `suspended`."""
        ...

    async def submit(self, claim: Claim) -> Answer:
        """Ask it to pay. What it will not pay it answers as `refused`, with the reason. Refused: `no_policy`,
        `way_not_covered`, `number_reused`, `withdrawn` (under this number nothing is ever claimed)."""
        ...

    async def ask(self, number: str) -> Answer | None:
        """How a claim stands; None: never seen, so it may be sent."""
        ...

    async def supply(self, number: str, note_id: str, note: str) -> Answer:
        """What was missing, each `note_id` once. Refused: `no_claim`, `withdrawn`, `settled_already`."""
        ...

    async def settle(self, number: str, pays: int) -> Answer:
        """Take an offer of a direct claim, on these terms alone. Refused: `no_claim`, `not_offered`, `terms_differ`,
        `withdrawn`."""
        ...

    async def withdraw(self, number: str) -> Answer:
        """Nothing ever comes of this number, whether or not it was seen. Refused: `settled_already` (it is reversed
        instead)."""
        ...

    async def reverse(self, number: str) -> Answer:
        """Undo what was settled, whole. Refused: `no_claim`, `not_settled`, `cleared` (accounted for)."""
        ...

    async def totals(self, day: date) -> Totals: ...

    def lines(self, day: date) -> AsyncIterator[Line]:
        """Direct claims of a day, in bounded memory."""
        ...

    async def check(self) -> Sequence[str]:
        """One slug for each thing that is wrong."""
        ...


class Commercials(Protocol):
    """All that are connected."""

    def __getitem__(self, name: str) -> Commercial:
        """:raises LookupError: none has this name"""
        ...

    def all(self) -> Sequence[Commercial]: ...
