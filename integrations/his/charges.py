"""What Daoyi asks of a hospital's cashier: what is owed, that it was paid, that it may go back.

Units as in `port`: money is whole fen. Commands (`settle`, `may_refund`, `refunded`, `move_fee`) carry a `request_id`
and are asked after with `ask_charge` of the same; "done already" is answered like the first time. The amount is always
the hospital's: a `settle` with another one is refused, never rounded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

BillKind = Literal["registration", "outpatient", "deposit", "package"]
CHARGE_REFUSALS = (
    "no_bill", "bill_paid", "bill_void", "amount_differs", "no_settlement", "seen", "dispensed", "done_already",
    "invoiced", "more_than_paid", "no_permission", "not_movable", "request_id_reused",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill. `quantity` as the hospital writes it ("2 盒"), `category` in its words (西药, 检查 …)."""

    name: str
    category: str
    quantity: str
    price: int
    amount: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What somebody owes. `amount` is the sum of its items; after `until` the hospital takes it no more."""

    code: str
    kind: BillKind
    record_number: str
    site: str
    department: str
    clinic: str
    doctor: str | None
    made_at: datetime
    amount: int
    items: tuple[Item, ...]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """One part of what was paid. `channel` is wechat, alipay, card or insurance; both numbers stand on its bill."""

    channel: str
    number: str
    channel_number: str
    amount: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The hospital has it as paid. `receipt` is its number, `window` what is shown there (take the medicine at …)."""

    code: str
    bill: str
    amount: int
    receipt: str
    window: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """Consent that this much of a settlement goes back to the payer."""

    code: str
    settlement: str
    amount: int


@dataclass(frozen=True, slots=True)
class Returned:
    """One part of what went back with one consent: of the payment `number`, under the name `refund`."""

    number: str
    refund: str
    amount: int


@dataclass(frozen=True, slots=True)
class Taking:
    """A line of the hospital's takings: money in (`refund` empty) or back. `number` is ours, of the payment."""

    settlement: str
    number: str
    amount: int
    at: datetime
    refund: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class ChargeOutcome:
    """What became of a command; exactly one is set. `told` is true for `refunded` and `move_fee`."""

    settlement: Settlement | None = None
    permission: Permission | None = None
    told: bool = False
    refused: str = ""


class Charging(Protocol):
    async def bills(self, record_number: str) -> Sequence[Bill]:
        """What a patient owes now, the oldest first."""
        ...

    async def bill(self, code: str) -> Bill | None:
        """One bill as it is now; None where it is paid, void or unknown."""
        ...

    async def fee_of(self, registration: str) -> Bill | None:
        """The bill of a registration that is to be paid."""
        ...

    async def settle(self, request_id: str, *, bill: str, amount: int, paid: Sequence[Paid]) -> Settlement:
        """The bill was paid. Refused: `no_bill`, `bill_paid`, `bill_void`, `amount_differs`."""
        ...

    async def may_refund(self, request_id: str, *, settlement: str, amount: int, why: str) -> Permission:
        """May this go back? With the answer it is no longer the hospital's money. Refused: `no_settlement`, `seen`,
        `dispensed`, `done_already`, `invoiced`, `more_than_paid`."""
        ...

    async def refunded(
        self, request_id: str, *, permission: str, refund: str, parts: Sequence[Returned] = ()
    ) -> None:
        """The payer has it back; `parts` where several who paid have theirs back, and their sum is what was consented
        to. Refused: `no_permission`."""
        ...

    async def move_fee(self, request_id: str, *, settlement: str, registration: str) -> None:
        """The patient changed to another time of the same price: what was paid for the one is paid for the other.
        Refused: `no_settlement`, `no_bill`, `bill_paid`, `amount_differs`, `not_movable` (seen, or part went back)."""
        ...

    async def ask_charge(self, request_id: str) -> ChargeOutcome | None:
        """What became of a command, or None: never seen, so it may be sent."""
        ...

    def takings(self, day: date) -> AsyncIterator[Taking]:
        """All that was settled and all that was given back on a day, by time."""
        ...

    async def invoice(self, settlement: str) -> Invoice | None: ...
