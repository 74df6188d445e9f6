"""Patterns: on which days, cut into what, who before whom; copying; and what a new roster would hit. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.booking.roster.patterns.copying import copied, month_of, next_month, week_of
from flows.booking.roster.patterns.rules import Edit, Part, Pattern, Planned, Terms, applied, cut, plan, wrong
from flows.booking.roster.sessions.diff import GONE, Compared, Known, Visit, compare, fit, hits
from tests.flows.booking.ward import TODAY

TUESDAY = TODAY + timedelta(days=1)
TERMS = Terms(clinic="1101", doctor="D1023", weekday=1, half="am", starts="08:00", ends="12:00", minutes=30, capacity=5,
              kind="expert", fee=2500, room="R1101", first=TODAY)


def pattern(number: int, **changes: Any) -> Pattern:
    return Pattern(number, f"p{number}", replace(TERMS, **changes))


def days(*patterns: Pattern, weeks: int = 4) -> list[tuple[str, date]]:
    found, _ = plan(patterns, TODAY, TODAY + timedelta(weeks=weeks, days=-1))
    return [(each.pattern.key, each.day) for each in found]


def test_every_week_or_every_other() -> None:
    assert [day for _, day in days(pattern(1))] == [TUESDAY + timedelta(weeks=n) for n in range(4)]
    odd, even = days(pattern(1, weeks="odd")), days(pattern(1, weeks="even"))
    assert len(odd) == len(even) == 2 and {day for _, day in odd} & {day for _, day in even} == set()
    assert all(day.isocalendar().week % 2 for _, day in odd)
    until = TUESDAY + timedelta(weeks=1)
    assert days(pattern(1, first=TUESDAY + timedelta(days=1), last=until)) == [("p1", until)]


def test_a_single_day_stands_for_the_weekly_one() -> None:
    single = pattern(2, first=TUESDAY, last=TUESDAY, starts="09:00")
    assert days(pattern(1), single, weeks=1) == [("p2", TUESDAY)]
    assert plan([pattern(1), single], TODAY, TUESDAY)[1] == []


def test_nobody_sits_in_two_places_at_once() -> None:
    here, there = pattern(1), pattern(2, clinic="1102")
    found, clashes = plan([there, here], TUESDAY, TUESDAY)
    assert [each.pattern.key for each in found] == ["p1"]
    assert [(each.pattern.key, each.other) for each in clashes] == [("p2", "p1")]
    general = [pattern(3, doctor=None), pattern(4, doctor=None, clinic="1102")]
    assert len(plan(general, TUESDAY, TUESDAY)[0]) == 2


def test_limits_are_shared_out_evenly() -> None:
    parts = cut(replace(TERMS, total=30, ahead=20))
    assert [part.capacity for part in parts] == [3, 3, 3, 3, 2, 2, 2, 2]
    assert [part.first for part in parts] == [1, 5, 9, 13, 17, 21, 25, 28]
    assert cut(replace(TERMS, ends="08:40", capacity=2)) == (Part("08:00", "08:30", 2, 1),)
    assert [part.start for part in cut(replace(TERMS, ahead=1))] == ["08:00"]


@settings(max_examples=40)
@given(st.integers(5, 60), st.integers(1, 12), st.none() | st.integers(1, 120), st.none() | st.integers(1, 120))
def test_no_number_twice_and_none_above_the_limits(
    minutes: int, capacity: int, total: int | None, ahead: int | None
) -> None:
    parts = cut(replace(TERMS, minutes=minutes, capacity=capacity, total=total, ahead=ahead))
    numbers = [number for part in parts for number in range(part.first, part.first + part.capacity)]
    most = min(each for each in (total, ahead, 240 // minutes * capacity) if each is not None)
    assert len(numbers) == len(set(numbers)) == most
    assert all(part.capacity <= capacity for part in parts)
    assert numbers == sorted(numbers) and [part.start for part in parts] == sorted(part.start for part in parts)
    assert not total or max(numbers) <= total


@pytest.mark.parametrize(("changes", "why"), [
    ({}, ""), ({"starts": "12:00", "ends": "08:00"}, "roster_times"), ({"half": "pm"}, "roster_times"),
    ({"half": "night"}, "roster_half"), ({"minutes": 4}, "roster_numbers"), ({"capacity": 61}, "roster_numbers"),
    ({"ends": "08:20"}, "roster_times"), ({"total": 10, "ahead": 11}, "roster_limits"), ({"total": 0}, "roster_limits"),
    ({"minutes": 5, "capacity": 60}, "roster_too_many"), ({"fee": -1}, "roster_fee"),
    ({"last": TODAY - timedelta(days=1)}, "roster_days"), ({"first": TODAY, "last": TODAY}, "roster_days"),
])
def test_what_makes_no_roster(changes: dict[str, Any], why: str) -> None:
    assert wrong(replace(TERMS, **changes), TODAY) == why


def test_a_draft_over_what_is_in_force() -> None:
    at = datetime(2027, 3, 1, tzinfo=UTC)
    other = replace(TERMS, ends="11:00")
    edits = [Edit("e1", "change", "p1", other, "staff:a", at), Edit("e2", "end", "p2", None, "staff:a", at),
             Edit("e3", "add", "", TERMS, "staff:a", at)]
    after = applied([pattern(1), pattern(2), pattern(3)], edits)
    assert [(each.id, each.key, each.terms) for each in after] == [
        (1, "p1", other), (3, "p3", TERMS), (0, "e3", TERMS),
    ]
    assert Terms.of(other.plain()) == other


def planned(parts: tuple[Part, ...] = (Part("08:00", "08:30", 2, 1),), code: str = "S") -> Planned:
    return Planned(code, TUESDAY, pattern(1), parts)


def known(code: str = "S", digest: str = "old", state: str = "open") -> Known:
    return Known(7, code, TUESDAY, "am", "1101", "D1023", state, digest, 2500, "205")


def visit(start: str = "08:00", end: str = "08:30", number: int = 1) -> Visit:
    return Visit("a", 7, "booked", "张*", "wechat", start, end, number)


def test_what_comes_changes_and_goes() -> None:
    assert compare([planned()], {}, {"S": "new"}) == Compared(comes=[planned()])
    assert compare([planned()], {"S": known()}, {"S": "old"}) == Compared()
    assert compare([planned()], {"S": known()}, {"S": "new"}) == Compared(changes=[(known(), planned())])
    assert compare([], {"S": known()}, {}) == Compared(goes=[known()])
    assert compare([], {"S": known(digest=GONE)}, {}) == Compared()
    assert compare([planned()], {"S": known(digest=GONE)}, {"S": "new"}) == Compared(comes=[planned()])
    assert compare([planned()], {"S": known(state="closed")}, {"S": "old"}) == Compared()


@pytest.mark.parametrize(("who", "why"), [
    (visit(), None), (visit(start="08:30", end="09:00"), "time"), (visit(end="08:20"), "time"),
    (visit(number=3), "number"),
])
def test_who_is_hit_by_a_change(who: Visit, why: str | None) -> None:
    found = hits(Compared(changes=[(known(), planned())]), [who])
    assert [each.why for each in found] == ([why] if why else [])
    assert [each.why for each in hits(Compared(goes=[known()]), [who])] == ["gone"]
    assert hits(Compared(goes=[known(state="stopped")]), [who]) == []


def test_a_segment_keeps_its_time() -> None:
    parts = (Part("08:00", "08:20", 2, 1), Part("08:30", "09:00", 2, 3))
    assert fit(parts, {1: ("08:00", "08:30"), 2: ("08:30", "09:00")}) == [(3, parts[0]), (2, parts[1])]


def test_copying_keeps_the_weekday_and_who_sits_there() -> None:
    single = TERMS.on(TUESDAY)
    found = copied([single, replace(single, half="pm")], "week", {("D1023", TUESDAY + timedelta(7), "pm")}, TODAY)
    assert [(each.first, each.half) for each in found.made] == [(TUESDAY + timedelta(days=7), "am")]
    assert found.there == 1 and all(each.single and each.weekday == 1 for each in found.made)
    assert copied([single], "week", set(), TUESDAY + timedelta(days=8)).made == []


@settings(max_examples=60)
@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_the_next_month_by_weekday(day: date) -> None:
    there = next_month(day)
    assert week_of(day)[0] <= day <= week_of(day)[1] and month_of(day)[0] <= day <= month_of(day)[1]
    if there is None:
        assert day.day > 28
    else:
        assert there.weekday() == day.weekday() and (there.day - 1) // 7 == (day.day - 1) // 7
        assert month_of(there)[0] == month_of(day)[1] + timedelta(days=1)
