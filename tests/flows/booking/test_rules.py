"""Every rule, and the words of every refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.wording import Wording
from flows.booking import cancelling, reasons, refusals, rules
from flows.booking.fitting import rules as fitting
from flows.booking.fitting.rules import Counted, Visitor
from flows.booking.reasons import Sitting
from flows.booking.refusals import BookingRefusal
from flows.booking.rules import Cancelling, ClinicRules, Limits, Place, Takes

TZ = ZoneInfo("Asia/Shanghai")
TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 8, 0, tzinfo=TZ)
CLINIC = ClinicRules("呼吸内科")
CHILDREN = ClinicRules("儿科", takes=Takes(max_age=13))
WOMEN = ClinicRules("妇科", takes=Takes(sex="female"))
PLACE = Place(
    day=TODAY + timedelta(days=1), half="am", start=datetime(2027, 3, 2, 9, 30, tzinfo=TZ),
    end=datetime(2027, 3, 2, 10, 0, tzinfo=TZ), clinic="1101", doctor="D1", session_open=True, segment_open=True,
    free=1,
)
ADULT = Visitor("张*明", date(1984, 5, 12), "male")


def place_refused(expected: type[BookingRefusal], place: Place, clinic: ClinicRules = CLINIC) -> BookingRefusal:
    with pytest.raises(expected) as refused:
        rules.check_place(place, clinic, NOW)
    return refused.value


def test_an_open_segment_with_a_free_slot_may_be_booked() -> None:
    rules.check_place(PLACE, CLINIC, NOW)


def test_what_may_not_be_booked() -> None:
    place_refused(refusals.ClinicClosed, PLACE, replace(CLINIC, open=False))
    place_refused(refusals.SessionStopped, replace(PLACE, session_open=False, segment_open=False))
    place_refused(refusals.SlotTaken, replace(PLACE, free=0))
    place_refused(refusals.SlotTaken, replace(PLACE, segment_open=False))
    no = place_refused(refusals.NotYetOpen, replace(PLACE, day=TODAY + timedelta(days=8)))
    assert (no.facts["opens_day"], no.facts["opens_time"]) == (TODAY + timedelta(days=1), time(7, 0))


def test_the_last_day_opens_at_its_time() -> None:
    assert CLINIC.last_day(NOW.replace(hour=6, minute=59)) == TODAY + timedelta(days=6)
    assert CLINIC.last_day(NOW.replace(hour=7)) == TODAY + timedelta(days=7)
    fortnight = replace(CLINIC, horizon_days=14, open_time=time(18))
    assert fortnight.last_day(NOW) == TODAY + timedelta(days=13)
    assert fortnight.opens(TODAY + timedelta(days=14), NOW) == datetime(2027, 3, 1, 18, 0, tzinfo=TZ)


@pytest.mark.parametrize(("hour", "minute", "refused"), [(8, 0, False), (9, 30, False), (9, 31, True), (11, 0, True)])
def test_a_segment_of_today_closes_before_it_ends(hour: int, minute: int, refused: bool) -> None:
    today = replace(PLACE, day=TODAY, start=NOW.replace(hour=9, minute=30), end=NOW.replace(hour=10))
    now = NOW.replace(hour=hour, minute=minute)
    if refused:
        with pytest.raises(refusals.SegmentOver):
            rules.check_place(today, CLINIC, now)
    else:
        rules.check_place(today, CLINIC, now)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2013, 3, 2), date(2027, 3, 1), 13),
        (date(2013, 3, 2), date(2027, 3, 2), 14),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
    ],
)
def test_years(birth: date, day: date, age: int) -> None:
    assert fitting.years(birth, day) == age


def test_paediatrics_takes_children_by_their_age_on_the_day_of_the_visit() -> None:
    child = Visitor("张*", date(2013, 3, 2), "male")
    fitting.check_visitor(child, CHILDREN, date(2027, 3, 1))
    with pytest.raises(refusals.WrongAge):
        fitting.check_visitor(child, CHILDREN, date(2027, 3, 2))
    with pytest.raises(refusals.WrongAge):
        fitting.check_visitor(ADULT, CHILDREN, TODAY)
    with pytest.raises(refusals.WrongAge):
        fitting.check_visitor(child, replace(CLINIC, takes=Takes(min_age=14)), TODAY)


def test_gynaecology_takes_women() -> None:
    with pytest.raises(refusals.WrongSex):
        fitting.check_visitor(ADULT, WOMEN, TODAY)
    fitting.check_visitor(replace(ADULT, sex="female"), WOMEN, TODAY)


def test_limits_of_a_person() -> None:
    day, limits = PLACE.day, Limits()
    fitting.check_limits([Counted(day, "D2")], PLACE, ADULT, limits)
    with pytest.raises(refusals.SameDoctorSameDay):
        fitting.check_limits([Counted(day, "D1")], PLACE, ADULT, limits)
    with pytest.raises(refusals.TooManyDoctorsToday):
        fitting.check_limits([Counted(day, "D2"), Counted(day, "D3")], PLACE, ADULT, limits)
    fitting.check_limits([Counted(day, "D2"), Counted(TODAY, "D1")], PLACE, ADULT, limits)
    many = [Counted(TODAY + timedelta(days=n), "D2") for n in range(2, 7)]
    with pytest.raises(refusals.TooManyOpen):
        fitting.check_limits(many, PLACE, ADULT, limits)


def test_a_general_clinic_counts_as_one_doctor() -> None:
    general = replace(PLACE, doctor=None)
    with pytest.raises(refusals.SameDoctorSameDay) as refused:
        fitting.check_limits([Counted(general.day, "clinic:1101")], general, ADULT, Limits())
    assert refused.value.facts["general"]


@pytest.mark.parametrize(("hour", "late"), [(19, False), (20, True), (23, True)])
def test_cancelling_ends_on_the_evening_before(hour: int, late: bool) -> None:
    now, terms = datetime(2027, 3, 1, hour, 0, tzinfo=TZ), Cancelling(time(20), "booked_today", timedelta(hours=1))
    if late:
        with pytest.raises(refusals.CancelTooLate):
            cancelling.check_cancel(PLACE.start, TODAY, terms, now)
    else:
        cancelling.check_cancel(PLACE.start, TODAY, terms, now)


@pytest.mark.parametrize(
    ("rule", "booked", "until"), [
        ("never", 0, (1, 20, 0)), ("never", 1, (1, 20, 0)), ("booked_today", 0, (1, 20, 0)),
        ("booked_today", 1, (2, 8, 30)), ("always", 0, (2, 8, 30)), ("always", 1, (2, 8, 30)),
    ],
)
def test_cancelling_on_the_day_goes_by_the_rule(rule: str, booked: int, until: tuple[int, int, int]) -> None:
    terms = Cancelling(time(20), rule, timedelta(hours=1))
    found = cancelling.cancel_until(PLACE.start, TODAY + timedelta(days=booked), terms)
    assert (found.day, found.hour, found.minute) == until


@pytest.mark.parametrize(
    ("clinic", "hour", "expected"), [
        (CLINIC, 8, None), (CLINIC, 9, None), (replace(CLINIC, same_day=False), 8, refusals.SameDayOff),
        (replace(CLINIC, same_day_before=timedelta(minutes=30)), 9, None),
        (replace(CLINIC, same_day_before=timedelta(minutes=31)), 9, refusals.SameDayClosed),
        (replace(CLINIC, same_day_until=time(9)), 8, None),
        (replace(CLINIC, same_day_until=time(9)), 9, refusals.SameDayClosed),
    ],
)
def test_the_day_itself_closes_by_its_own_rule(
    clinic: ClinicRules, hour: int, expected: type[BookingRefusal] | None
) -> None:
    now = NOW.replace(hour=hour)
    today = replace(PLACE, day=TODAY, start=NOW.replace(hour=9, minute=30), end=NOW.replace(hour=11))
    if expected is None:
        rules.check_place(today, clinic, now)
    else:
        with pytest.raises(expected):
            rules.check_place(today, clinic, now)
    rules.check_place(PLACE, clinic, now)  # tomorrow is booked whatever today's rule is


def test_a_segment_that_began_is_late_for_everybody_unless_the_clinic_says_otherwise() -> None:
    begun = replace(PLACE, day=TODAY, start=NOW.replace(hour=7), end=NOW.replace(hour=11))
    place_refused(refusals.SameDayClosed, begun)
    rules.check_place(begun, replace(CLINIC, same_day_before=timedelta(hours=-2)), NOW)


def sitting(days: int, *, open: bool = True, to_come: bool = True, left: int = 0) -> Sitting:
    return Sitting(TODAY + timedelta(days=days), open, to_come, left)


@pytest.mark.parametrize(
    ("sittings", "wanted", "expected"),
    [
        ([], None, refusals.NoSession),
        ([], 3, refusals.NoSession),
        ([], 12, refusals.OpensLater),
        ([sitting(2), sitting(3, open=False)], None, refusals.AllFull),
        ([sitting(3, open=False)], 3, refusals.AllStopped),
        ([sitting(9)], None, refusals.OpensLater),
        ([sitting(0, to_come=False)], 0, refusals.AllOver),
        ([sitting(0, to_come=False), sitting(2)], None, refusals.AllFull),
    ],
)
def test_why_there_is_nothing(
    sittings: list[Sitting], wanted: int | None, expected: type[BookingRefusal]
) -> None:
    day = None if wanted is None else TODAY + timedelta(days=wanted)
    assert type(reasons.why_none(sittings, CLINIC, NOW, day)) is expected


def test_a_closed_clinic_is_the_first_reason() -> None:
    assert isinstance(reasons.why_none([sitting(2)], replace(CLINIC, open=False), NOW), refusals.ClinicClosed)


def test_a_clinic_that_takes_nobody_on_the_day_says_so() -> None:
    closed = replace(CLINIC, same_day=False)
    assert isinstance(reasons.why_none([sitting(0, to_come=False)], closed, NOW, TODAY), refusals.SameDayOff)
    assert isinstance(reasons.why_none([sitting(0, to_come=False), sitting(2)], closed, NOW), refusals.AllFull)


def test_full_tells_when_the_next_day_opens() -> None:
    no = reasons.why_none([sitting(2), sitting(8)], CLINIC, NOW)
    assert (no.facts["opens_day"], no.facts["opens_time"]) == (TODAY + timedelta(days=1), time(7, 0))


FACTS = {
    "day": date(2027, 3, 2), "start": "09:30", "end": "10:00", "half": "am", "opens_day": date(2027, 3, 5),
    "opens_time": time(18), "clinic": "儿科", "minutes": 15, "person": "张*明", "min_age": None, "max_age": 13,
    "age": 42, "sex": "female", "general": False, "most": 2, "until_day": date(2027, 3, 1), "until_time": time(20),
    "state": "cancelled", "ahead": 1, "wanted": None, "last_day": date(2027, 3, 8), "days": [date(2027, 3, 2)],
    "of_doctor": False, "doctor_name": "王静", "clinic_name": "呼吸内科", "until": time(16), "closes": "07:01:30",
    "result": "07:02",
}
ALL = [cls for cls in vars(refusals).values() if isinstance(cls, type) and issubclass(cls, BookingRefusal)]


@pytest.mark.parametrize("cls", [cls for cls in ALL if cls is not BookingRefusal])
def test_every_refusal_has_words_of_its_own(cls: type[BookingRefusal]) -> None:
    text = Wording().render(f"booking/chat/{cls.template}", **FACTS)
    assert 10 < len(text) and text.count("\n") < 6
    assert sum(other.template == cls.template for other in ALL) == 1


def test_the_opening_is_told_with_day_and_time() -> None:
    text = Wording().render("booking/chat/none_opens_later", **FACTS)
    assert "3月5日 周五" in text and "晚上 6:00" in text
