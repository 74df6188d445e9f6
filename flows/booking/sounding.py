"""Names as they are heard: the site that is said beside them, and other characters of the same sound. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.talk.understand import pinyin
from flows.directory.rules import Catalogue

_HAN = re.compile(r"[一-鿿]{2,}")
_SHORTENED = "科"
_NOT = re.compile("(?:不|别|除)[去要在是想约挂了]{0,2}$")


@dataclass(frozen=True, slots=True)
class Heard:
    """Codes of what is called nearly so."""

    doctors: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return bool(self.doctors or self.clinics or self.departments)


def site_in(said: str, catalogue: Catalogue) -> tuple[str, str]:
    """What is left of the text without the name of a site (东院区, 东院), and that site's code; "" where it is said
    that it is not this one."""
    for site in catalogue.sites:
        name = catalogue.site_name(site.code)
        for form in (name, name.removesuffix("区") if name.endswith("院区") else ""):
            before, named, behind = said.partition(form) if len(form) > 1 else (said, "", "")
            if named:
                wanted = not _NOT.search(before)
                return f"{_NOT.sub('', before)} {behind}".strip(), site.code if wanted else ""
    return said, ""


def sites_of(doctor: str, catalogue: Catalogue) -> set[str]:
    """Where a doctor sits."""
    own = catalogue.doctor[doctor].clinics
    return {catalogue.clinic[code].site for code in own if code in catalogue.clinic}


def heard(word: str, catalogue: Catalogue) -> Heard:
    """What sounds like `word`, all of it: 王静 for 王晶; a clinic by its short name as well, 呼吸内科 for 呼西科. One
    character is a sound that too many names have."""
    if not _HAN.fullmatch(word):
        return Heard()
    doctors = tuple(each.code for each in catalogue.doctors if pinyin.alike(word, each.name))
    if doctors:
        return Heard(doctors)
    for like in (pinyin.alike, _shortens):
        clinics = tuple(each.code for each in catalogue.clinics if like(word, each.name))
        if clinics:
            return Heard(clinics=tuple(code for code in clinics if catalogue.bookable(code)))
    departments = [each for each in catalogue.departments if pinyin.alike(word, each.name)]
    return Heard(departments=tuple(each.code for each in departments))


def _shortens(word: str, name: str) -> bool:
    """Whether `word` sounds like `name` with some characters left out, but neither its first nor the 科 at its end."""
    if len(word) < 3 or word[-1] != _SHORTENED or name[-1:] != _SHORTENED or len(word) >= len(name):
        return False
    rest = iter(name)
    return pinyin.alike(word[0], name[0]) and all(
        any(pinyin.alike(character, each) for each in rest) for character in word
    )
