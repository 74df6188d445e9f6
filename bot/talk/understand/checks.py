"""The named checks of a free answer: what may be saved, or the slug of what is wrong.

A slug names its wording, `templates/common/chat/problem_<slug>.j2`; `facts` feed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot import documents
from bot.talk.understand.dates import Anyday, DateAnswer, Impossible, read_date
from bot.talk.understand.numbers import read_number
from bot.talk.understand.text import normalise

LONGEST_TEXT = 500
LONGEST_NAME = 20
LONGEST_LATIN = 50

_HAN = r"〇\u3400-\u9fff\U00020000-\U0003ffff"
_HAN_NAME = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
_LATIN_NAME = re.compile(r"[^\W\d_]+(?:[ '’.\-]+[^\W\d_]+)*\.?")
_DOTS = re.compile(r"\s*[·•‧∙⋅・･．.]\s*(?=[〇\u3400-\u9fff])")
_NAMED = re.compile(r"^(?:我的?名字(?:叫|是)|我的?姓名(?:叫|是)|姓名|名字(?:叫|是)?|我叫|我是|他叫|她叫|叫)[是:]?\s*")
_TITLED = re.compile(r"(?:先生|女士|小姐|太太|阿姨|叔叔|大爷|大妈|奶奶|爷爷|医生|大夫|同志|师傅)$")
# What people answer instead of a name; nobody is called so.
_NO_NAME = re.compile(
    r"挂号|预约|建档|绑定|退号|就诊|验证码|证件|身份证|护照|户口|病历|报告|人工|医院|门诊|不知道|不清楚|没有|怎么|什么|[你您]好"
    r"|好的|在吗|不是|自己|本人|^.{0,4}(?:[内外儿妇产眼骨牙喉]|皮肤|口腔|急诊|中医|肿瘤|泌尿|神经|呼吸|消化|康复)科$"
)
_MOBILE = re.compile(r"(?:\+?0{0,2}86)?(1[3-9][0-9]{9})")
_SEPARATORS = re.compile(r"[\s\-‐-―()._]+")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}|[一二][零〇九][零〇一二三四五六七八九]{2}年")
_CODE = re.compile(r"(?<![0-9])[0-9]{4,6}(?![0-9])")


@dataclass(frozen=True, slots=True)
class Checked:
    """`value` (JSON) when `problem` is empty; else `problem` is its slug."""

    value: Any = None
    problem: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def check(name: str, text: str, today: date) -> Checked:
    """Apply check `name` to an answer. ValueError: there is no such check (`known` tells beforehand).

    ``any`` text; ``name`` as on a document; ``mobile`` 11 digits; ``code`` 4 to 6 digits; ``number`` an int, in
    bounds as ``number:1-120``; ``document:<kind>`` the number as it is stored (``document`` alone: the resident
    number); ``date`` {"date", "half", "at"} of one day from today on; ``birth_date`` ISO text; ``picture`` (or
    ``image``) refuses every text.
    """
    base, _, argument = name.partition(":")
    if base not in _CHECKS:
        raise ValueError(f"no such check: {name}")
    return _CHECKS[base](text, argument, today)


def known(name: str) -> bool:
    """Whether there is such a check, its argument included."""
    base, _, argument = name.partition(":")
    if base == "document":
        return argument in ("", *documents.KINDS)
    if base == "number":
        return not argument or _bounds(argument) is not None
    return base in _CHECKS and not argument


def _any(text: str, argument: str, today: date) -> Checked:
    said = normalise(text, LONGEST_TEXT + 1)
    if not said:
        return Checked(problem="empty")
    if len(said) > LONGEST_TEXT:
        return Checked(problem="too_much", facts={"most": LONGEST_TEXT})
    return Checked(said)


def _name(text: str, argument: str, today: date) -> Checked:
    said = normalise(text, 200).strip("。,;!?\"“” ")
    if "\n" in said:
        return Checked(problem="name_characters")
    said = _DOTS.sub("·", said)
    bare = _NAMED.sub("", said)
    # 叫 and the like are taken off only where a name is left.
    said = bare if len(bare) >= 2 else said
    if _HAN_NAME.fullmatch(together := said.replace(" ", "")):
        if _NO_NAME.search(together):
            return Checked(problem="name_other")
        if _TITLED.search(together) and len(together) > 2:
            return Checked(problem="name_title")
        if len(together) < 2:
            return Checked(problem="name_short")
        if len(together) > LONGEST_NAME:
            return Checked(problem="name_long", facts={"most": LONGEST_NAME})
        return Checked(together)
    if _LATIN_NAME.fullmatch(said) and not re.search(rf"[{_HAN}]", said):
        if sum(c.isalpha() for c in said) < 2:
            return Checked(problem="name_short")
        if len(said) > LONGEST_LATIN:
            return Checked(problem="name_long", facts={"most": LONGEST_LATIN})
        return Checked(said)
    return Checked(problem="name_characters" if said else "empty")


def _mobile(text: str, argument: str, today: date) -> Checked:
    digits = _SEPARATORS.sub("", normalise(text, 60))
    found = _MOBILE.fullmatch(digits) or re.fullmatch(rf"\D{{0,10}}?{_MOBILE.pattern}\D{{0,6}}", digits)
    return Checked(found[1]) if found else Checked(problem="mobile")


def _code(text: str, argument: str, today: date) -> Checked:
    found = _CODE.findall("".join(normalise(text, 60).split()))
    return Checked(found[0]) if len(found) == 1 else Checked(problem="code", facts={"least": 4, "most": 6})


def _bounds(argument: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", argument)
    return (int(match[1]), int(match[2])) if match else None


def _number(text: str, argument: str, today: date) -> Checked:
    plain = normalise(text, 40).replace(",", "")
    value = int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else read_number(text)
    least, most = _bounds(argument) or (0, 10**9)
    if value is None:
        return Checked(problem="number", facts={"least": least, "most": most})
    if not least <= value <= most:
        return Checked(problem="number_range", facts={"least": least, "most": most})
    return Checked(value)


def _document(text: str, argument: str, today: date) -> Checked:
    kind = next((kind for kind in documents.KINDS if kind == (argument or "resident")), None)
    if kind is None:
        raise ValueError(f"no such kind of document: {argument}")
    read = documents.read_document(kind, text, today)
    if isinstance(read, documents.Problem):
        return Checked(problem=read.slug, facts=read.facts)
    return Checked(read.number)


def _date(text: str, argument: str, today: date) -> Checked:
    answer = read_date(text, today)
    if isinstance(answer, Impossible):
        return Checked(problem="no_such_day")
    if isinstance(answer, list):
        return Checked(problem="date_which")
    if answer is None or isinstance(answer, Anyday):
        return Checked(problem="date")
    if answer.date < today:
        return Checked(problem="past_day", facts={"day": answer.date.isoformat()})
    at = answer.at.isoformat("minutes") if answer.at else None
    return Checked({"date": answer.date.isoformat(), "half": answer.half, "at": at})


def _birth_date(text: str, argument: str, today: date) -> Checked:
    # The year must be said: read_date would give a month and day the nearest one.
    answer = read_date(text, today) if _YEAR.search(normalise(text, 60)) else None
    if isinstance(answer, Impossible):
        return Checked(problem="no_such_day")
    if not isinstance(answer, DateAnswer):
        return Checked(problem="birth_date")
    if answer.date > today:
        return Checked(problem="future_birth")
    return Checked(answer.date.isoformat())


def _picture(text: str, argument: str, today: date) -> Checked:
    return Checked(problem="picture")


_CHECKS: dict[str, Callable[[str, str, date], Checked]] = {
    "any": _any, "name": _name, "mobile": _mobile, "code": _code, "number": _number, "document": _document,
    "date": _date, "birth_date": _birth_date, "picture": _picture, "image": _picture,
}
