"""What somebody means who names a doctor, a clinic or a day in their own words: 明天呼吸内科, 王静 周三, wj, 1023.

The Chinese here is read, never said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bot.talk.understand import days
from bot.talk.understand.dates import Anyday, DateAnswer, Impossible, Reading, read_date
from bot.talk.understand.labels import core, untitled
from bot.talk.understand.text import normalise
from bot.talk.understand.times import HALF, HALVES
from flows.booking.sounding import Heard, heard, site_in, sites_of
from flows.directory.rules import Catalogue, Hit

LONGEST = 30
"""Characters of a text that may still be a search; a longer one is a story."""
_LAST = re.compile(r"上次|上回|以前看过?的|之前看过?的|原来的?(?:医生|大夫)|老(?:医生|大夫)|同一个?(?:医生|大夫)|复诊")
_LAST_DOCTOR = re.compile(r"(?:上次|上回|以前|之前|原来|老).{0,4}(?:医生|大夫)")
_ASKS = re.compile(r"哪里|哪儿|在哪|几楼|怎么|电话|地址|多少|什么|为什么|探视|住院|报告|结果|投诉|吗$")
_HALF = re.compile(HALF)
_HALF_BESIDE = re.compile(r"上午|早上|下午|午后|傍晚|晚上")
_NOT = re.compile(r"不|没|别")
_FILLING = re.compile(
    r"(?:有号吗|有没有号|还有号吗?|有吗|挂个?号|预约|的号|号源|可以吗|行吗|坐诊|出诊|门诊的?(?=有|的|$))"
)
KINDS = {"专科普通号": "specialist", "专科号": "specialist", "专家号": "expert", "普通号": "general"}
"""What people call the kinds of sessions."""
KIND = re.compile(f"(?:[挂约]一?个?)?({'|'.join(KINDS)})")


@dataclass(frozen=True, slots=True)
class Found:
    """Codes of what the words may mean; several of a kind leave the choice to whoever asked. `day` is None where none
    was named; `no_day`: a day was named that no calendar has. `last`: the doctor of last time is meant. `sure`: named
    so exactly that nothing else can be meant, even where nobody asked. `half` is the half of a day that was said, ""
    where none was; `there`: clinics that were named beside the doctors, who sit in them; `kind`: of sessions that was
    said beside these, or alone; `site`: that was named, and all of these are there, or with `elsewhere` none of them;
    `sounds`: nothing is called so, these only sound alike; `words`: what was said, without days, site and what
    surrounds a name."""

    doctors: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    day: date | None = None
    half: str = ""
    kind: str = ""
    no_day: bool = False
    last: bool = False
    sure: bool = False
    site: str = ""
    elsewhere: bool = False
    sounds: bool = False
    words: str = field(default="", compare=False)

    @property
    def anything(self) -> bool:
        named = self.doctors or self.clinics or self.departments
        return bool(named or self.day or self.half or self.kind or self.no_day or self.last)


def find(text: str, catalogue: Catalogue, today: date) -> Found:
    """Read one text. `today` is the hospital's date."""
    text, site = site_in(normalise(text), catalogue)
    said = "".join(text.split())
    if not (said or site) or len(said) > LONGEST:
        return Found()
    kinds = {KINDS[each] for each in KIND.findall(said)}
    said, text = KIND.sub("", said), KIND.sub("", text)
    reading = read_date(text, today)
    if isinstance(reading, list):
        reading = reading[0]
    day = reading.date if isinstance(reading, DateAnswer) else None
    rest = core(_FILLING.sub("", _without_days(said, today))) if isinstance(reading, DateAnswer | Anyday) else (
        core(_FILLING.sub("", said))
    )
    if reading is None and _half(said, None):
        rest = core(_FILLING.sub("", _HALF_BESIDE.sub("", said)))
    last = _LAST.search(said) is not None
    hits = [] if last else catalogue.search(rest)
    sounds = Heard() if last else _heard(hits, rest, catalogue)
    hits = [] if sounds.anything else hits
    doctors, clinics, departments = _sorted_out(hits, rest, catalogue) if hits else (
        sounds.doctors, sounds.clinics, sounds.departments
    )
    there, elsewhere = clinics if doctors else (), False
    clinics = () if doctors else clinics
    if site:
        doctors, clinics, departments, elsewhere = _at(site, doctors, clinics, departments, rest, catalogue)
        there = () if elsewhere else _there(site, doctors, catalogue)
    named = doctors or clinics or departments
    kind = kinds.pop() if len(kinds) == 1 and (named or not rest) else ""
    return Found(
        doctors=doctors,
        clinics=clinics,
        departments=departments,
        there=there,
        day=day,
        half=_half(said, reading) if named or reading else "",
        kind=kind,
        no_day=isinstance(reading, Impossible),
        last=last,
        words=rest,
        site=site,
        elsewhere=elsewhere,
        sounds=sounds.anything,
        sure=_LAST_DOCTOR.search(said) is not None if last else
        _sure(hits, rest) if hits else bool(kind and reading) or bool(sounds.clinics and rest.endswith("科")),
    )


def _heard(hits: list[Hit], rest: str, catalogue: Catalogue) -> Heard:
    """Where nothing is called so, or only a piece of it (内科 of 呼西内科)."""
    word = untitled(rest)
    pieces = all(hit.label in word and hit.label != word for hit in hits)
    return heard(word, catalogue) if pieces and not _ASKS.search(rest) else Heard()


def _at(
    site: str, doctors: tuple[str, ...], clinics: tuple[str, ...], departments: tuple[str, ...], rest: str,
    catalogue: Catalogue,
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool]:
    """What of these is at a site; all of them where none is (True): who is only elsewhere is better than nobody. The
    site's own departments where nothing else was said."""
    if not rest:
        open_there = {
            each.department for each in catalogue.clinics if each.site == site and catalogue.bookable(each.code)
        }
        return (), (), tuple(each.code for each in catalogue.departments if each.code in open_there), False
    doctors_there = tuple(code for code in doctors if site in sites_of(code, catalogue))
    named_there = tuple(code for code in clinics if catalogue.clinic[code].site == site)
    departments_there = tuple(code for code in departments if catalogue.department[code].site == site)
    if doctors_there or named_there or departments_there:
        return doctors_there, named_there, departments_there, False
    return doctors, clinics, departments, bool(doctors or clinics or departments)


def _there(site: str, doctors: tuple[str, ...], catalogue: Catalogue) -> tuple[str, ...]:
    """The clinics at a site in which these doctors sit."""
    own = dict.fromkeys(clinic for code in doctors for clinic in catalogue.doctor[code].clinics)
    return tuple(code for code in own if code in catalogue.clinic and catalogue.clinic[code].site == site)


def _half(said: str, reading: Reading) -> str:
    """The half day that was said with a day, alone, or beside a name (王静 下午)."""
    if isinstance(reading, DateAnswer | Anyday):
        return reading.half or ""
    beside = _HALF_BESIDE.findall(said) if reading is None and not _NOT.search(said) else []
    return HALVES[beside[0]] if len(beside) == 1 else ""


def _without_days(said: str, today: date) -> str:
    for _, start, end in reversed(list(days.found_in(said, today))):
        said = said[:start] + said[end:]
    return _HALF.sub("", said)


def _sorted_out(
    hits: list[Hit], rest: str, catalogue: Catalogue
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Doctors before clinics before departments; 呼吸内科 does not mean 内科 as well; 呼吸内科王静 is the one there,
    and comes with the clinic that was named."""
    hits = [hit for hit in hits if not any(_swallowed(hit, other, rest) for other in hits)]
    doctors = [hit.code for hit in hits if hit.kind == "doctor"]
    clinics = [hit.code for hit in hits if hit.kind == "clinic"]
    departments = [hit.code for hit in hits if hit.kind == "department"]
    if doctors and clinics:
        there = [code for code in doctors if set(catalogue.doctor[code].clinics) & set(clinics)]
        doctors = there or doctors
        sits = {clinic for code in there for clinic in catalogue.doctor[code].clinics}
        return tuple(doctors), tuple(code for code in clinics if code in sits), ()
    if doctors:
        return tuple(doctors), (), ()
    if clinics:
        return (), tuple(clinics), ()
    return (), (), tuple(departments)


def _swallowed(hit: Hit, other: Hit, rest: str) -> bool:
    """Its name was only said as part of a longer one."""
    longer = hit.label != other.label and hit.label in other.label and other.label in rest
    return longer and rest.count(hit.label) <= rest.count(other.label)


def _sure(hits: list[Hit], rest: str) -> bool:
    if _ASKS.search(rest):
        return False
    if hits[0].rank == 0 and rest.isdigit():
        return len(rest) >= 3  # a bare 12 is an answer to something else
    if hits[0].rank <= 1:
        # Nearly all of what was said has to be the name, or it is a story in which the name occurs.
        return max(len(hit.label) for hit in hits) + 5 >= len(rest)
    return hits[0].rank == 2 and len(rest) >= 3
