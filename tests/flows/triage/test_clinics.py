"""Subjects become clinics of the hospital."""

from __future__ import annotations

import pytest

from flows.directory.rules import Catalogue, ClinicRule
from flows.triage.clinics import MOST, suggest
from flows.triage.knowledge import table
from flows.triage.rules import read
from integrations.his.seed import book


@pytest.fixture(scope="module")
def hospital() -> Catalogue:
    return Catalogue(
        1,
        sites=tuple(book.sites()),
        departments=tuple(book.departments()),
        clinics=tuple(plan.clinic for plan in book.clinics()),
    )


def names(text: str, hospital: Catalogue) -> list[str]:
    return [each.name for each in suggest(read(text, table()), hospital).clinics]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("膝盖疼", "关节与运动医学"),
        ("腰椎间盘突出", "脊柱外科"),
        ("我女儿5岁，发烧咳嗽", "儿科"),
        ("睡不着心情不好", "精神心理科"),
        ("16岁女儿情绪低落不想上学", "精神心理科"),
        ("牙疼", "口腔科"),
        ("孕28周胎动少", "产科"),
    ],
)
def test_the_first_clinic_fits_best(text: str, name: str, hospital: Catalogue) -> None:
    assert names(text, hospital)[0] == name


def test_three_at_most_with_reasons_and_sites(hospital: Catalogue) -> None:
    found = suggest(read("头痛头晕，咳嗽，胃痛，膝盖疼，牙疼", table()), hospital)
    assert len(found.clinics) == MOST
    assert all(each.reasons for each in found.clinics)
    both = suggest(read("咳嗽", table()), hospital).clinics
    assert len({each.site for each in both}) == 2 and all(each.site for each in both)


def test_limits_of_age_and_sex_are_kept(hospital: Catalogue) -> None:
    assert not {"儿童青少年心理", "老年精神与记忆"} & set(names("35岁失眠焦虑", hospital))
    assert "儿科" not in names("30岁发烧咳嗽", hospital)
    assert not {"妇科", "产科"} & set(names("我老公小腹痛", hospital))


def test_without_booking_is_told_apart(hospital: Catalogue) -> None:
    found = suggest(read("发烧两天", table()), hospital)
    assert [each.name for each in found.walk_in] == ["发热门诊"]
    assert "发热门诊" not in [each.name for each in found.clinics]
    assert [each.name for each in suggest(read("被狗咬了", table()), hospital).walk_in] == ["急诊科"]


def test_a_clinic_closed_for_booking_is_not_offered(hospital: Catalogue) -> None:
    closed = {each.code: ClinicRule(closed=True) for each in hospital.clinics if "口腔科" in each.subjects}
    shut = Catalogue(1, sites=hospital.sites, clinics=hospital.clinics, rules=closed)
    assert not suggest(read("牙疼", table()), shut).clinics and not suggest(read("牙疼", table()), shut).walk_in


def test_nothing_clear_gives_nothing(hospital: Catalogue) -> None:
    assert suggest(read("不好说", table()), hospital).clinics == ()
