"""Decisions without a database."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.talk.area import Area
from bot.talk.pushes import PushKind
from flows.notices import rules
from flows.notices.kinds import Kinds
from flows.notices.rules import Reach

ALL = Reach(followed=True, quota=1, has_template=True, has_subscription=True, mobile=True)


def test_ways_in_their_order() -> None:
    found: list[str] = []
    while way := rules.next_way(ALL, found, worth_a_call=True):
        found.append(way)
    assert found == ["customer_service", "template", "subscription", "sms", "call_task"]


def test_words_that_need_more_messages_than_are_left_go_another_way() -> None:
    assert rules.next_way(ALL, (), cost=2, worth_a_call=False) == "template"


def test_who_does_not_follow_is_reached_by_phone_only() -> None:
    gone = Reach(followed=False, quota=5, has_template=True, has_subscription=True, mobile=True)
    assert rules.next_way(gone, (), worth_a_call=True) == "sms"
    assert rules.next_way(gone, ("sms",), worth_a_call=False) is None


@pytest.mark.parametrize(("now", "until"), [
    ("2027-03-01T21:29:59", None), ("2027-03-01T21:30", "2027-03-02T07:30"), ("2027-03-01T00:10", "2027-03-01T07:30"),
    ("2027-03-01T07:29:59", "2027-03-01T07:30"), ("2027-03-01T07:30", None), ("2027-12-31T23:59", "2028-01-01T07:30"),
])
def test_quiet_hours_over_midnight(now: str, until: str | None) -> None:
    found = rules.quiet_until(datetime.fromisoformat(now).replace(tzinfo=UTC), time(21, 30), time(7, 30))
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = datetime(2027, 3, 1, 12, 30, tzinfo=UTC)
    assert rules.quiet_until(noon, time(12), time(14)) == noon.replace(hour=14, minute=0)
    assert rules.quiet_until(noon, time(13), time(14)) is None
    assert rules.quiet_until(noon, time(0), time(0)) is None


def test_values_fit_their_type() -> None:
    values = {"thing1": "一" * 21, "phrase2": "已经约好成功", "time3": "a\n b", "amount4": "", "keyword1": "老" * 150}
    assert rules.fitting(values) == {
        "thing1": "一" * 19 + "…", "phrase2": "已经约好…", "time3": "a b", "amount4": "-", "keyword1": "老" * 150
    }


def test_values_of_a_template_file() -> None:
    assert rules.read_values("thing1: 王静: 主任\n\n time2 :9:30 \nno") == {"thing1": "王静: 主任", "time2": "9:30"}


@pytest.mark.parametrize("wrong", [{"name": "booked"}, {"name": "a.B"}, {"name": "a.b", "priority": 0}])
def test_a_kind_is_named_and_ranked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        PushKind(**wrong)


def test_a_kind_is_declared_once_and_groups_are_what_can_be_turned_off() -> None:
    areas = [Area("a", "甲", pushes=(PushKind("a.x"),)), Area("b", "乙", pushes=(PushKind("b.x", obligatory=True),))]
    assert [group.name for group in Kinds(areas).groups] == ["a"]
    with pytest.raises(ValueError, match=r"a\.x"):
        Kinds([*areas, Area("c", "丙", pushes=(PushKind("a.x"),))])
