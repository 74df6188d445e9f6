"""What becomes of a payment when its channel says how it stands; pure, so that every order of events can be tried.

An order is created -> paying -> paid -> settled; from paid or settled it goes to refunding -> refunded; unpaid it ends
closed; failed is an order whose money lies fast and that staff must end. A payment is asked -> open -> paid, closed or
failed, and its money is `applied` to the order or `excess` (came late, or twice), which always goes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from integrations.paying.port import Standing

OrderState = Literal["created", "paying", "paid", "settled", "refunding", "refunded", "closed", "failed"]
PaymentState = Literal["asked", "open", "paid", "closed", "failed"]
OPEN_ORDER: tuple[OrderState, ...] = ("created", "paying")
OPEN_PAYMENT: tuple[PaymentState, ...] = ("asked", "open")
OUR_NO = ("declined", "withdrawn")
"""Why a refund was refused by our own staff; any other code is the hospital's."""

ASKS = (
    timedelta(seconds=2), timedelta(seconds=5), timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=5),
    timedelta(hours=1), timedelta(days=1),
)
"""After it was opened, when a channel is asked how a payment stands; a notice that comes makes the rest needless."""
AGAIN = timedelta(seconds=5)
"""A channel that knows nothing of what they say they paid is asked once more, so long after they said it."""
SELDOM = 5
"""From this question on also a payment that is closed is asked after: money has come to closed ones before."""


class Verdict(Enum):
    """What is to be done about a payment after its channel was heard."""

    NOTHING = "nothing"  # known already, or no news
    APPLY = "apply"  # the order is paid
    LATE = "late"  # money for an order that is closed: it goes back
    DOUBLE = "double"  # money for an order that is paid: it goes back
    OTHER = "other"  # of a sum that is not what is left to pay any more, since the insurance came or went: it goes back
    CLOSED = "closed"  # nothing can come any more
    FAILED = "failed"  # the channel says that it failed
    WRONG_AMOUNT = "wrong_amount"  # written down; nothing is changed, staff must look
    CONTRADICTION = "contradiction"  # the channel unsays what it said, or names another number; written down


@dataclass(frozen=True, slots=True)
class Paying:
    """What we know of a payment and its order. `due`: what the payer has to pay of the order."""

    order_state: OrderState
    state: PaymentState
    amount: int
    due: int
    channel_number: str = ""


def heard(known: Paying, said: Standing) -> Verdict:
    """The verdict on what a channel says, by notice or on being asked."""
    if known.state == "paid":
        if said.state == "paid":
            same = said.channel_number == known.channel_number and said.amount == known.amount
            return Verdict.NOTHING if same else Verdict.CONTRADICTION
        return Verdict.NOTHING if said.state in ("absent", "paying") else Verdict.CONTRADICTION
    if said.state == "paid":
        if said.amount != known.amount or not said.channel_number:
            return Verdict.WRONG_AMOUNT
        # Also after we called it closed or failed: the money is there, and that alone counts.
        if known.order_state in OPEN_ORDER:
            return Verdict.APPLY if known.amount == known.due else Verdict.OTHER
        return Verdict.LATE if known.order_state == "closed" else Verdict.DOUBLE
    if known.state not in OPEN_PAYMENT:
        return Verdict.NOTHING
    if said.state in ("closed", "failed"):
        return Verdict(said.state)
    return Verdict.NOTHING


def next_ask(opened: datetime, asks: int) -> datetime | None:
    """When a channel is asked next after `asks` questions, None after the last."""
    return opened + ASKS[asks] if asks < len(ASKS) else None


def after_close(opened: datetime, asks: int) -> tuple[int, datetime | None]:
    """How many questions count as asked, and when the next is due, for a payment that was closed at its channel."""
    asks = max(asks, SELDOM)
    return asks, next_ask(opened, asks)


def once_more(claimed: datetime, now: datetime, said: Standing) -> datetime | None:
    """When a channel that says nothing was paid is asked again after a claim; None where they may go on. One that does
    not know of the payment may only just have been opened; where it still does not, nobody opened it."""
    again = claimed + AGAIN
    return again if said.state == "absent" and now < again else None


@dataclass(frozen=True, slots=True)
class Sums:
    """An order's money, in fen, the insurance's part included: paid and applied, given back of that, wanted back and
    not yet there."""

    amount: int
    applied: int
    back: int
    wanted: int


def state_of(sums: Sums, *, settled: bool, ended: Literal["", "closed", "failed"]) -> OrderState:
    """The state that an order's facts amount to once it was paid, or ended without."""
    if ended:
        return ended
    if sums.applied < sums.amount:
        return "paying"
    if sums.wanted:
        return "refunding"
    if sums.back >= sums.applied:
        return "refunded"
    return "settled" if settled else "paid"
