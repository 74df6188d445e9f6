"""What goes beside what, and plans that keep to it whatever is wished for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.booking.exams import refusals
from flows.booking.exams.planning import Time, plans
from flows.booking.exams.rules import (
    WALK,
    Book,
    Conflict,
    Item,
    Visit,
    check_alone,
    check_beside,
    check_visitor,
    fits,
)
from flows.booking.fitting.rules import Visitor

MONDAY = datetime(2027, 3, 1, tzinfo=UTC)
BARIUM, CT = Item("BARIUM", "钡餐", fasting_hours=8), Item("CT", "增强", fasting_hours=4, contrast=True)
SOUND, SCOPE = Item("SOUND", "彩超", fasting_hours=8), Item("SCOPE", "胃镜", fasting_hours=8, latest=time(11))
HEART, MR = Item("HEART", "心超", notice_hours=2), Item("MR", "磁共振", contrast=True)
BOOK = Book(
    {each.code: each for each in (BARIUM, CT, SOUND, SCOPE, HEART, MR)},
    (Conflict("apart", "BARIUM", "CT", 7), Conflict("before", "SOUND", "SCOPE")),
    contrast_days=2,
)


def at(item: Item | None, day: int, clock: float, minutes: int = 30) -> Visit:
    start = MONDAY + timedelta(days=day, hours=clock)
    return Visit(item, start, start + timedelta(minutes=minutes), "呼吸内科")


@pytest.mark.parametrize(("new", "other", "no"), [
    (at(CT, 7, 8), at(BARIUM, 0, 9), refusals.TooNear),
    (at(CT, 8, 8), at(BARIUM, 0, 9), None),
    (at(CT, 0, 8), at(BARIUM, 0, 9), None),  # the other way round nothing is spoiled
    (at(BARIUM, 0, 9), at(CT, 3, 8), refusals.SpoilsLater),
    (at(MR, 1, 9), at(CT, 0, 9), refusals.ContrastTooNear),
    (at(MR, 2, 9), at(CT, 0, 9), None),
    (at(SOUND, 0, 10), at(SCOPE, 0, 8), refusals.WrongOrder),
    (at(SCOPE, 0, 10), at(SOUND, 0, 8), None),
    (at(SOUND, 1, 10), at(SCOPE, 0, 8), None),
    (at(SOUND, 0, 10), at(HEART, 0, 8), refusals.FastingFirst),
    (at(HEART, 0, 10), at(SOUND, 0, 8), None),
    (at(HEART, 0, 9.5), at(SOUND, 0, 9), refusals.Overlaps),  # nobody gets there in no time
    (at(HEART, 0, 9), at(None, 0, 9), refusals.Overlaps),
    (at(HEART, 0, 10), at(None, 0, 9), None),
])
def test_what_goes_beside_what(new: Visit, other: Visit, no: type[refusals.ExamRefusal] | None) -> None:
    if no is None:
        check_beside(new, [other], BOOK)
        return
    with pytest.raises(no) as raised:
        check_beside(new, [other], BOOK)
    if no is refusals.TooNear:
        assert raised.value.facts["first_day"] == date(2027, 3, 9)
    if no is refusals.ContrastTooNear:
        assert raised.value.facts["first_day"] == date(2027, 3, 3)


def test_nobody_is_kept_hungry_or_surprised() -> None:
    check_alone(SCOPE, MONDAY + timedelta(hours=11), MONDAY)
    with pytest.raises(refusals.FastingTooLate):
        check_alone(SCOPE, MONDAY + timedelta(hours=11, minutes=1), MONDAY)
    with pytest.raises(refusals.NoTimeToPrepare):
        check_alone(HEART, MONDAY + timedelta(minutes=119), MONDAY)


def test_whom_it_is_for() -> None:
    child, day = Visitor("李*花", date(2020, 3, 2), "female"), MONDAY.date()
    check_visitor(Item("A", "A", max_age=6, sex="female"), child, day)
    with pytest.raises(refusals.ExamAge):
        check_visitor(Item("A", "A", min_age=7), child, day)
    with pytest.raises(refusals.ExamSex):
        check_visitor(Item("A", "A", sex="male"), child, day)


HALF_HOURS = st.lists(st.integers(0, 5 * 8 - 1), min_size=1, max_size=8, unique=True)


def times(numbers: list[int], base: int) -> list[Time]:
    """Half hours from eight on, eight a day."""
    starts = [MONDAY + timedelta(days=n // 8, hours=8, minutes=30 * (n % 8)) for n in sorted(numbers)]
    return [Time(base + n, start, start + timedelta(minutes=30)) for n, start in enumerate(starts)]


@settings(max_examples=120)
@given(st.dictionaries(st.sampled_from(sorted(BOOK.items)), HALF_HOURS, min_size=1, max_size=4),
       st.one_of(st.none(), st.tuples(st.sampled_from(sorted(BOOK.items)), st.integers(0, 39))))
def test_plans_keep_to_every_rule(wished: dict[str, list[int]], had: tuple[str, int] | None) -> None:
    wishes = {code: BOOK.items[code] for code in wished}
    free = {code: times(numbers, 100 * n) for n, (code, numbers) in enumerate(sorted(wished.items()))}
    fixed = [at(BOOK.items[had[0]], had[1] // 8, 8 + had[1] % 8 / 2)] if had else []
    found = plans(wishes, free, fixed, BOOK, most=3)
    for plan in found:
        assert plan.keys() == wishes.keys() and all(plan[code] in free[code] for code in plan)
        visits = [Visit(wishes[code], time.start, time.end) for code, time in plan.items()]
        for n, visit in enumerate(visits):
            assert fits(visit, [*fixed, *visits[:n], *visits[n + 1:]], BOOK)
            assert all(abs(visit.start - other.start) >= WALK + timedelta(minutes=30)
                       for other in [*visits[:n], *fixed])
    assert len({len({time.start.date() for time in plan.values()}) for plan in found}) <= 1
    if len(wishes) == 2 and not found:
        one, two = wishes
        assert not any(_both(one, two, a, b, fixed) for a in free[one] for b in free[two])


def _both(one: str, two: str, first: Time, second: Time, fixed: list[Visit]) -> bool:
    visits = [Visit(BOOK.items[one], first.start, first.end), Visit(BOOK.items[two], second.start, second.end)]
    return all(fits(v, fixed, BOOK) for v in visits) and fits(visits[0], visits[1:], BOOK)


def test_as_few_days_as_possible_and_the_hungry_first() -> None:
    wishes = {"HEART": HEART, "SOUND": SOUND, "SCOPE": SCOPE}
    free = {"HEART": times([0, 2, 12], 0), "SOUND": times([0, 8, 9], 10), "SCOPE": times([2, 10], 20)}
    plan = plans(wishes, free, [], BOOK)[0]
    assert {time.start.day for time in plan.values()} == {2}
    assert plan["SOUND"].start < plan["SCOPE"].start < plan["HEART"].start
