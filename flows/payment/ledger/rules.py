"""The ledger's pairs, pure: where every fen lies, and how it moves. A movement's entries always sum to zero.

Accounts: `channel:<account>` what a channel holds for us (above zero); `insurer:<name>` what an insurer owes us;
`order:<id>` money that lies between (below zero while it is ours to hand on or back); `hospital:<site>` what the
hospital has taken as paid (below zero). An order at rest stands at zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paid", "claimed", "settled", "unsettled", "back", "unclaimed", "covered", "uncovered", "adjusted"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` in fen, signed."""

    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Movement:
    """`cause` is unique for all time: the same thing moves money once, however often it is heard of."""

    cause: str
    kind: Kind
    order: int
    entries: tuple[Entry, Entry]

    def __post_init__(self) -> None:
        first, second = self.entries
        if first.amount + second.amount or not first.amount or first.account == second.account:
            raise ValueError(f"{self.cause}: not a balanced pair")


def order_account(order: int) -> str:
    return f"order:{order}"


def _pair(cause: str, kind: Kind, order: int, to: str, source: str, amount: int) -> Movement:
    if amount <= 0:
        raise ValueError(f"{cause}: an amount that moves is above zero")
    return Movement(cause, kind, order, (Entry(to, amount), Entry(source, -amount)))


def paid(order: int, payment: int, account: str, amount: int) -> Movement:
    """A channel took money from a payer."""
    return _pair(f"paid:{payment}", "paid", order, f"channel:{account}", order_account(order), amount)


def claimed(order: int, claim: int, insurer: str, amount: int) -> Movement:
    """An insurer took its part upon itself."""
    return _pair(f"claimed:{claim}", "claimed", order, f"insurer:{insurer}", order_account(order), amount)


def settled(order: int, site: str, amount: int) -> Movement:
    """The hospital has it as paid."""
    return _pair(f"settled:{order}", "settled", order, order_account(order), f"hospital:{site}", amount)


def unsettled(order: int, refund: int, site: str, amount: int) -> Movement:
    """The hospital gave its consent that this much of it goes back."""
    return _pair(f"unsettled:{refund}", "unsettled", order, f"hospital:{site}", order_account(order), amount)


def back(order: int, refund: int, account: str, amount: int) -> Movement:
    """A channel gave money back to the payer."""
    return _pair(f"back:{refund}", "back", order, order_account(order), f"channel:{account}", amount)


def unclaimed(order: int, claim: int, insurer: str, amount: int) -> Movement:
    """An insurer's part was undone."""
    return _pair(f"unclaimed:{claim}", "unclaimed", order, order_account(order), f"insurer:{insurer}", amount)


def covered(order: int, cover: int, insurer: str, amount: int) -> Movement:
    """A commercial insurer took its part upon itself."""
    return _pair(f"covered:{cover}", "covered", order, f"insurer:{insurer}", order_account(order), amount)


def uncovered(order: int, cover: int, insurer: str, amount: int) -> Movement:
    """A commercial insurer's part was undone."""
    return _pair(f"uncovered:{cover}", "uncovered", order, order_account(order), f"insurer:{insurer}", amount)


def balances(movements: Iterable[Movement]) -> dict[str, int]:
    """What stands on each account."""
    found: dict[str, int] = {}
    for movement in movements:
        for entry in movement.entries:
            found[entry.account] = found.get(entry.account, 0) + entry.amount
    return found
