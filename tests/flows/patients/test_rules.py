"""Limits, guardians and reach, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings_parts import People
from flows.patients import rules
from flows.patients.people import History, Person, Tally
from flows.patients.refusals import (
    CodesForContact,
    CodesForMobile,
    CodeTooSoon,
    FamilyFull,
    GuardianMissing,
    OwnDocumentNeeded,
    ProofTriesSpent,
    TooManyNew,
    TooManyRemoved,
    TooYoungAlone,
)

NOW = datetime(2027, 3, 1, 4, tzinfo=UTC)
TODAY, TOMORROW = date(2027, 3, 1), date(2027, 3, 2)
LIMITS = People()


def person(birth: date = date(1984, 5, 12), relation: str = "self", document: str | None = "resident") -> Person:
    return Person(1, "p", "张建国", "male", birth, document, "1234", "0001", None, None, "none", relation)  # type: ignore[arg-type]


def days_ago(*days: int) -> list[datetime]:
    return [NOW - timedelta(days=day) for day in days]


def test_a_family_is_full_at_the_set_number() -> None:
    rules.may_add(History(4), LIMITS, NOW)
    with pytest.raises(FamilyFull) as no:
        rules.may_add(History(5), LIMITS, NOW)
    assert no.value.facts == {"most": 5}


def test_new_persons_are_counted_for_thirty_days_and_the_refusal_tells_until_when() -> None:
    with pytest.raises(TooManyNew) as no:
        rules.may_add(History(1, added=days_ago(1, 29, 2, 3, 4)), LIMITS, NOW)
    assert no.value.facts["until"] == (NOW + timedelta(days=1)).isoformat()
    rules.may_add(History(1, added=days_ago(1, 30, 2, 3, 4)), LIMITS, NOW)


def test_removing_is_limited_too() -> None:
    rules.may_remove(History(5, removed=days_ago(1, 2)), LIMITS, NOW)
    with pytest.raises(TooManyRemoved) as no:
        rules.may_remove(History(5, removed=days_ago(10, 2, 1)), LIMITS, NOW)
    assert no.value.facts["until"] == (NOW + timedelta(days=20)).isoformat()


@given(st.lists(st.integers(0, 60), max_size=12))
def test_at_the_told_moment_adding_is_free_again(days: list[int]) -> None:
    history = History(0, added=days_ago(*days))
    try:
        rules.may_add(history, LIMITS, NOW)
    except TooManyNew as no:
        rules.may_add(history, LIMITS, datetime.fromisoformat(no.facts["until"]))


def test_a_code_waits_for_its_minute() -> None:
    with pytest.raises(CodeTooSoon) as no:
        rules.may_send_code(Tally(NOW - timedelta(seconds=18)), Tally(), LIMITS, NOW, TOMORROW)
    assert no.value.facts == {"seconds": 43}
    rules.may_send_code(Tally(NOW - timedelta(seconds=60)), Tally(), LIMITS, NOW, TOMORROW)


def test_codes_are_counted_by_number_and_by_contact() -> None:
    with pytest.raises(CodesForMobile) as no:
        rules.may_send_code(Tally(today=10), Tally(), LIMITS, NOW, TOMORROW)
    assert no.value.facts == {"most": 10, "until": "2027-03-02"}
    with pytest.raises(CodesForContact):
        rules.may_send_code(Tally(), Tally(today=10), LIMITS, NOW, TOMORROW)


def test_proving_a_record_is_not_a_guessing_game() -> None:
    rules.may_prove(Tally(today=2), TOMORROW)
    with pytest.raises(ProofTriesSpent):
        rules.may_prove(Tally(today=3), TOMORROW)


def test_a_small_child_goes_by_its_guardian_and_a_big_one_does_not() -> None:
    born_13, born_14 = date(2013, 3, 2), date(2013, 3, 1)
    rules.may_register("child", born_13, False, person(), TODAY)
    with pytest.raises(OwnDocumentNeeded):
        rules.may_register("child", born_14, False, person(), TODAY)
    rules.may_register("child", born_14, True, None, TODAY)


@pytest.mark.parametrize(
    "guardian",
    [None, person(date(2010, 1, 1)), person(relation="child"), person(relation="other"), person(document=None)],
)
def test_who_cannot_stand_for_a_child(guardian: Person | None) -> None:
    with pytest.raises(GuardianMissing):
        rules.may_register("child", date(2020, 1, 1), False, guardian, TODAY)


def test_a_small_child_does_not_register_alone() -> None:
    with pytest.raises(TooYoungAlone):
        rules.may_register("self", date(2015, 1, 1), True, None, TODAY)


def test_a_minor_is_held_until_eighteen() -> None:
    assert rules.held_until("child", date(2019, 5, 3), TODAY) == date(2037, 5, 3)
    assert rules.held_until("other", date(2012, 2, 29), TODAY) == date(2030, 3, 1)
    assert rules.held_until("child", date(2000, 1, 1), TODAY) is None
    assert rules.held_until("self", date(2011, 1, 1), TODAY) is None


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("阿依古丽·买买提", "阿依古丽.买买提", True),
        ("阿依古丽•买买提", "阿依古丽买买提", True),
        ("Li Ming", "LI MING", True),
        ("Ｌｉ Ming", "li ming", True),
        ("张建国", "张 建国", True),
        ("张建国", "张建", False),
        ("", "", False),
    ],
)
def test_names_agree_however_they_are_typed(one: str, other: str, agree: bool) -> None:
    assert rules.names_agree(one, other) is agree


def test_a_strangers_phone_reaches_no_older_record() -> None:
    def reach(**facts: object) -> str:
        base = {"record_is_new": False, "record_phone": None, "mobile": "13800000001", "held_by_phone": False}
        return rules.reach_of_new(**{**base, **facts})  # type: ignore[arg-type]

    assert reach() == "booking"
    assert reach(record_phone="13800000009") == "booking"
    assert reach(record_phone="+86 138-0000-0001") == "all"
    assert reach(record_is_new=True) == "all"
    assert reach(held_by_phone=True) == "all"


def test_the_last_four_prove_and_nothing_shorter_does() -> None:
    assert rules.proves("0001", "13800000001")
    assert rules.proves(" ０００１ ", "+86 138 0000 0001")
    assert not rules.proves("001", "001")
    assert not rules.proves("0002", "13800000001")
    assert not rules.proves("0001", None)
    assert not rules.proves("", None)
