"""How money stands that an area asked for, in the words in which areas tell it; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from flows.payment.rules import OPEN_ORDER

State = Literal["due", "checking", "paid", "refunding", "refunded", "closed"]
INSURANCE = "insurance"
ALIVE = ("waiting", "agreed", "allowed", "sent", "stuck")


@dataclass(frozen=True, slots=True)
class Due:
    """Amounts in fen: of the order, paid for it, gone back of that, on its way back. `channel` of what was paid, ""
    before. `settled`: the hospital has it. `contact` is who pays."""

    order: str
    contact: int
    state: State
    amount: int
    paid: int = 0
    back: int = 0
    going: int = 0
    channel: str = ""
    settled: bool = False
    insured: int = 0
    """Of what was paid, what the insurance pays; it goes back whole with the rest."""


def due(order: Any, payments: Iterable[Any], refunds: Iterable[Any]) -> Due:
    """Of one order, its payments and refunds."""
    payments, mine = list(payments), [each for each in refunds if not each.of_excess]
    applied = [each for each in payments if each.use == "applied"]
    back = sum(each.amount + each.insured for each in mine if each.state == "back")
    going = sum(each.amount + each.insured for each in mine if each.state in ALIVE)
    insured = order.insured if order.paid_at is not None else 0
    checking = any(each.checking_at is not None and each.state in ("asked", "open") for each in payments)
    channel = applied[0].channel if applied else INSURANCE if insured else ""
    return Due(
        order.public_id, order.contact_id, _state(order.state, checking=checking), order.amount,
        insured + sum(each.amount for each in applied), back, going, channel, order.settled_at is not None, insured,
    )


def _state(state: str, *, checking: bool) -> State:
    if state in OPEN_ORDER:
        return "checking" if checking else "due"
    if state in ("refunding", "refunded"):
        return "refunding" if state == "refunding" else "refunded"
    return "paid" if state in ("paid", "settled") else "closed"
