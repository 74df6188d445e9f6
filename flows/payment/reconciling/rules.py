"""What three sides say of one payment or refund, and what is done where they do not agree; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from integrations.paying.port import BillTotals

Side = Literal["channel", "ours", "hospital"]
Kind = Literal["", "only_channel", "only_ours", "only_hospital", "not_hospital", "amounts_differ", "refund_differs"]
KINDS: tuple[Kind, ...] = (
    "only_channel", "only_ours", "only_hospital", "not_hospital", "amounts_differ", "refund_differs"
)
Repair = Literal["", "ask_payment", "ask_refund", "settle", "tell_hospital"]
DayState = Literal["balanced", "differs", "doubtful", "no_bill", "no_hospital"]
LIVE = ("open", "repairing", "adjusting")
"""Differences that nobody has done with."""
NOWHERE = "hospital"
"""The account under which takings of the hospital stand whose number we never gave."""


@dataclass(frozen=True, slots=True)
class Three:
    """What each side has of it in fen, None where it has nothing; `due`: by our books the hospital should have it."""

    channel: int | None
    ours: int | None
    hospital: int | None
    due: bool = False
    refund: bool = False


def classify(three: Three) -> Kind:
    """"" where all agree."""
    expected = three.ours if three.due else None
    if not three.channel and three.ours is None and three.hospital is None:
        return ""  # paid and taken back again at the channel
    if three.channel is not None and three.channel == three.ours and three.hospital == expected:
        return ""
    if three.refund:
        return "refund_differs"
    if three.ours is None and three.channel is None:
        return "only_hospital"
    if three.ours is None:
        return "only_channel"
    if three.channel is None:
        return "only_ours"
    if three.channel == three.ours and three.hospital is None:
        return "not_hospital"
    return "amounts_differ"


@dataclass(frozen=True, slots=True)
class Ours:
    """How a payment or refund stands in our books now; states "" where we have none of that number."""

    payment: str = ""
    claim: str = ""
    refund: str = ""
    order: str = ""
    told: bool = False
    consented: bool = False


def repair_of(three: Three, ours: Ours) -> Repair:
    """What puts it right by rule; "" where only a person can. Each goes a way that is safe to go again.

    A payment that the channel has and we have not is asked after: it pays its order, or goes back by itself; so is a
    settlement of the insurance, by way of the hospital, which is told after it. What the
    hospital lacks is told to it once more; where it refuses for good, the money goes back.
    """
    if three.refund:
        if three.channel is not None and ours.refund in ("allowed", "sent", "stuck"):
            return "ask_refund"
        return "tell_hospital" if ours.refund == "back" and ours.consented and not ours.told else ""
    if three.channel is not None and three.ours is None and ours.payment not in ("", "paid"):
        return "ask_payment"
    if three.channel is not None and three.ours is None and ours.claim == "agreed":
        return "settle"
    if three.channel is not None and three.channel == three.ours and three.hospital is None and ours.order == "paid":
        return "settle"
    return ""


@dataclass(slots=True)
class Counted:
    """What the lines of a statement come to."""

    lines: int = 0
    paid: int = 0
    refunded: int = 0
    fee: int = 0

    def add(self, amount: int, fee: int, *, refund: bool) -> None:
        self.lines += 1
        self.fee += fee
        if refund:
            self.refunded += amount
        else:
            self.paid += amount


def flaw_of(counted: Counted, said: BillTotals | None) -> str:
    """Why a bill is not believed as it is; "" where its lines are what it says of them itself."""
    if said is None or (said.lines, said.paid, said.refunded) == (None, None, None):
        return "no_totals"
    pairs = ((said.lines, counted.lines), (said.paid, counted.paid), (said.refunded, counted.refunded),
             (said.fee, counted.fee))
    return "sums_differ" if any(told is not None and told != found for told, found in pairs) else ""


def day_state(*, bill: bool, takings: bool, flaw: str, states: Sequence[str]) -> DayState:
    """Of one account's day: `states` of its differences."""
    if not bill:
        return "no_bill"
    if not takings:
        return "no_hospital"
    if any(state in LIVE for state in states):
        return "differs"
    return "doubtful" if flaw else "balanced"
