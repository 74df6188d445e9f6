"""Every rule on coming and not coming, and the words of every no."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.settings_standing import Standing
from bot.wording import Wording
from flows.booking.refusals import BookingRefusal
from flows.booking.standing import refusals, rules
from flows.booking.standing.appeals.appealing import RULES
from flows.booking.standing.rules import Knowledge, Locked, Visit

TZ = ZoneInfo("Asia/Shanghai")
START = datetime(2027, 3, 2, 9, 30, tzinfo=TZ)
LAST, END = START.replace(hour=12, minute=0), START.replace(hour=10, minute=0)
TERMS = Standing()


@pytest.mark.parametrize(
    ("hour", "minute", "expected"), [
        (8, 29, refusals.CheckInNotYet), (8, 30, "in_time"), (9, 30, "in_time"), (9, 31, "late"), (11, 59, "late"),
        (12, 0, refusals.CheckInOver),
    ],
)
def test_when_one_may_check_in(hour: int, minute: int, expected: str | type[BookingRefusal]) -> None:
    now = START.replace(hour=hour, minute=minute)
    if isinstance(expected, str):
        assert rules.coming(START, LAST, now, 60) == expected
    else:
        with pytest.raises(expected):
            rules.coming(START, LAST, now, 60)


@pytest.mark.parametrize(
    ("number", "current", "expected"), [(5, None, False), (5, 1, False), (5, 2, True), (5, 4, True), (5, 5, False)]
)
def test_whose_turn_is_near(number: int, current: int | None, expected: bool) -> None:
    assert rules.near(number, current, 3) is expected
    assert not rules.near(number, current, 0)


def test_what_is_a_no_show() -> None:
    late = END + timedelta(minutes=30)
    assert rules.missed(Visit(END, False, False), late, TERMS)
    assert not rules.missed(Visit(END, False, False), late - timedelta(seconds=1), TERMS)
    assert not rules.missed(Visit(END, True, False), late, TERMS)
    assert not rules.missed(Visit(END, False, True), late, TERMS)


@pytest.mark.parametrize(
    ("what", "policy", "expected"), [
        (Knowledge(None, True, END + timedelta(minutes=30), 1, 0), "auto", True),
        (Knowledge(None, True, END + timedelta(minutes=29), 1, 0), "auto", False),
        (Knowledge(None, True, None, 1, 0), "on", False),
        (Knowledge(None, True, END + timedelta(hours=1), 1, 0), "off", False),
        (Knowledge(None, False, None, 1, 0), "auto", False),
        (Knowledge(None, False, None, 1, 0), "on", True),
        (Knowledge(True, False, None, 1, 0), "auto", True),
        (Knowledge(False, True, END + timedelta(hours=1), 1, 0), "on", False),
        (Knowledge(None, False, None, 4, 0), "on", True),
        (Knowledge(None, False, None, 5, 0), "on", False),
        (Knowledge(None, False, None, 5, 1), "on", True),
    ],
)
def test_where_nobody_could_check_in_nobody_is_branded(what: Knowledge, policy: str, expected: bool) -> None:
    terms = TERMS.model_copy(update={"no_shows": policy})
    assert rules.known(what, terms, END) is expected


def test_so_many_in_so_many_days_lock() -> None:
    days = [END - timedelta(days=n) for n in (0, 10, 29)]
    assert rules.locks(days, END, TERMS)
    assert not rules.locks(days[:2], END, TERMS)
    assert not rules.locks([*days[:2], END - timedelta(days=30)], END, TERMS)
    assert rules.locked_until(END, TERMS) == END + timedelta(days=90)


def test_a_lock_says_until_when_and_ends_at_that_moment() -> None:
    lock = Locked(3, END)
    with pytest.raises(refusals.PersonLocked) as refused:
        rules.check_lock(lock, "张*明", END - timedelta(seconds=1), TERMS)
    assert refused.value.facts == {"person": "张*明", "count": 3, "days": 30, "until_day": END.date()}
    rules.check_lock(lock, "张*明", END, TERMS)
    rules.check_lock(None, "张*明", START, TERMS)


def test_cancelling_too_much_waits_until_it_is_less() -> None:
    terms = TERMS.model_copy(update={"most_cancelled": 2})
    moments = [END - timedelta(days=n) for n in (1, 5, 20, 31)]
    with pytest.raises(refusals.TooManyCancelled) as refused:
        rules.check_cancelled(moments, END, terms)
    assert refused.value.facts["until_day"] == (END + timedelta(days=10)).date()
    rules.check_cancelled(moments[:2], END, terms)
    rules.check_cancelled(moments, END + timedelta(days=10), terms)


def test_one_appeal_for_one_matter_and_not_too_many_at_a_time() -> None:
    rules.check_appeal(None, 4, TERMS)
    with pytest.raises(refusals.AppealedAlready):
        rules.check_appeal(("declined", END.date()), 0, TERMS)
    with pytest.raises(refusals.TooManyAppeals):
        rules.check_appeal(None, 5, TERMS)


def test_the_rules_about_a_person_can_be_appealed_against() -> None:
    assert {"refuse_age", "refuse_sex", "refuse_same_doctor", "refuse_cancelled_often"} <= RULES
    assert not {"refuse_taken", "refuse_stopped", "refuse_locked"} & RULES


FACTS = {
    "person": "张*明", "count": 3, "days": 30, "until_day": date(2027, 5, 30), "most": 10, "day": date(2027, 3, 2),
    "start": START, "end": END, "opens_day": date(2027, 3, 2), "opens_time": time(8, 30), "zone": "B",
    "state": "open", "made_day": date(2027, 3, 1),
}
ALL = [each for each in vars(refusals).values()
       if isinstance(each, type) and issubclass(each, BookingRefusal) and each is not BookingRefusal]


@pytest.mark.parametrize("cls", ALL)
def test_every_no_has_words_of_its_own(cls: type[BookingRefusal]) -> None:
    text = Wording().render(f"booking/chat/{cls.template}", **FACTS)
    assert 10 < len(text) and text.count("\n") < 6
    assert sum(other.template == cls.template for other in ALL) == 1
