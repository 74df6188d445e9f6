"""What people call doctors, clinics and days."""

from __future__ import annotations

from datetime import date

import pytest

from flows.booking.finding import Found, find
from flows.directory.rules import Catalogue
from integrations.his.port import Clinic, Department, Doctor, Place, Site

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


SITES = Catalogue(
    version=1,
    sites=(Site("Z", "市医院 总院", "", ""), Site("E", "市医院 东院区", "", "")),
    departments=(*CATALOGUE.departments, Department("21", "E", "内科", "", False)),
    clinics=(*CATALOGUE.clinics, clinic("2102", "神经内科", "21", "E"), clinic("2103", "神经外科", "21", "E")),
    doctors=(*CATALOGUE.doctors, doctor("1050", "谢协", "2101", "1101"), doctor("1051", "李好", "1101")),
)


def at(text: str) -> Found:
    return find(text, SITES, TODAY)


@pytest.mark.parametrize(("text", "clinics"), [
    ("东院 呼吸科", ("2101",)), ("东院区呼吸内科", ("2101",)), ("总院呼吸内科", ("1101",)),
    ("呼吸内科", ("1101", "2101")),
    ("明天东院区 呼吸内科", ("2101",)), ("挂东院的呼吸内科", ("2101",)),
    ("不去东院 呼吸内科", ("1101", "2101")), ("不想去东院区的呼吸内科", ("1101", "2101")),
])
def test_a_site_narrows_to_what_is_there(text: str, clinics: tuple[str, ...]) -> None:
    assert (at(text).clinics, at(text).elsewhere) == (clinics, False)


def test_a_site_alone_means_its_departments_and_a_doctor_is_seen_there() -> None:
    assert (at("东院区").departments, at("东院区").sure) == (("21",), False)
    assert (at("明天 东院").departments, at("明天 东院").day) == (("21",), date(2027, 3, 2))
    assert (at("东院 谢协").doctors, at("东院 谢协").there) == (("D1050",), ("2101",))
    only = at("东院 陈松年")
    assert (only.doctors, only.elsewhere, only.there) == (("D1024",), True, ())
    assert find("东院 呼吸内科", CATALOGUE, TODAY).site == "", "there is but one"


@pytest.mark.parametrize(("text", "doctors", "clinics"), [
    ("王晶", ("D1023", "D1032", "D1040"), ()), ("陈松粘医生", ("D1024",), ()),
    ("明天王晶", ("D1023", "D1032", "D1040"), ()),
    ("呼西科", (), ("1101", "2101")), ("呼西内科", (), ("1101", "2101")), ("我想挂呼西科的号", (), ("1101", "2101")),
    ("东院呼西科", (), ("2101",)), ("神精科", (), ("2102", "2103")), ("心血馆内科", (), ("1102",)),
])
def test_what_sounds_alike_where_nothing_is_called_so(
    text: str, doctors: tuple[str, ...], clinics: tuple[str, ...]
) -> None:
    assert (at(text).doctors, at(text).clinics, at(text).sounds) == (doctors, clinics, True)


@pytest.mark.parametrize("text", ["王", "汪医生", "科", "黄静", "骨折", "王大夫明天", "胡", "陈松", "内"])
def test_a_surname_or_another_name_sounds_like_nobody(text: str) -> None:
    assert not at(text).sounds and len(at(text).doctors) <= 3


@pytest.mark.parametrize(
    ("text", "sure"), [("呼西科", True), ("王晶", False), ("你好", False), ("呼西科在哪里", False)]
)
def test_outside_of_booking_only_a_clinic_is_heard(text: str, sure: bool) -> None:
    assert at(text).sure == sure
