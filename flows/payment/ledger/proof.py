"""Whether ledger, orders, payments and refunds say the same of every fen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.db.transaction import Transaction
from flows.payment.ledger import checks

What = Literal[
    "unbalanced", "payment_not_entered", "entry_without_payment", "settlement_not_entered",
    "entry_without_settlement", "consent_not_entered", "refund_not_entered", "entry_without_refund", "paid_twice",
    "more_back_than_paid", "state_wrong", "not_at_rest", "unguarded", "claim_not_entered", "entry_without_claim",
    "part_wrong", "cover_not_entered", "entry_without_cover", "cover_wrong",
]
MOST = 20
"""Of one kind that are named."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`which` names the thing by its public id or number, or a table for `unguarded`."""

    what: What
    which: str


@dataclass(frozen=True, slots=True)
class Proof:
    orders: int
    movements: int
    held: int
    """What the channels hold for us, in fen, by our ledger; `claimed` is what insurers took upon themselves,
    `handed_on` what the hospitals have as paid."""
    claimed: int
    handed_on: int
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults


async def prove(tx: Transaction) -> Proof:
    """Everything is counted by the database; only what is wrong is read, and of that `MOST` of each kind."""
    faults: list[Fault] = []
    for what, check in CHECKS:
        faults += [Fault(what, str(row[0])) for row in await check(tx, MOST)]
    faults += [Fault("unguarded", name) for name in await checks.unguarded(tx)]
    totals = await checks.totals(tx)
    return Proof(totals.orders, totals.movements, totals.held, totals.claimed, totals.handed_on, tuple(faults))


CHECKS: tuple[tuple[What, checks.Check], ...] = (
    ("unbalanced", checks.unbalanced),
    ("payment_not_entered", checks.payments_not_entered),
    ("entry_without_payment", checks.entries_without_payment),
    ("settlement_not_entered", checks.settlements_not_entered),
    ("entry_without_settlement", checks.entries_without_settlement),
    ("consent_not_entered", checks.consents_not_entered),
    ("refund_not_entered", checks.refunds_not_entered),
    ("entry_without_refund", checks.entries_without_refund),
    ("paid_twice", checks.paid_twice),
    ("more_back_than_paid", checks.more_back_than_paid),
    ("state_wrong", checks.states_wrong),
    ("not_at_rest", checks.not_at_rest),
    ("claim_not_entered", checks.claims_not_entered),
    ("entry_without_claim", checks.entries_without_claim),
    ("part_wrong", checks.parts_wrong),
    ("cover_not_entered", checks.covers_not_entered),
    ("entry_without_cover", checks.entries_without_cover),
    ("cover_wrong", checks.covers_wrong),
)
