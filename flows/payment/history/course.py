"""An order's course: what happened to it, in the order in which it happened; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

INSURANCE, COMMERCIAL = "insurance", "commercial"
What = Literal[
    "opened", "begun", "payment_closed", "payment_failed", "payment_odd", "paid", "paid_late", "settled", "closed",
    "refund_wanted", "refund_approved", "refund_refused", "refund_sent", "refund_back", "refund_stuck", "priced",
    "claimed", "unclaimed", "claim_refused", "cover_asked", "cover_offered", "cover_settled", "cover_reversed",
    "cover_refused", "cover_ended",
]


@dataclass(frozen=True, slots=True)
class Step:
    """Words of `what` stand in the templates. `amount` in fen; `code` of a refusal, or why money goes back."""

    at: datetime
    what: What
    channel: str = ""
    amount: int = 0
    code: str = ""
    by: str = ""


def course(
    order: Any, payments: Iterable[Any], refunds: Iterable[Any], claims: Iterable[Any] = (),
    covers: Iterable[Any] = (),
) -> list[Step]:
    steps = [Step(order.created_at, "opened", amount=order.amount, by=order.created_by)]
    for each in payments:
        steps.append(Step(each.created_at, "begun", each.channel, each.amount))
        if each.paid_at is not None:
            paid: What = "paid_late" if each.use == "excess" else "paid"
            # A channel's moments are its own, in whole seconds.
            steps.append(Step(max(each.paid_at, each.created_at), paid, each.channel, each.amount))
        elif each.ended_at is not None:
            what: What = "payment_failed" if each.state == "failed" else "payment_closed"
            if each.told_amount and each.state == "failed":
                what = "payment_odd"
            steps.append(Step(each.ended_at, what, each.channel, each.told_amount or 0, code=each.refusal or ""))
    if order.settled_at is not None:
        steps.append(Step(order.settled_at, "settled", amount=order.amount))
    if order.state == "closed" and order.ended_at is not None:
        steps.append(Step(order.ended_at, "closed"))
    for each in refunds:
        steps += _of_refund(each)
    for each in claims:
        steps += _of_claim(each)
    for each in covers:
        steps += _of_cover(each)
    return sorted(steps, key=lambda step: step.at)


def _of_claim(each: Any) -> list[Step]:
    covered = each.fund + each.personal
    moments: tuple[tuple[datetime | None, What], ...] = (
        (each.offered_at, "priced"), (each.claimed_at, "claimed"), (each.reversed_at, "unclaimed"),
    )
    steps = [Step(at, what, INSURANCE, covered) for at, what in moments if at is not None]
    if each.state == "refused":
        steps.append(Step(each.ended_at, "claim_refused", INSURANCE, code=each.refusal or ""))
    return steps


def _of_cover(each: Any) -> list[Step]:
    steps = [Step(each.consented_at, "cover_asked", COMMERCIAL, each.amount, by=each.consented_by)]
    offered = each.answered_at if each.way == "direct" and each.pays else None
    moments: tuple[tuple[datetime | None, What], ...] = (
        (offered, "cover_offered"), (each.settled_at, "cover_settled"), (each.reversed_at, "cover_reversed"),
    )
    steps += [Step(at, what, COMMERCIAL, each.pays) for at, what in moments if at is not None]
    if each.state in ("refused", "ended") and each.ended_at is not None:
        what: What = "cover_refused" if each.state == "refused" else "cover_ended"
        steps.append(Step(each.ended_at, what, COMMERCIAL, code=each.refusal or ""))
    return steps


def _of_refund(each: Any) -> list[Step]:
    steps = [Step(each.created_at, "refund_wanted", amount=each.amount, code=each.why, by=each.created_by)]
    if each.approved_at is not None and each.state != "refused":
        steps.append(Step(each.approved_at, "refund_approved", amount=each.amount, by=each.approved_by or ""))
    if each.sent_at is not None:
        steps.append(Step(each.sent_at, "refund_sent", amount=each.amount))
    if each.back_at is not None:
        begun = each.sent_at or each.approved_at or each.created_at
        steps.append(Step(max(each.back_at, begun), "refund_back", amount=each.amount))
    elif each.state in ("refused", "stuck"):
        what: What = "refund_refused" if each.state == "refused" else "refund_stuck"
        at = each.sent_at or each.approved_at or each.created_at
        steps.append(Step(at, what, amount=each.amount, code=each.refusal or ""))
    return steps
