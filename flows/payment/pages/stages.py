"""What the page of an order shows now; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from flows.payment.orders import LAST_MOMENTS
from flows.payment.rules import OPEN_ORDER
from flows.payment.service import View

Stage = Literal[
    "choose", "pricing", "covering", "policies", "opening", "inside", "page", "checking", "ending", "paid",
    "settled", "refunding", "refunded", "closed", "failed",
]
MOVING: tuple[Stage, ...] = (
    "pricing", "covering", "opening", "inside", "page", "checking", "ending", "paid", "refunding",
)
"""Stages that change by themselves: the page asks after them."""
COVERS: Mapping[str, Stage] = {
    "asked": "covering", "known": "policies", "sent": "covering", "wanting": "covering",
}
"""What is shown while a commercial insurer is at it."""


def stage(view: View, now: datetime, *, dropped: bool = False) -> Stage:
    """`dropped`: the payer has just asked for another way, and the channel has not said yet."""
    order, running = view.order, view.running
    if order.state not in OPEN_ORDER:
        ended: Stage = order.state
        return ended
    if running is None:
        if order.expires_at <= now + LAST_MOMENTS:
            return "ending"
        if view.claim is not None and view.claim.state == "asked":
            return "pricing"
        return COVERS.get(view.cover.state, "choose") if view.cover is not None else "choose"
    if view.checking:
        return "checking"
    if dropped or order.expires_at <= now:
        return "ending"
    if running.state == "asked" or running.way not in ("inside", "page"):
        return "opening"
    return "inside" if running.way == "inside" else "page"


def waits(view: View) -> bool:
    """A commercial insurer is asked after payment, and has not answered."""
    return view.cover is not None and view.cover.state in ("asked", "sent")


def mark(view: View, now: datetime) -> str:
    """Changes whenever the page would; says nothing of whom or what."""
    payments = "".join(f"{each.state[0]}{'c' if each.checking_at else ''}" for each in view.payments)
    refunds = "".join(each.state[0] for each in view.refunds)
    over = view.order.expires_at <= now + LAST_MOMENTS
    claim = f"{view.claim.state}-" if view.claim is not None else ""
    if view.cover is not None:
        claim += f"{view.cover.state}{view.cover.rounds}{view.cover.wants or ''}-"
    return f"{claim}{view.order.state}-{payments}-{refunds}-{'i' if view.order.invoice else ''}{'o' if over else ''}"
