"""Subjects become clinics of the hospital."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from bot.wording import Wording
from flows.directory.rules import Catalogue, ClinicRule
from flows.triage.clinics import MOST, suggest
from flows.triage.knowledge import table
from flows.triage.rules import read
from flows.triage.urgent import adds
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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("胸口疼", "chest"), ("胸痛", "chest"), ("胸闷", "chest"), ("脑梗复查", "brain"), ("肚子疼得厉害", "pain"),
        ("头突然很痛", "pain"),
    ],
)
def test_what_may_be_urgent_names_the_emergency_department_first(text: str, kind: str, hospital: Catalogue) -> None:
    found = suggest(read(text, table()), hospital)
    assert found.urgent == kind and found.walk_in[0].name == "急诊科" and found.clinics


@pytest.mark.parametrize("text", ["牙疼", "没有胸痛，就是咳嗽", "中风后遗症偏瘫锻炼", "腰疼", "头痛三天了"])
def test_the_ordinary_is_not_urgent(text: str, hospital: Catalogue) -> None:
    found = suggest(read(text, table()), hospital)
    assert not found.urgent and not found.walk_in


def test_much_else_that_is_said_does_not_hide_the_emergency_department(hospital: Catalogue) -> None:
    found = suggest(read("拉肚子肚子疼，高血压心慌，牙疼智齿，咳嗽咳痰，腰疼，被狗咬了", table()), hospital)
    assert found.walk_in[0].name == "急诊科"


def test_a_hospital_without_emergency_department_sends_to_the_nearest(hospital: Catalogue) -> None:
    without = tuple(each for each in hospital.clinics if "急诊科" not in each.subjects)
    bitten = suggest(read("被狗咬了", table()), Catalogue(1, sites=hospital.sites, clinics=without))
    assert bitten.urgent == "injury" and not bitten.walk_in


@pytest.mark.parametrize(
    ("text", "joins"), [("还有点咳嗽", True), ("也发烧", True), ("拉肚子", False), ("腰疼", False)]
)
def test_only_what_says_so_goes_on_with_what_was_said(text: str, joins: bool) -> None:
    assert adds(text) is joins


@pytest.mark.parametrize("text", ["胸口疼", "被狗咬了", "发烧两天", "肚子疼得厉害，被狗咬了", "孩子发烧咳嗽"])
def test_the_emergency_department_is_told_first_in_six_lines_with_help(text: str, hospital: Catalogue) -> None:
    found = suggest(read(text, table()), hospital)
    facts = {"urgent": found.urgent, "walk_in": [asdict(each) for each in found.walk_in], "count": len(found.clinics)}
    wording = Wording(always={"emergency_phone": "120"})
    said = wording.render("triage/chat/suggested", **facts)
    help_lines = wording.render("common/chat/help_inside").splitlines()
    assert len(said.splitlines()) + len(help_lines) <= 6 + (len(found.walk_in) > 1)
    if found.urgent or found.walk_in[0].name == "急诊科":
        assert "急诊" in said.splitlines()[0]
