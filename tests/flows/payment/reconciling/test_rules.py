"""Whatever is planted into a day on which all agreed is found, with its kind, and nothing else is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.payment.reconciling.rules import Counted, Kind, Ours, Three, classify, day_state, flaw_of, repair_of
from integrations.paying.port import BillTotals

AMOUNTS = st.integers(1, 10_000_000)
PLANTS: dict[Kind, tuple[bool, bool, bool]] = {
    "only_channel": (True, False, False), "only_ours": (False, True, True), "only_hospital": (False, False, True),
    "not_hospital": (True, True, False),
}
"""Of a payment: which of channel, ours and hospital still have it."""


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.booleans(), st.booleans())
def test_three_that_agree_are_no_difference(amount: int, due: bool, refund: bool) -> None:
    assert classify(Three(amount, amount, amount if due else None, due, refund)) == ""


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.sampled_from(sorted(PLANTS)), st.booleans())
def test_what_is_missing_somewhere_has_its_kind(amount: int, kind: Kind, refund: bool) -> None:
    channel, ours, hospital = (amount if has else None for has in PLANTS[kind])
    found = classify(Three(channel, ours, hospital, ours is not None, refund))
    assert found == ("refund_differs" if refund else kind)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, AMOUNTS, st.sampled_from(("channel", "hospital")))
def test_amounts_that_differ(amount: int, other: int, at: str) -> None:
    channel, hospital = (other, amount) if at == "channel" else (amount, other)
    assert classify(Three(channel, amount, hospital, due=True)) == ("" if amount == other else "amounts_differ")


def test_what_the_hospital_should_not_have_is_a_difference() -> None:
    assert classify(Three(5, 5, 5, due=False)) == "amounts_differ"


def test_only_what_is_safe_to_do_again_is_done_by_rule() -> None:
    alone, unsettled = Three(5, None, None), Three(5, 5, None, due=True)
    assert repair_of(alone, Ours(payment="closed", order="closed")) == "ask_payment"
    assert repair_of(alone, Ours()) == ""
    assert repair_of(unsettled, Ours(payment="paid", order="paid")) == "settle"
    assert repair_of(unsettled, Ours(payment="paid", order="settled")) == ""
    assert repair_of(Three(5, None, None, refund=True), Ours(refund="stuck")) == "ask_refund"
    told = Three(5, 5, None, due=True, refund=True)
    assert repair_of(told, Ours(refund="back", consented=True)) == "tell_hospital"
    assert repair_of(told, Ours(refund="back", consented=True, told=True)) == ""
    assert repair_of(Three(4, 5, 5, due=True), Ours(payment="paid", order="settled")) == ""


def test_a_bill_is_held_against_what_it_says_of_itself() -> None:
    counted = Counted()
    counted.add(500, 3, refund=False)
    counted.add(200, -1, refund=True)
    assert flaw_of(counted, BillTotals(2, 500, 200, 2)) == flaw_of(counted, BillTotals(2, None, None, None)) == ""
    assert flaw_of(counted, None) == flaw_of(counted, BillTotals(None, None, None, 2)) == "no_totals"
    assert flaw_of(counted, BillTotals(2, 500, 200, 9)) == flaw_of(counted, BillTotals(3, 500, 200, 2)) == "sums_differ"


def test_a_day_is_balanced_only_where_nothing_is_left() -> None:
    whole = {"bill": True, "takings": True, "flaw": ""}
    assert day_state(**{**whole, "bill": False}, states=()) == "no_bill"
    assert day_state(**{**whole, "takings": False}, states=()) == "no_hospital"
    assert day_state(**whole, states=("gone", "adjusted")) == "balanced"
    assert day_state(**whole, states=("adjusting",)) == "differs"
    assert day_state(**{**whole, "flaw": "no_totals"}, states=()) == "doubtful"
