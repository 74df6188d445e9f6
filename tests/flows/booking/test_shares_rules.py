"""Shares: which rule holds, and how they are cut out of the segments."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.booking.pool.shares.rules import ANY_DAY, Rule, Sitting, cut, fitting

SITTING = Sitting("s1", "1101", "D1", date(2027, 3, 1), "am")  # a Monday


def rule(channel: str = "window", percent: int = 20, **more: Any) -> Rule:
    return Rule("1101", "D1", channel, percent, 60, **more)


PARTS = st.lists(st.integers(1, 60), max_size=4).filter(lambda found: sum(found) <= 100)


@settings(max_examples=200)
@given(st.lists(st.integers(0, 12), max_size=12), PARTS)
def test_a_share_is_its_part_and_no_segment_gives_more_than_it_has(capacities: list[int], percents: list[int]) -> None:
    given_out = cut(capacities, percents)
    assert all(0 <= part for row in given_out for part in row)
    assert all(sum(row) <= capacity for row, capacity in zip(given_out, capacities, strict=True))
    whole = sum(capacities)
    for share, percent in enumerate(percents):
        assert sum(row[share] for row in given_out) == whole * percent // 100


def test_a_share_is_spread_over_the_day() -> None:
    assert cut([2] * 10, [20]) == [[0], [0], [1], [0], [1], [0], [0], [1], [0], [1]]
    assert cut([1, 1, 1], [50, 50]) == [[0, 0], [1, 0], [0, 1]]


def test_the_rule_that_says_more_holds() -> None:
    monday, this = rule(percent=30, weekday=0), rule(percent=40, session="s1")
    assert fitting([rule()], SITTING)["window"].percent == 20
    assert fitting([monday, rule()], SITTING)["window"].percent == 30
    assert fitting([rule(), this, monday], SITTING)["window"].percent == 40
    assert fitting([rule(weekday=1), rule(half="pm"), rule(session="s2")], SITTING) == {}
    assert fitting([Rule("1101", "", "window", 20, 60, ANY_DAY)], SITTING) == {}


def test_no_more_than_the_whole_is_kept() -> None:
    found = fitting([rule("wechat", 60), rule("kiosk", 30), rule("phone", 20)], SITTING)
    assert set(found) == {"wechat", "kiosk"}
