"""What a stop hits, until when one may choose, and whom the office calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.booking.stops import rules
from flows.booking.stops.refusals import AlreadyStopped, NothingToStop
from flows.booking.stops.rules import Part, Standing, Terms, Wish

NOW = datetime(2027, 3, 1, 0, 0, tzinfo=UTC)
TERMS = Terms(timedelta(hours=24), timedelta(hours=2), timedelta(hours=2), timedelta(hours=12))
NINE = Part(1, "09:00", NOW + timedelta(hours=1), NOW + timedelta(hours=1, minutes=30), "open", None, None)
HALF = Part(2, "09:30", NINE.end, NINE.end + timedelta(minutes=30), "open", None, None)


def test_a_part_begins_where_it_was_said() -> None:
    assert rules.affected([NINE, HALF], Wish(1, "x"), NOW) == [NINE, HALF]
    assert rules.affected([NINE, HALF], Wish(1, "x", time(9, 30)), NOW) == [HALF]
    assert rules.affected([NINE, HALF], Wish(1, "x"), NINE.end) == [HALF]
    with pytest.raises(NothingToStop):
        rules.affected([NINE, HALF], Wish(1, "x"), HALF.end)


def test_what_is_stopped_is_stopped_again_only_for_another_substitute() -> None:
    shut = replace(NINE, stop_id=7, state="stopped")
    with pytest.raises(AlreadyStopped):
        rules.affected([shut], Wish(1, "x"), NOW)
    assert rules.affected([shut], Wish(1, "x", substitute="D2"), NOW) == [shut]
    assert rules.affected([replace(shut, substitute="D2")], Wish(1, "x"), NOW)
    assert rules.affected([shut, HALF], Wish(1, "x"), NOW) == [HALF]


@settings(max_examples=30)
@given(st.integers(1, 60 * 24 * 9))
def test_there_is_always_time_to_choose_and_never_beyond_the_visit(minutes: int) -> None:
    start = NOW + timedelta(minutes=minutes)
    until = rules.until(start, NOW, TERMS)
    assert min(NOW + rules.SHORTEST, start) <= until <= start
    assert until <= NOW + TERMS.choose


def test_who_is_called() -> None:
    start, until = NOW + timedelta(hours=40), NOW + timedelta(hours=24)
    each = Standing("open", start, until, NOW, seen=False, arrived=False, lost=False, called=None)
    assert not rules.to_call(each, NOW, TERMS)
    assert rules.to_call(each, NOW + timedelta(hours=2), TERMS)
    assert rules.to_call(replace(each, lost=True), NOW, TERMS)
    assert rules.to_call(replace(each, start=NOW + timedelta(hours=11)), NOW, TERMS)
    seen = replace(each, seen=True)
    assert not rules.to_call(seen, NOW + timedelta(hours=20), TERMS) and rules.to_call(seen, until, TERMS)
    for gone in (replace(each, state="kept"), replace(each, called="reached"), replace(each, start=NOW)):
        assert not rules.to_call(gone, NOW + timedelta(hours=3), TERMS)
    assert rules.to_call(replace(each, called="not_reached"), NOW + timedelta(hours=3), TERMS)


def test_nobody_is_woken_for_what_is_far_away() -> None:
    morning = NOW + timedelta(hours=8)
    assert rules.told_at(NOW, morning, NOW + timedelta(days=2)) == morning
    assert rules.told_at(NOW, morning, NOW + timedelta(hours=9)) == NOW
    assert rules.told_at(NOW, None, NOW + timedelta(days=2)) == NOW


def test_a_slot_goes_to_who_can_still_choose_it() -> None:
    later = NOW + timedelta(hours=30)
    people = [(1, NOW + timedelta(hours=24)), (2, NOW + timedelta(hours=2))]
    assert rules.spread(people, [(50, NOW + timedelta(hours=3)), (51, later)]) == {2: 50, 1: 51}
    assert rules.spread(people, [(50, NOW)]) == {}
