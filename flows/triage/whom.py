"""Whom a complaint is about, as far as the words tell, and what that changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.talk.understand.numbers import read_number

Sex = Literal["male", "female"]

CHILD_UNTIL = 14
"""Years; from this birthday on an ordinary clinic sees them."""
OLD_FROM = 65
CHILDRENS = ("儿科", "小儿外科")
"""The subjects that take over from others when it is about a child: those of physicians, and of surgeons."""

_AGE = re.compile(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})(?:周?岁|岁半)")
_MONTHS = re.compile(r"(?:\d{1,2}|[一二两三四五六七八九十]{1,2})个?半?月(?:的?(?:宝|娃|孩|婴|女宝|男宝)|大|龄)")
_CHILD = re.compile(
    r"孩子|小孩|宝宝|宝贝|娃|婴儿|婴幼儿|新生儿|幼儿|儿童|小朋友|儿子|女儿|闺女|孙子|孙女|小儿|女童|男童|小男孩|小女孩|女宝|男宝"
)
_NOT_A_CHILD = re.compile(r"(?:生完?了?|要个?|怀上?了?)(?:孩子|宝宝|小孩|娃)")
_PREGNANT = re.compile(
    r"怀孕|孕妇|孕期|孕早期|孕中期|孕晚期|孕\d+|孕[一二三四五六七八九十]+|产检|胎儿|胎心|早孕|妊娠|\d+周[+加]"
)
_OLD = re.compile(r"老人|爷爷|奶奶|外公|外婆|姥姥|姥爷|老年|高龄")
_MALE = re.compile(r"男(?!朋友)|老公|丈夫|爸|父亲|爷爷|外公|姥爷|儿子|孙子|公公|岳父|前列腺")
_FEMALE = re.compile(r"女(?!朋友)|老婆|妻子|妈|母亲|奶奶|外婆|姥姥|闺女|孙女|婆婆|岳母|月经|例假|孕妇|怀孕|姨妈")

_INTERNAL = frozenset(
    "全科医学科 呼吸内科 心血管内科 消化内科 神经内科 内分泌科 肾内科 血液科 风湿免疫科 感染科 肝病科"
    " 变态反应科 营养科".split()
)
_SURGICAL = frozenset("普外科 肝胆外科 肛肠外科 甲乳外科 骨科 神经外科 胸外科 泌尿外科 男科 血管外科".split())


@dataclass(frozen=True, slots=True)
class Somebody:
    """`age` in whole years where it was said; `sex` where the words agree."""

    child: bool = False
    pregnant: bool = False
    old: bool = False
    age: int | None = None
    sex: Sex | None = None

    def shift(self, scores: Mapping[str, float]) -> dict[str, float]:
        """The scores of subjects as they are for this person."""
        shifted = dict(scores)
        if self.child:
            _as_a_child(shifted)
        else:
            for subject in ("儿科", "儿童保健科", "小儿外科"):
                shifted[subject] = shifted.get(subject, 0.0) * (0.3 if self.age is None else 0.0)
        if self.pregnant and scores:
            shifted["产科"] = shifted.get("产科", 0.0) + 3.0
        if self.old and shifted:
            shifted["老年医学科"] = shifted.get("老年医学科", 0.0) + 0.5
        for subject in {"male": ("妇科", "产科"), "female": ("男科",)}.get(self.sex or "", ()):
            shifted.pop(subject, None)
        return shifted

    def fits(self, min_age: int | None, max_age: int | None, sex: str | None) -> bool:
        """Whether a clinic with these limits takes them; what is not known speaks against none but the narrowest."""
        if sex and self.sex and sex != self.sex:
            return False
        if self.age is not None:
            return (min_age is None or self.age >= min_age) and (max_age is None or self.age <= max_age)
        if self.child:
            return min_age is None or min_age < CHILD_UNTIL
        return max_age is None and (min_age is None or min_age <= 18 or self.old)


def somebody(said: str) -> Somebody:
    """Whom `said` is about: explicit ages before words, a coming child is none yet."""
    age = _age(said)
    pregnant = _PREGNANT.search(said) is not None
    spoken = _CHILD.search(_NOT_A_CHILD.sub("", said)) is not None or _MONTHS.search(said) is not None
    child = age < CHILD_UNTIL if age is not None else spoken and not pregnant
    male, female = _MALE.search(said) is not None, _FEMALE.search(said) is not None
    sex: Sex | None = None
    if male != female:
        sex = "male" if male else "female"
    old = (age is not None and age >= OLD_FROM) or _OLD.search(said) is not None
    return Somebody(child, pregnant and not child, old, age, sex)


def _age(said: str) -> int | None:
    match = _AGE.search(said)
    if match is None:
        return None
    found = read_number(match[1])
    return found if found is not None and 0 <= found <= 120 else None


def _as_a_child(scores: dict[str, float]) -> None:
    """Much of what grown-ups take to a physician or surgeon, children take to their own."""
    for home, subjects in zip(CHILDRENS, (_INTERNAL, _SURGICAL), strict=True):
        parts = sorted((scores[subject] for subject in subjects if subject in scores), reverse=True)
        if parts:
            scores[home] = scores.get(home, 0.0) + parts[0] + 0.2 * sum(parts[1:])
        for subject in subjects & scores.keys():
            scores[subject] *= 0.7
    for subject in ("产科", "男科", "老年医学科", "生殖医学科"):
        if subject in scores:
            scores[subject] *= 0.3
