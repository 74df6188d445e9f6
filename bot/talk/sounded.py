"""The marks, numbers and signs of a line, each as it sounds. The words are those of [aloud]."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from bot.talk.numerals import counted, each

Words = Mapping[str, Any]

HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_PAIR, _SHORT, _YEAR = 2, 2, 4
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
TOKEN = re.compile("|".join((
    r"(?P<link>(?:[a-z]+://|www\.)[!-~]+)",
    # The one is for a machine alone; the other is told to somebody, sign by sign.
    r"(?P<digest>(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z]))",
    r"(?P<mark>(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{12,31}(?![0-9A-Za-z]))",
    r"(?P<masked>[0-9]*\*{2,}[0-9]+[0-9Xx]?)",
    r"(?P<date>(?<![0-9])[0-9]{4}(?P<apart>[-/.])[0-9]{1,2}(?P=apart)[0-9]{1,2}(?![0-9]))",
    r"(?P<part>(?<![0-9/])[1-9]/[1-9][0-9]?(?![0-9/]))",
    r"(?P<clock>(?<![0-9:])[0-9]{1,2}:[0-5][0-9](?::[0-5][0-9])?(?![0-9:]))",
    r"(?P<phone>(?<![0-9A-Za-z.])(?=(?:[0-9][- ]?){7})(?:[048]|1[0-9])[0-9]*(?:[- ][0-9]{3,})+(?![0-9])|"
    r"(?<![0-9.])[0-9]{3,}(?: [0-9]{3,})+(?![0-9.:])|[0-9]{9,})",
    r"(?P<sum>(?:(?<![0-9])(?<![0-9] )-)?[¥￥] ?-?[0-9][0-9,]*(?:\.[0-9]{1,2})?(?![0-9]))",
    rf"(?P<percent>{_NUMBER}) ?%",
    rf"(?P<celsius>{_NUMBER}) ?(?:℃|°C)",
    rf"(?P<amount>{_NUMBER}) ?(?P<unit>kg|mg|[\u03bc\u00b5u]g|g|m[lL]|cm|mm|km|min|m|h)(?![A-Za-z])",
    r"(?P<code>(?<![A-Za-z0-9])(?=[0-9]*[A-Z])(?=[A-Z]*[0-9])[0-9A-Z]+(?:-[0-9A-Z]+)*(?![a-z]))",
    rf"(?P<number>{_NUMBER})",
    r"(?P<span>(?<=[0-9]) ?[-–—~～] ?(?=[¥￥0-9])|(?<=\S)[–~～](?=\S)|"
    rf"(?<=[0-9{HAN}])-(?=[0-9{HAN}]))",
    "(?P<than>[<>≥≤](?= ?[0-9]))",
    rf"(?P<stars>(?<=[{HAN}])\*+)",
)))


def sounded(found: re.Match[str], words: Words) -> str:
    """What is heard of one `TOKEN`."""
    return _SAID[str(found.lastgroup)](found, words)


def _clock(found: re.Match[str], words: Words) -> str:
    """H:MM or H:MM:SS."""
    hour, minutes, seconds = (*found[0].split(":"), "00")[:3]
    exact = seconds != "00"
    form = words["clock"][
        4 if exact else 0 if minutes == "00" else 1 if minutes[0] == "0" else 2 if minutes == "30" else 3
    ]
    said = words["two"] if int(hour) == _PAIR else counted(hour, words)
    zero = words["digits"][0] if exact and minutes[0] == "0" and minutes != "00" else ""
    return form.format(hour=said, minutes=zero + counted(minutes, words), seconds=counted(seconds, words))


def _date(found: re.Match[str], words: Words) -> str:
    year, month, day = found[0].split(found["apart"])
    return words["date"].format(
        year=each(year, words, called=False), month=counted(month, words), day=counted(day, words)
    )


def _part(found: re.Match[str], words: Words) -> str:
    """A part of what a medicine comes in; two numbers before anything else."""
    part, whole = found[0].split("/")
    after = found.string[found.end() :].lstrip()
    if not after.startswith(tuple(words["doses"])):
        return f"{counted(part, words)}/{_count(whole, after, words)}"
    return words["part"].format(whole=counted(whole, words), part=counted(part, words))


def _sum(found: re.Match[str], words: Words) -> str:
    """Yuan, and what is left in jiao and fen where there is any."""
    whole, fen = divmod(int(Decimal(re.sub(r"[^0-9.]", "", found[0])) * 100), 100)
    said = _count(str(whole), words["yuan"], words) + words["yuan"] if whole or not fen else ""
    if fen:
        jiao, rest = divmod(fen, 10)
        said += counted(str(jiao), words) + words["jiao"] if jiao else words["digits"][0] if whole else ""
        said += counted(str(rest), words) + words["fen"] if rest else ""
    return (words["minus"] if "-" in found[0] else "") + said


def _measured(found: re.Match[str], words: Words) -> str:
    """A number with its unit."""
    unit = words["units"][found["unit"].lower().translate({0xB5: "u", 0x3BC: "u"})]
    return (words["two"] if found["amount"] == str(_PAIR) else counted(found["amount"], words)) + unit


def _span(found: re.Match[str], words: Words) -> str:
    """From one to another. A bare hyphen beside a word only joins, but where that is the name of a day."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if found[0] == "-" and (
        (before.isalpha() and before not in words["from_last"]) or (after.isalpha() and after not in words["to_first"])
    ):
        return found[0]
    return str(words["to"])


def _masked(found: re.Match[str], words: Words) -> str:
    begins, _, ends = found[0].partition("*")
    said = words["begins"].format(digits=each(begins, words)) if begins else ""
    return said + words["ends"].format(digits=each(ends.strip("*"), words))


def _number(found: re.Match[str], words: Words) -> str:
    """Counted, or digit by digit where it stands for something: a room, a year, a short phone number, a code."""
    digits, before, after = found[0], found.string[: found.start()].rstrip("： "), found.string[found.end() :].lstrip()
    if len(digits) == 1 and not before.endswith(words["first"]):
        return _count(digits, after, words)
    if "." in digits or before.endswith(words["first"]) or (len(digits) <= _SHORT and digits[0] != "0"):
        return counted(digits, words)
    if digits[0] == "0" or before.endswith((*words["called"], *words["found_by"])):
        return each(digits, words)
    if after.startswith(tuple(words["counted"])):
        return counted(digits, words)
    if len(digits) > _YEAR:
        return each(digits, words)
    year = len(digits) == _YEAR and (after.startswith(words["year"]) or not after[:1].isalpha())
    if year or after.startswith(tuple(words["rooms"])):
        return each(digits, words, called=False)
    return counted(digits, words)


def _count(digits: str, after: str, words: Words) -> str:
    if int(digits) == _PAIR and after.startswith(tuple(words["counted"])):
        return words["two"]
    return counted(digits, words)


_SAID: Mapping[str, Callable[[re.Match[str], Words], str]] = {
    "link": lambda found, words: "",
    "digest": lambda found, words: "",
    "mark": lambda found, words: each(found[0], words),
    "masked": _masked,
    "date": _date,
    "part": _part,
    "clock": _clock,
    "phone": lambda found, words: each(re.sub("[- ]", "，", found[0]), words),
    "sum": _sum,
    "percent": lambda found, words: words["percent"] + counted(found["percent"], words),
    "celsius": lambda found, words: counted(found["celsius"], words) + words["celsius"],
    "unit": _measured,
    "code": lambda found, words: each(found[0].replace("-", "，"), words),
    "number": _number,
    "than": lambda found, words: words["than"][found[0]],
    "span": _span,
    "stars": lambda found, words: words["some"],
}
