"""What the pages' search makes of a slip of the pen, a site, a kind of sessions, and of a name that nobody has."""

from __future__ import annotations

from datetime import date

import pytest

from flows.booking.looking import Looked, look
from flows.directory.rules import Catalogue, Clinic, Department, Doctor, Site
from integrations.his.house import Place

TODAY = date(2027, 3, 1)


def clinic(code: str, name: str, site: str) -> Clinic:
    return Clinic(code, f"d{site}", site, name, (), Place("", "", "", ""), "", "", None, None, None, False, True)


def doctor(code: str, name: str, *clinics: str, good_at: str = "高血压") -> Doctor:
    return Doctor(code, code, name, "female", "主任医师", "", (good_at,), "", clinics, None)


CATALOGUE = Catalogue(
    1,
    sites=(Site("1", "市医院 总院", "", ""), Site("5", "市医院 东院区", "", "")),
    departments=(Department("d1", "1", "外科", "", False), Department("d5", "5", "外科", "", False)),
    clinics=(clinic("11", "骨科", "1"), clinic("12", "心血管内科", "1"), clinic("51", "骨科", "5")),
    doctors=(
        doctor("1001", "许蔚", "12", good_at="心力衰竭"), doctor("1002", "胡静", "11"), doctor("1003", "管桐", "51"),
    ),
)


def looked(text: str) -> Looked:
    return look(text, CATALOGUE, TODAY)


@pytest.mark.parametrize(
    ("said", "meant"), [("许尉", "1001"), ("许未医生", "1001"), ("心历衰竭", "1001"), ("湖静", "1002")]
)
def test_another_character_of_the_same_sound_is_found_and_said_to_be_one(said: str, meant: str) -> None:
    found = looked(said)
    assert (found.doctors, found.sounds, found.unknown) == ((meant,), True, "")


def test_who_is_called_so_is_not_said_to_sound_alike() -> None:
    assert looked("许蔚").doctors == ("1001",) and not looked("许蔚").sounds
    assert looked("心血馆内科").clinics == ("12",)


def test_a_clinic_by_its_short_name_and_a_site_by_half_of_its_name() -> None:
    short = looked("心雪科")
    assert (short.clinics, short.sounds) == (("12",), True)
    assert looked("东院 骨科").clinics == looked("东院骨课").clinics == ("51",)
    assert not looked("徐医生").sounds and looked("徐医生").doctors == ()  # 许 is no 徐: a surname alone is no sound


def test_a_site_narrows_to_what_is_there() -> None:
    assert looked("骨科").clinics == ("11", "51")
    assert looked("东院区 骨科").clinics == ("51",) and looked("总院骨科").clinics == ("11",)
    assert looked("东院区").clinics == ("51",)
    elsewhere = looked("总院 管桐")  # better than nobody
    assert (elsewhere.doctors, elsewhere.sounds) == (("1003",), False)


def test_a_kind_of_sessions_is_understood_alone_and_beside_a_clinic() -> None:
    assert (looked("普通号").kind, looked("普通号").unknown) == ("general", "")
    assert looked("专科普通号").kind == "specialist"
    assert (looked("骨科专家号").kind, looked("骨科专家号").clinics) == ("expert", ("11", "51"))


def test_a_surname_beside_a_day_is_looked_for_and_what_nobody_is_called_is_told() -> None:
    assert looked("胡医生明天").doctors == ("1002",)
    nobody = looked("欧阳医生明天")
    assert (nobody.doctors, nobody.day) == ((), date(2027, 3, 2)) and "欧阳" in nobody.unknown
    assert looked("明天").unknown == "" and looked("明天有号吗").unknown == ""
