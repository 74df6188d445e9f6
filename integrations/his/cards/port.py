"""What Daoyi asks of a hospital about the money on its cards. Money is whole fen.

Commands carry a `request_id` that makes them happen once: the same one with the same facts is answered as the first
time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

CARD_REFUSALS = ("no_card", "not_enough", "no_charge", "more_than_charged", "request_id_reused")


@dataclass(frozen=True, slots=True)
class CardCharge:
    """Money that was taken from a card. `code` is the hospital's."""

    request_id: str
    code: str
    record_number: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CardReturn:
    """Money of a charge that is on the card again."""

    request_id: str
    code: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CardLine:
    """One movement of a day: a charge, or (`back` set) a return of it."""

    charge: CardCharge
    back: CardReturn | None = None


class CardAccounts(Protocol):
    async def balance(self, record_number: str) -> int | None:
        """What is on the card of this patient now; None where there is no card."""
        ...

    async def charge(self, request_id: str, *, record_number: str, amount: int) -> CardCharge:
        """Take it from the card. Refused: `no_card`, `not_enough`, `request_id_reused`."""
        ...

    async def charged(self, request_id: str) -> CardCharge | None:
        """What became of a charge; None: never seen, or refused."""
        ...

    async def give_back(self, request_id: str, *, charge: str, amount: int) -> CardReturn:
        """Put so much of a charge (its request id) back. Refused: `no_charge`, `more_than_charged`,
        `request_id_reused`."""
        ...

    async def given_back(self, request_id: str) -> CardReturn | None: ...

    def lines(self, day: date) -> AsyncIterator[CardLine]:
        """All that moved on a day of the hospital's clock, by time."""
        ...
