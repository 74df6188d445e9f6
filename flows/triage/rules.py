"""What a complaint in free text is a sign of, and which clinics fit. Pure; the words come from data/complaints.toml.

A text is read for the words of the table, the longest first; a denied one ("没有发烧") counts nothing; who it is about
(a child, somebody pregnant, a man, a woman, the old) shifts the subjects. What comes out orders clinics; it is no
diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.talk.understand.text import normalise
from flows.triage.urgent import urgent
from flows.triage.whom import CHILDRENS, Somebody, somebody

LONGEST = 600
"""Characters that are read."""
ENOUGH = 2.0
"""A text whose best subject has less says nothing about the body."""
EARLY = 30
"""Characters of the beginning, where people name what troubles them most."""
INHERITED = 0.5

Weights = dict[str, float]

_SAME = str.maketrans({"疼": "痛"})
_ANY = r"[^,，。;；!！?？、\s]{0,5}?"
_UNWELL = "(?:不适|不舒服|难受|不得劲)"
_DENIED = re.compile(r"没有|没|无|未|否认|不是|并非|排除")
_TAKEN_BACK = re.compile(r"[,，。;；!！?？\s\n]|但|可是|只是|就是|而是|却|不过")
_NOT_DENIED = re.compile(
    r"有没|没.?好|没用|没效|没退|没.{0,2}(?:治|消|停|断|改善|缓解)|无效|无论|无法|无创|有无|未(?:愈|好)"
)
_SERVICE = re.compile(
    r"报销|多少钱|收费|费用|价格|发票|病假|请假|证明|空腹|疫苗|接种|报告|电话|医保|建卡|建册|憋尿|会不会.{0,3}记录|痛吗|几楼"
    r"|住院部|探视|陪护|陪床|几点|上班|下班|预约|病历|复印|停车|排队|叫号|缴费|交费|退费|要带|注意什么|准备什么"
)
_WHICH_CLINIC = re.compile(r"什么科|啥科|哪个?科|哪一科|什么号|哪个门诊|什么门诊|找谁看|看哪")


@dataclass(frozen=True)
class Table:
    """`plain` and `spread` map what is said to the weights of subjects; `asks` are words that are no complaint."""

    plain: Mapping[str, Weights]
    spread: tuple[tuple[re.Pattern[str], Weights], ...]
    asks: frozenset[str]

    @classmethod
    def of(cls, signs: Mapping[str, Weights], asks: Iterable[str]) -> Table:
        """`signs` as they are written; ~ stands for a few other characters."""
        plain: dict[str, Weights] = {}
        read = {_read(word): weights for word, weights in signs.items()}
        spread: list[tuple[re.Pattern[str], Weights]] = []
        for word, weights in signs.items():
            said = _read(word)
            if "~" in said or "不适" in said:
                spread.append((re.compile(said.replace("~", _ANY).replace("不适", _UNWELL)), weights))
            else:
                plain[said] = _inherited(said, weights, read)
        return cls(plain, tuple(spread), frozenset(map(_read, asks)))

    @property
    def subjects(self) -> frozenset[str]:
        every = [*self.plain.values(), *(weights for _, weights in self.spread)]
        return frozenset(subject for weights in every for subject in weights)


@dataclass(frozen=True, slots=True)
class Heard:
    """A sign in the text: from `start` to `end`, in the patient's own words."""

    start: int
    end: int
    words: str
    weights: Weights
    asks: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject that fits, with the words that speak for it. `score` orders and means nothing else."""

    name: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: best subject first, signs in the order they were said."""

    subjects: tuple[Subject, ...]
    signs: tuple[str, ...]
    who: Somebody
    complaint: bool
    """Whether it speaks of the body, and not only of an examination, a price or a paper."""
    service: bool = False
    """Whether it asks about a price, a paper or the house, whatever else it names."""
    urgent: str = ""
    """What may be an emergency although it is not said to be one now: chest, brain, pain; "" for nothing."""

    @property
    def clear(self) -> bool:
        return bool(self.subjects) and self.subjects[0].score >= ENOUGH


def read(text: str, table: Table) -> Reading:
    """Read one text, a few lines at most, in well under a millisecond for what people type into a chat."""
    original = normalise(text, LONGEST)
    said = _read(original)
    heard = [each for each in _outermost(_found(said, original, table)) if not _denied(said, each)]
    heard = [each for each in heard if each.weights]
    who = somebody(said)
    subjects = _ranked(heard, who)
    body = [each for each in heard if not each.asks]
    strong = max((weight for each in body for weight in each.weights.values()), default=0.0)
    about_service = _SERVICE.search(said) is not None and _WHICH_CLINIC.search(said) is None
    signs = tuple(dict.fromkeys(each.words for each in heard))
    complaint = bool(subjects) and strong >= ENOUGH and not about_service
    return Reading(subjects, signs, who, complaint, about_service, urgent(signs, said))


def _inherited(said: str, weights: Weights, signs: Mapping[str, Weights]) -> Weights:
    """腰椎间盘 speaks for orthopaedics as 腰椎 does, though less; a silent word stays silent."""
    heard = dict(weights)
    for inner in (signs[each] for each in signs if weights and each != said and each in said):
        for subject, weight in inner.items():
            heard[subject] = max(heard.get(subject, 0.0), weight * INHERITED)
    return heard


def _read(text: str) -> str:
    """As the table is written; as long as before, so that places in it are places in the original."""
    return text.casefold().translate(_SAME).replace("发热", "发烧") if len(text.casefold()) == len(text) else text


def _found(said: str, original: str, table: Table) -> Iterable[Heard]:
    for word, weights in table.plain.items():
        start = said.find(word)
        while start >= 0:
            end = start + len(word)
            yield Heard(start, end, original[start:end], weights, word in table.asks)
            start = said.find(word, end)
    for pattern, weights in table.spread:
        for match in pattern.finditer(said):
            yield Heard(match.start(), match.end(), original[match.start() : match.end()], weights, False)


def _outermost(found: Iterable[Heard]) -> list[Heard]:
    """Without what lies inside something longer: 癌 in 肝癌. In the order in which it was said."""
    kept: list[Heard] = []
    for each in sorted(found, key=lambda heard: (heard.start, -heard.end)):
        if kept and each.end <= kept[-1].end and (each.start, each.end) != (kept[-1].start, kept[-1].end):
            continue
        kept.append(each)
    return kept


def _denied(said: str, heard: Heard) -> bool:
    """没有发烧咳嗽 denies both; 没有发烧，咳嗽 and 没发烧但咳嗽 only the first; 不发烧 what follows at once."""
    before = said[max(0, heard.start - 14) : heard.start]
    if before.endswith(("不", "不怎么", "不太")) and not before.endswith(("要不", "是不", "会不")):
        return True
    cut = list(_TAKEN_BACK.finditer(before))
    clause = before[cut[-1].end() :] if cut else before
    denial = _DENIED.search(clause)
    return denial is not None and _NOT_DENIED.search(clause) is None


def _ranked(heard: Iterable[Heard], who: Somebody) -> tuple[Subject, ...]:
    scores: dict[str, float] = {}
    reasons: dict[str, dict[str, None]] = {}
    seen: set[str] = set()
    for each in heard:
        if each.words in seen:
            continue
        seen.add(each.words)
        for subject, weight in each.weights.items():
            scores[subject] = scores.get(subject, 0.0) + weight * (1.5 if each.start < EARLY else 1.0)
            reasons.setdefault(subject, {})[each.words] = None
    shifted = who.shift(scores)
    every = tuple(dict.fromkeys(each.words for each in heard))
    ranked = sorted(shifted.items(), key=lambda item: -item[1])
    # What came from another subject with a child speaks as a whole.
    own = {name: tuple(reasons[name]) for name in reasons if not (who.child and name in CHILDRENS)}
    return tuple(Subject(name, round(score, 2), own.get(name, every)) for name, score in ranked if score > 0)
