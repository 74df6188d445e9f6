"""Days, figures and pages of the office: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.access.rights import Places, Range
from flows.booking.office import rules
from flows.booking.office.rules import Days, Scope, Use

DAY = date(2027, 3, 1)
HOMES = {"c1": "d1", "c2": "d1", "c3": "d2"}


def test_what_a_reach_means_for_sessions() -> None:
    places = Places(frozenset({"d1"}), frozenset({"c3"}))
    assert rules.scope_of(Range("all", "me", places), "", HOMES) == Scope(True)
    assert rules.scope_of(Range("department", "me", places), "D1", HOMES) == Scope(False, frozenset(HOMES), "D1")
    own = rules.scope_of(Range("own", "me", places), "D1", HOMES)
    assert own == Scope(False, frozenset(), "D1")
    assert own.covers("c1", "D1") and not own.covers("c1", "D2") and not own.covers("c1", None)
    assert rules.scope_of(Range("own", "", places), "D1", HOMES).nothing
    assert not rules.scope_of(Range("own", "me", places), "", HOMES).covers("c1", None)


@given(st.sampled_from(["day", "week", "month", "x"]), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
@settings(max_examples=60)
def test_views_hold_their_day_and_join(text: str, day: date) -> None:
    view = rules.view_of(text)
    days = rules.days_of(view, day)
    assert days.first <= day <= days.last and days.all[0] == days.first and len(days.all) == days.count
    assert rules.days_of(view, rules.step(view, day, 1)).first == days.last + timedelta(days=1)
    assert rules.days_of(view, rules.step(view, day, -1)).last == days.first - timedelta(days=1)
    assert days.before.count == days.count and days.before.last < days.first
    assert days.before.first.weekday() == days.first.weekday()
    assert days.first - days.before.first < timedelta(days=days.count + 7)


def test_a_period_that_is_not_over_is_compared_with_as_much_of_the_one_before() -> None:
    now = datetime(2027, 3, 3, 8, tzinfo=UTC)
    week = Days(date(2027, 3, 1), date(2027, 3, 7))
    assert week.before == Days(date(2027, 2, 22), date(2027, 2, 28))
    assert week.as_of(now, now.date()) == now - timedelta(weeks=1)
    assert week.before.as_of(now, now.date()) is None
    assert Days(date(2027, 3, 3), date(2027, 3, 12)).as_of(now, now.date()) == now - timedelta(weeks=2)


def test_a_span_is_put_in_order_and_cut() -> None:
    assert rules.span(DAY + timedelta(3), DAY, 31) == Days(DAY, DAY + timedelta(3))
    assert rules.span(None, DAY, 31) == Days(DAY, DAY)
    assert rules.span(DAY, DAY + timedelta(500), 31).count == 31


@given(st.lists(st.integers(1, 120), max_size=12), st.sampled_from([50, 100]), st.booleans())
@settings(max_examples=80)
def test_turning_pages_by_day_shows_every_row_once(many: list[int], size: int, down: bool) -> None:
    counts = {DAY + timedelta(days=n): count for n, count in enumerate(many)}
    rows = [(day, n) for day in sorted(counts, reverse=down) for n in range(counts[day])]
    shown = []
    for offset in range(0, sum(many) + size, size):
        days, skip = rules.turned(counts, offset, size, down=down)
        part = [row for row in rows if row[0] in days]
        shown += part[skip : skip + size]
    assert shown == rows


def test_figures() -> None:
    one, two = Use(1, 0, 10, 4, 1, 1, 5, 1), Use(2, 1, 10, 10)
    assert (one.taken, one.rate, one.missed_rate, Use().rate) == (4, 40.0, 20.0, None)
    both = rules.total([one, two])
    assert (both.sessions, both.stopped, both.capacity, both.taken, both.rate) == (3, 1, 20, 4, 20.0)
    assert rules.change(15, 10) == 50.0 and rules.change(1, 0) is None and rules.change(None, 3) is None
    assert [name for name, _ in rules.most({"a": one, "b": two, "c": Use(capacity=99)}, {"c": "C"}, 2)] == ["C", "a"]
