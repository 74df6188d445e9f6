"""What does not fit about an order, what each of the three sides says of it, and what staff may do; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from flows.payment.dues.rules import ALIVE
from flows.payment.rules import OPEN_ORDER, OPEN_PAYMENT

Kind = Literal["wrong_amount", "unknown", "unsettled"]
KINDS: tuple[Kind, ...] = ("wrong_amount", "unknown", "unsettled")
Act = Literal["ask", "settle", "give_back", "end"]
Word = Literal["told", "has", "open", "none", "paid", "unpaid", "silent", "refused"]
LATE = timedelta(minutes=10)
"""So long after it was paid, or its time was up, an order should have come to an end."""
SLOW = timedelta(minutes=2)
"""So long after somebody said that they paid, the channel should have answered."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says. `amount` in fen, None where it says nothing of money; `outside` its number."""

    side: Literal["channel", "ours", "hospital"]
    word: Word
    amount: int | None = None
    at: datetime | None = None
    outside: str = ""
    channel: str = ""


def loose(payments: Iterable[Any], refunds: Iterable[Any]) -> list[Any]:
    """Payments whose money lies at a channel, nothing of it on its way: of a sum that nobody asked for, or taken into
    the books and not let go."""
    alive = {each.payment_id for each in refunds if each.state in (*ALIVE, "back")}
    return [
        each for each in payments
        if (each.state == "failed" and each.told_amount)
        or (each.state == "paid" and each.use == "excess" and each.told_at is not None and each.id not in alive)
    ]


def kind_of(order: Any, payments: Iterable[Any], refunds: Iterable[Any]) -> Kind:
    """Why it is looked at."""
    if order.state == "failed" or loose(payments, refunds):
        return "wrong_amount"
    return "unknown" if order.state in OPEN_ORDER else "unsettled"


def acts(order: Any, payments: Iterable[Any], refunds: Iterable[Any]) -> tuple[Act, ...]:
    """What may be done about it now; all of it is safe to be done again."""
    payments, refunds = list(payments), list(refunds)
    found: list[Act] = []
    doubtful = [each for each in payments if each.told_at is not None and each.state == "failed"]
    if order.state in (*OPEN_ORDER, "failed") or doubtful:
        if any(each.state in ("open", "failed") for each in payments):
            found.append("ask")
    if order.state in ("paid", "refunding") and order.settled_at is None and order.settle_refusal is None:
        found.append("settle")
    if loose(payments, refunds):
        found.append("give_back")
    elif order.state == "failed" and _quiet(payments, refunds):
        found.append("end")
    return tuple(found)


def _quiet(payments: Iterable[Any], refunds: Iterable[Any]) -> bool:
    """Nobody has money for it, and the channel was asked."""
    waiting = any(each.state == "waiting" for each in refunds)
    return not waiting and all(
        each.state != "failed" or each.refusal != "wrong_amount" or each.told_amount == 0 for each in payments
    ) and not any(each.state in OPEN_PAYMENT for each in payments)


def sides(order: Any, payments: Iterable[Any]) -> list[Side]:
    """The three rows: each payment as its channel has it, ours, the hospital's."""
    rows = [_channel(each) for each in payments]
    ours: Word = "paid" if order.paid_at is not None else "unpaid"
    rows.append(Side("ours", ours, order.amount, order.paid_at or order.created_at, order.public_id))
    rows.append(_hospital(order))
    return rows


def _channel(each: Any) -> Side:
    if each.told_at is not None and each.state == "failed":
        word: Word = "told" if each.told_amount else "none"
        return Side("channel", word, each.told_amount, each.told_at, each.told_number or "", each.channel)
    if each.state == "paid":
        return Side("channel", "has", each.amount, each.paid_at, each.channel_number or "", each.channel)
    if each.state in OPEN_PAYMENT:
        return Side("channel", "open", None, each.checking_at or each.opened_at, each.number, each.channel)
    return Side("channel", "none", None, each.ended_at, each.number, each.channel)


def _hospital(order: Any) -> Side:
    if order.settled_at is not None:
        return Side("hospital", "has", order.amount, order.settled_at, order.settlement or "")
    if order.settle_refusal is not None:
        return Side("hospital", "refused", None, order.told_at, order.settle_refusal)
    return Side("hospital", "silent" if order.told_at is not None else "none", None, order.told_at, order.bill)
