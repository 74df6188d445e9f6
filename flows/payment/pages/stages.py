"""What the page of an order shows now; pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from flows.payment.orders import LAST_MOMENTS
from flows.payment.rules import OPEN_ORDER
from flows.payment.service import View

Stage = Literal[
    "choose", "pricing", "opening", "inside", "page", "checking", "ending", "paid", "settled", "refunding", "refunded",
    "closed", "failed",
]
MOVING: tuple[Stage, ...] = ("pricing", "opening", "inside", "page", "checking", "ending", "paid", "refunding")
"""Stages that change by themselves: the page asks after them."""


def stage(view: View, now: datetime, *, dropped: bool = False) -> Stage:
    """`dropped`: the payer has just asked for another way, and the channel has not said yet."""
    order, running = view.order, view.running
    if order.state not in OPEN_ORDER:
        ended: Stage = order.state
        return ended
    if running is None:
        if order.expires_at <= now + LAST_MOMENTS:
            return "ending"
        return "pricing" if view.claim is not None and view.claim.state == "asked" else "choose"
    if view.checking:
        return "checking"
    if dropped or order.expires_at <= now:
        return "ending"
    if running.state == "asked" or running.way not in ("inside", "page"):
        return "opening"
    return "inside" if running.way == "inside" else "page"


def mark(view: View, now: datetime) -> str:
    """Changes whenever the page would; says nothing of whom or what."""
    payments = "".join(f"{each.state[0]}{'c' if each.checking_at else ''}" for each in view.payments)
    refunds = "".join(each.state[0] for each in view.refunds)
    over = view.order.expires_at <= now + LAST_MOMENTS
    claim = f"{view.claim.state}-" if view.claim is not None else ""
    return f"{claim}{view.order.state}-{payments}-{refunds}-{'i' if view.order.invoice else ''}{'o' if over else ''}"
