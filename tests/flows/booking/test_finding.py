"""What people call doctors, clinics and days."""

from __future__ import annotations

from datetime import date

import pytest

from flows.booking.finding import Found, find
from flows.directory.rules import Catalogue
from integrations.his.port import Clinic, Department, Doctor, Place

TODAY = date(2027, 3, 1)  # a Monday
NOWHERE = Place("", "", "", "")


def clinic(code: str, name: str, department: str = "11", site: str = "Z") -> Clinic:
    return Clinic(code, department, site, name, (name,), NOWHERE, "", "", None, None, None, False, True)


def doctor(number: str, name: str, *clinics: str, specialties: tuple[str, ...] = ()) -> Doctor:
    return Doctor(f"D{number}", number, name, "female", "主任医师", "博士", specialties, "", clinics, None)


CATALOGUE = Catalogue(
    version=1,
    departments=(Department("11", "Z", "内科", "", False), Department("16", "Z", "儿科", "", False)),
    clinics=(
        clinic("1101", "呼吸内科"), clinic("1102", "心血管内科"), clinic("1601", "儿科", "16"),
        clinic("2101", "呼吸内科", "21", "E"), clinic("1602", "儿童保健", "16"),
    ),
    doctors=(
        doctor("1023", "王静", "1101", specialties=("支气管哮喘",)), doctor("1024", "陈松年", "1101"),
        doctor("1032", "王竞", "1102"), doctor("1040", "王静", "1601"),
    ),
)


def found(text: str) -> Found:
    return find(text, CATALOGUE, TODAY)


@pytest.mark.parametrize(
    "text", ["陈松年", "陈松年医生", "我想挂陈松年的号", "csn", "chensongnian", "1024", "陈松年有号吗"]
)
def test_a_doctor(text: str) -> None:
    assert found(text).doctors == ("D1024",)


@pytest.mark.parametrize("text", ["王静", "王静医生"])
def test_two_doctors_of_one_name(text: str) -> None:
    assert found(text).doctors == ("D1023", "D1040")


@pytest.mark.parametrize(("text", "kind"), [
    ("呼吸内科专家号", "expert"), ("明天上午专家号", "expert"), ("挂个普通号", "general"),
    ("专科号 王静", "specialist"), ("专科普通号呼吸内科有吗", "specialist"), ("专家号和普通号有什么不同", ""),
    ("专家号多少钱", ""), ("呼吸内科", ""),
])
def test_the_kind_of_session_beside_a_name_a_day_or_alone(text: str, kind: str) -> None:
    assert found(text).kind == kind


def test_a_kind_takes_nothing_from_what_stands_beside_it() -> None:
    assert (found("心血管内科专家号").clinics, found("专科号 陈松年").doctors) == (("1102",), ("D1024",))
    tomorrow = found("明天上午专家号")
    assert (tomorrow.day, tomorrow.half, tomorrow.sure) == (date(2027, 3, 2), "am", True)
    assert not found("专家号").sure, "asked for outside of booking it may be a question"


def test_initials_of_several() -> None:
    assert set(found("wj").doctors) == {"D1023", "D1040", "D1032"}


@pytest.mark.parametrize("text", ["呼吸内科王静", "王静 呼吸内科"])
def test_the_doctor_of_that_clinic(text: str) -> None:
    assert found(text).doctors == ("D1023",)


@pytest.mark.parametrize("text", ["心血管内科", "心血管", "xxgnk", "挂心血管内科", "心血管内科的号"])
def test_a_clinic_does_not_mean_its_department_as_well(text: str) -> None:
    assert (found(text).clinics, found(text).departments) == (("1102",), ())


@pytest.mark.parametrize("text", ["呼吸内科王静", "王静 呼吸内科", "明天下午呼吸内科王静"])
def test_the_clinic_beside_the_doctor_is_kept(text: str) -> None:
    assert found(text).there == ("1101",)


@pytest.mark.parametrize("text", ["王静", "心血管内科 陈松年", "呼吸内科"])
def test_a_clinic_where_the_doctor_does_not_sit_is_not(text: str) -> None:
    assert found(text).there == ()


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("明天下午呼吸内科", "pm"), ("后天上午", "am"), ("陈松年 下午", "pm"), ("晚上", "evening"), ("陈松年", ""),
        ("陈松年下午不行", ""), ("周三下午三点陈松年", "pm"), ("你好下午", ""),
    ],
)
def test_the_half_of_a_day(text: str, half: str) -> None:
    assert found(text).half == half


@pytest.mark.parametrize("text", ["心内科", "心内", "挂心内科", "明天上午心内科"])
def test_a_clinic_by_its_short_name(text: str) -> None:
    assert found(text).clinics == ("1102",)


def test_a_clinic_at_two_sites() -> None:
    assert found("呼吸内科").clinics == ("1101", "2101")


def test_clinic_before_department_of_the_same_name() -> None:
    assert (found("儿科").clinics, found("儿科").departments) == (("1601",), ())


def test_a_department() -> None:
    assert found("内科").departments == ("11",) or "1101" in found("内科").clinics


@pytest.mark.parametrize(
    ("text", "day", "named"),
    [
        ("明天心血管内科", date(2027, 3, 2), ("1102",)),
        ("心血管内科 周三", date(2027, 3, 3), ("1102",)),
        ("后天上午心血管", date(2027, 3, 3), ("1102",)),
        ("我要挂3月5号的心血管内科", date(2027, 3, 5), ("1102",)),
        ("周三", date(2027, 3, 3), ()),
    ],
)
def test_a_day_beside_a_name(text: str, day: date, named: tuple[str, ...]) -> None:
    assert (found(text).day, found(text).clinics) == (day, named)


def test_doctor_and_weekday() -> None:
    assert (found("陈松年 周三").doctors, found("陈松年 周三").day) == (("D1024",), date(2027, 3, 3))


def test_a_day_that_no_calendar_has() -> None:
    assert found("2月30号心血管").no_day


@pytest.mark.parametrize("text", ["上次的医生", "还挂上次那个", "找老医生"])
def test_the_doctor_of_last_time(text: str) -> None:
    assert found(text).last


@pytest.mark.parametrize(
    "text", ["陈松年", "1024", "心血管内科", "明天心血管内科", "csn", "我想找陈松年医生看看", "还挂上次的医生"]
)
def test_sure_enough_to_begin_with(text: str) -> None:
    assert found(text).sure


@pytest.mark.parametrize(
    "text",
    ["你好", "明天", "谢谢", "12", "孩子发烧三天了在儿科住院能探视吗", "哮喘", "🙂", "", "。。。", "a" * 500, "内" * 31,
     "医保卡丢了怎么办", "儿科在哪里", "上次的检查", "心血管内科电话多少"],
)
def test_not_sure(text: str) -> None:
    assert not found(text).sure
