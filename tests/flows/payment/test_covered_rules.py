"""When a commercial insurer can be asked, when it is asked again, what staff may do; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from flows.payment.covered.rules import ALIVE, OPEN, STATES, Wish, acts, next_ask

NOW = datetime(2027, 3, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    state: str
    undo: bool = False
    refusal: str | None = None
    cleared_at: datetime | None = None
    way: str = "direct"


@pytest.mark.parametrize(("wish", "way"), [
    (Wish("outpatient", True), "direct"),
    (Wish("outpatient", True, "paying", "offered"), "direct"),
    (Wish("outpatient", True, "created", "asked"), ""),  # the public one has not said
    (Wish("outpatient", True, "created", "offered", left=0), ""),
    (Wish("outpatient", True, "created", "", "refused"), "direct"),
    (Wish("outpatient", True, "created", "", "sent"), ""),
    (Wish("outpatient", True, "paid"), ""),
    (Wish("outpatient", True, "settled", "claimed"), "after"),
    (Wish("outpatient", True, "settled", "", "settled"), ""),
    (Wish("outpatient", True, "settled", "", "reversed"), "after"),
    (Wish("outpatient", False), ""),
    (Wish("deposit", True), ""),
    (Wish("registration", True, "settled"), ""),
])
def test_in_which_way_one_can_be_asked(wish: Wish, way: str) -> None:
    assert wish.way == way


def test_one_that_is_at_it_is_asked_often_at_first_and_then_four_times_a_day() -> None:
    asked = [next_ask(NOW, n) - NOW for n in range(8)]
    assert asked == sorted(asked) and asked[0] == timedelta(seconds=2) and asked[-1] == timedelta(hours=6)


@pytest.mark.parametrize(("row", "may"), [
    (Row("asked"), {"withdraw"}), (Row("sent"), {"ask", "withdraw"}), (Row("wanting"), {"ask", "withdraw", "supply"}),
    (Row("offered"), {"withdraw"}), (Row("settled"), set()), (Row("settled", undo=True, refusal="cleared"), {"ask"}),
    (Row("ended", refusal="cleared"), {"ask"}), (Row("refused", refusal="used_up", cleared_at=NOW), set()),
    (Row("reversed", undo=True, cleared_at=NOW), set()),
])
def test_what_staff_may_do(row: Row, may: set[str]) -> None:
    assert acts(row, "paying") == may


@pytest.mark.parametrize(("way", "may"), [("direct", set()), ("after", {"withdraw"})])
def test_what_an_insurer_took_on_of_a_paid_order_is_not_withdrawn(way: str, may: set[str]) -> None:
    assert acts(Row("offered", way=way), "paid") == may


def test_every_state_is_alive_or_over() -> None:
    assert set(OPEN) < set(ALIVE) < set(STATES)
