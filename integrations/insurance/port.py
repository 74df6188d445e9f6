"""What Daoyi asks of the health insurance, shaped after the national platform's transactions (numbers beside verbs).

A visit is registered, charged with the lines of a bill, priced, settled; a settlement can be reversed whole, never in
part. Money is whole fen. A `message` is ours, at most 30 of 0-9A-Za-z, one for each thing that is to be done once: the
same message with the same facts is the same deed and gives the same answer. A no is not kept: the same message may be
sent again when its reason is gone.

Errors of every verb: `OutsideUnavailable` (certainly not done), `OutsideUnknown` (commands only: perhaps done; `ask`),
`OutsideRefused` (codes of `REFUSALS` where one fits).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from integrations.his.charges import Item

Scheme = Literal["employee", "resident"]  # 职工基本医疗保险, 城乡居民基本医疗保险
REFUSALS = (
    "not_insured", "suspended", "voucher_invalid", "visit_reused", "no_visit", "visit_settled", "not_charged",
    "charged_already", "split_differs", "no_settlement", "cleared", "voided", "message_reused", "settled_already",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who it is, told by an electronic voucher (医保电子凭证) or by an identity card."""

    kind: Literal["voucher", "id_card"]
    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Insured:
    """A person as the insurance knows them. `code` is its own (psn_no), `balance` what their account holds."""

    code: str = field(repr=False)
    scheme: Scheme
    balance: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visit:
    """What is told when a visit is registered. `number` is ours, the same for all that is done for it."""

    number: str
    insured: str = field(repr=False)
    clinic: str
    doctor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays what: the pooled fund, the insured's own account with the insurance, and the rest themselves."""

    fund: int
    personal: int
    own: int

    @property
    def amount(self) -> int:
        return self.fund + self.personal + self.own

    @property
    def covered(self) -> int:
        """What the insurance takes upon itself: it pays the hospital, and none of it passes through a payment channel.
        """
        return self.fund + self.personal


@dataclass(frozen=True, slots=True)
class Settlement:
    """The insurance has taken its part. `code` is its number (setl_id)."""

    code: str
    split: Split
    at: datetime


@dataclass(frozen=True, slots=True)
class Reversal:
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a message; where none is set it was done and has nothing to tell. `voided`: it was not done, and
    never will be."""

    visit: str = ""
    settlement: Settlement | None = None
    reversal: Reversal | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of a day's details: a settlement (`reversal` empty) or a reversal of one. `message` is that of the
    settlement in both."""

    message: str
    settlement: str
    split: Split
    at: datetime
    reversal: str = ""
    """The message that reversed it."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the insurance says of a day: how many lines, what it took upon itself, and what of it was undone."""

    lines: int
    covered: int
    undone: int


class Insurer(Protocol):
    name: str
    """As it stands in ledger and days."""

    async def identify(self, identity: Identity) -> Insured:
        """1101. Refused: `not_insured`, `suspended`, `voucher_invalid`."""
        ...

    async def register(self, message: str, visit: Visit) -> str:
        """2201, with 2203: the insurance's number of the visit. Refused: `visit_reused`, `suspended`."""
        ...

    async def unregister(self, message: str, visit: str) -> None:
        """2202. Refused: `no_visit`, `visit_settled`."""
        ...

    async def charge(self, message: str, visit: str, items: Sequence[Item]) -> None:
        """2204. Refused: `no_visit`, `charged_already`, `visit_settled`."""
        ...

    async def uncharge(self, message: str, visit: str) -> None:
        """2205; nothing charged is the same. Refused: `no_visit`, `visit_settled`."""
        ...

    async def price(self, visit: str) -> Split:
        """2206: what a settlement would be now; it binds nobody. Refused: `no_visit`, `not_charged`, `visit_settled`.
        """
        ...

    async def settle(self, message: str, visit: str, split: Split) -> Settlement:
        """2207, on the terms of `split` alone. Refused: `no_visit`, `not_charged`, `visit_settled`, `split_differs`,
        `voided`."""
        ...

    async def reverse(self, message: str, settlement: str) -> Reversal:
        """2208, whole. Refused: `no_settlement`, `cleared` (of a month that is accounted for), `voided`."""
        ...

    async def void(self, message: str, of: str) -> None:
        """2601: `of`, whose outcome nobody knows, was not done and never will be. Refused: `settled_already` (it was
        done, so it is reversed instead)."""
        ...

    async def ask(self, message: str) -> Done | None:
        """What became of a message, or None: never seen, so it may be sent."""
        ...

    async def totals(self, day: date) -> Totals:
        """3201."""
        ...

    def details(self, day: date) -> AsyncIterator[Detail]:
        """3202, by time, in bounded memory."""
        ...

    async def check(self) -> Sequence[str]:
        """One slug for each thing that is wrong."""
        ...
