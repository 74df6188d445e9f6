"""The search of the pages: what a text names, while it is still being typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from bot.talk.understand import pinyin
from bot.talk.understand.labels import leaves_out, untitled
from bot.talk.understand.text import normalise
from bot.talk.understand.times import CLOCK, HALF, HALVES, half_of, times_of
from flows.booking.finding import KIND, KINDS, Found, find
from flows.booking.sounding import heard, site_in, sites_of
from flows.directory.rules import Catalogue

MOST = 30
"""Results that are listed of a kind."""
_EARLY = time(7)
"""Nobody means an hour before it, who does not say which half of the day."""
_AT = re.compile(rf"(?P<half>{HALF})?的?(?:{CLOCK})(?:左右|整|以后|之后|后)?")
_PLACE = ("科", "门诊")
_EXTENTS = ("whole", "start", "inside")


@dataclass(frozen=True, slots=True)
class Looked:
    """As `finding.Found`, with doctors and clinics beside each other, the closest first. `since`: from that time of the
    day on; `close`: how close each doctor is, 0 the closest; `kind`: of sessions that was said; `sounds`: nothing is
    called so, these only sound alike; `unknown`: what was said beside a day or a time, and names nothing."""

    doctors: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    day: date | None = None
    half: str = ""
    since: time | None = None
    no_day: bool = False
    last: bool = False
    close: Mapping[str, int] = field(default_factory=dict)
    kind: str = ""
    sounds: bool = False
    unknown: str = ""


def look(text: str, catalogue: Catalogue, today: date) -> Looked:
    """As `find`, and looser: initials and the beginning of a spelling, the first character of a name, the first digits
    of a number, one of several words, what a doctor is good at, what a clinic is for, a time of the day, a site, a kind
    of sessions; and where nothing is called so, what sounds alike."""
    rest, since = _time_in(normalise(text))
    kind = next((KINDS[match[1]] for match in KIND.finditer(rest)), "")
    rest, site = site_in(KIND.sub("", rest), catalogue)
    said = "".join(rest.split()).lower()
    found = find(rest, catalogue, today) if said else Found()
    if found.sounds:  # what is called so, or good at it, is looked for first
        found = replace(found, doctors=(), clinics=(), departments=())
    half = half_of(since) if since else found.half
    if said.isascii() and said.isalpha():
        doctors, clinics = _spelled(said, catalogue)
    else:
        doctors, clinics = _meant(found, said, catalogue)
    word = "" if found.last or found.no_day or doctors or clinics else found.words
    sounding = _sounding(untitled(word), catalogue) if word else Found()
    doctors, clinics = doctors or dict.fromkeys(sounding.doctors, 0), clinics or list(sounding.clinics)
    if site:
        clinics = clinics if said else [each.code for each in catalogue.clinics]
        # Who is only elsewhere is better than nobody.
        clinics = [code for code in clinics if catalogue.clinic[code].site == site] or clinics
        doctors = {code: close for code, close in doctors.items() if site in sites_of(code, catalogue)} or doctors
    bookable = tuple(code for code in dict.fromkeys(clinics) if catalogue.bookable(code))
    return Looked(
        tuple(doctors)[:MOST], bookable[:MOST], found.day, half, since, found.no_day, found.last, doctors, kind,
        sounds=bool(word and (doctors or bookable)), unknown="" if doctors or bookable else word,
    )


def _sounding(word: str, catalogue: Catalogue) -> Found:
    """Names, and what doctors are good at, written with other characters of the same sound: 许尉 for 许蔚."""
    if len(word) < 2 or word.isascii():
        return Found()
    near = heard(word, catalogue)
    named, places = near.doctors, near.clinics
    places += tuple(each.code for code in near.departments for each in catalogue.clinics_of(code))
    if not (named or places):
        named = tuple(
            each.code for each in catalogue.doctors
            if any(pinyin.alike(word, part) for one in each.specialties for part in _parts(one, len(word)))
        )
    return Found(doctors=named, clinics=places)


def _parts(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))


def _time_in(said: str) -> tuple[str, time | None]:
    """What is left of the text without its time of the day, and that time."""
    match = _AT.search(said)
    times = times_of(match, HALVES.get(match["half"] or "")) if match else ()
    if match is None or not times:
        return said, None
    return said[: match.start()] + said[match.end() :], next((each for each in times if each >= _EARLY), times[0])


def _spelled(said: str, catalogue: Catalogue) -> tuple[dict[str, int], list[str]]:
    """By pinyin or initials: whole names, then beginnings; what lies inside a name only where there is nothing else."""
    close: dict[tuple[str, str], int] = {}
    named = [("doctor", each.code, each.name) for each in catalogue.doctors]
    named += [("clinic", each.code, each.name) for each in catalogue.clinics]
    for kind, code, name in named:
        if extent := pinyin.spells(said, name):
            close[kind, code] = _EXTENTS.index(extent)
    for department in catalogue.departments:
        if pinyin.spells(said, department.name) == "whole":
            close |= {("clinic", each.code): 0 for each in catalogue.clinics_of(department.code)}
    if min(close.values(), default=0) < _EXTENTS.index("inside"):
        close = {which: extent for which, extent in close.items() if extent < _EXTENTS.index("inside")}
    ordered = sorted(close, key=lambda which: close[which])
    return (
        {code: close[kind, code] for kind, code in ordered if kind == "doctor"},
        [code for kind, code in ordered if kind == "clinic"],
    )


def _meant(found: Found, said: str, catalogue: Catalogue) -> tuple[dict[str, int], list[str]]:
    """By name, and by what they do. Whoever names a department is shown what can be booked in it."""
    clinics = [*found.clinics, *(each.code for code in found.departments for each in catalogue.clinics_of(code))]
    doctors = dict.fromkeys(found.doctors, 0)
    word = found.words
    if found.last or found.no_day or (found.day and not word):
        return doctors, clinics
    if not (doctors or clinics):
        loose = _begins(said if not found.day else untitled(word), catalogue)
        doctors, clinics = dict.fromkeys(loose.doctors, 0), list(loose.clinics)
    named = any(word in catalogue.doctor[code].name for code in doctors)
    if len(word) > 1 and not (word.isascii() or word.endswith(_PLACE) or named):
        for each in catalogue.doctors:
            good = 1 if any(word in one for one in each.specialties) else 2
            if good == 1 or any(leaves_out(word, one) for one in each.specialties):
                doctors.setdefault(each.code, good)
        clinics += [each.code for each in catalogue.clinics if word in each.intro]
    return dict(sorted(doctors.items(), key=lambda item: item[1])), clinics


def _begins(said: str, catalogue: Catalogue) -> Found:
    if not said:
        return Found()
    if said.isdigit():
        return Found(doctors=tuple(each.code for each in catalogue.doctors if each.number.startswith(said)))
    if len(said) == 1 and not said.isascii():
        return Found(
            doctors=tuple(each.code for each in catalogue.doctors if each.name.startswith(said)),
            clinics=tuple(each.code for each in catalogue.clinics if said in each.name),
        )
    return Found()
