"""The questions that a proof of the ledger asks."""

from flows.payment.ledger.checks.claims.store import claims_not_entered, entries_without_claim, parts_wrong
from flows.payment.ledger.checks.covers.store import covers_not_entered, covers_wrong, entries_without_cover
from flows.payment.ledger.checks.store import (
    Check,
    consents_not_entered,
    entries_without_payment,
    entries_without_refund,
    entries_without_settlement,
    more_back_than_paid,
    not_at_rest,
    paid_twice,
    payments_not_entered,
    refunds_not_entered,
    settlements_not_entered,
    states_wrong,
    totals,
    unbalanced,
    unguarded,
)

__all__ = [
    "Check",
    "claims_not_entered",
    "consents_not_entered",
    "covers_not_entered",
    "covers_wrong",
    "entries_without_claim",
    "entries_without_cover",
    "entries_without_payment",
    "entries_without_refund",
    "entries_without_settlement",
    "more_back_than_paid",
    "not_at_rest",
    "paid_twice",
    "parts_wrong",
    "payments_not_entered",
    "refunds_not_entered",
    "settlements_not_entered",
    "states_wrong",
    "totals",
    "unbalanced",
    "unguarded",
]
