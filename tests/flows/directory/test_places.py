"""How places are said: with their site only where a name alone would mean two."""

from __future__ import annotations

from flows.directory.rules import Catalogue
from integrations.his.port import Clinic, Department, Place, Site

PLACE = Place("门诊楼", "2", "B", "")


def clinic(code: str, site: str, name: str) -> Clinic:
    return Clinic(code, "11", site, name, (name,), PLACE, "", "", None, None, None, False, True)


CLINICS = (clinic("1101", "Z", "呼吸内科"), clinic("5101", "E", "呼吸内科"), clinic("1106", "Z", "肾内科"))
DEPARTMENTS = (
    Department("11", "Z", "内科", "", False), Department("51", "E", "内科", "", False),
    Department("15", "Z", "妇产科", "", False),
)


def catalogue(*sites: str) -> Catalogue:
    return Catalogue(1, tuple(Site(code, name, "", "") for code, name in zip("ZE", sites, strict=False)),
                     DEPARTMENTS, CLINICS)


def test_a_name_that_two_sites_have_is_said_with_its_site() -> None:
    two = catalogue("清梧市人民医院 总院", "清梧市人民医院 东院区")
    assert [two.site_name(code) for code in "ZE?"] == ["总院", "东院区", ""]
    assert [two.clinic_name(each.code) for each in CLINICS] == ["呼吸内科 · 总院", "呼吸内科 · 东院区", "肾内科"]
    assert [two.department_name(each.code) for each in DEPARTMENTS] == ["内科 · 总院", "内科 · 东院区", "妇产科"]
    assert two.clinic_name("9") == two.department_name("9") == ""


def test_sites_without_words_in_common_and_one_alone() -> None:
    assert catalogue("清梧医院", "河口医院").site_name("E") == "河口医院"
    assert catalogue("清梧医院", "清梧医院东院区").site_name("E") == "清梧医院东院区"
    assert catalogue("清梧医院").site_name("Z") == "" and catalogue("清梧医院").clinic_name("5101") == "呼吸内科"
