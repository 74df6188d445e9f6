"""Who pays what of an order, as its pages show it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.payment.rules import OPEN_ORDER

BEFORE_THEM = ("offered", "agreed")


@dataclass(frozen=True, slots=True)
class Shares:
    """`own` is what the payer has to pay themself; `public` and `commercial` whether such an insurer pays a part."""

    fund: int
    personal: int
    covered: int
    own: int
    public: bool
    commercial: bool


def shares(order: Any, claim: Any | None, cover: Any | None) -> Shares | None:
    """Of an order that can be paid what is offered or agreed, of one that was what it was paid with; None where the
    payer pays all."""
    if order.state in OPEN_ORDER:
        public = claim is not None and claim.state in BEFORE_THEM
        commercial = cover is not None and cover.way == "direct" and cover.state in BEFORE_THEM
    else:
        public, commercial = claim is not None and order.insured > order.covered, order.covered > 0
    if not public and not commercial:
        return None
    fund, personal = (claim.fund, claim.personal) if public and claim is not None else (0, 0)
    covered = cover.pays if commercial and cover is not None else 0
    return Shares(fund, personal, covered, order.amount - fund - personal - covered, public, commercial)
