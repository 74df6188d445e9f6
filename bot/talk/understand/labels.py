"""Labels and answers made ready for comparing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.talk.understand.text import bare, normalise

LONGEST = 60
"""Characters of an answer that may still be a choice; a longer text is a story."""

_SPLIT = re.compile(r"[\s•|/,、()<>\[\]:;。—]+")
_WORDS = re.compile(r"[\s的,、/·]+")
_WEEK, _DATE, _DASH = re.compile("星期|礼拜"), re.compile(r"(?<=\d)号"), re.compile("[‐-―~]")
_BEFORE = re.compile(
    r"^(?:我|那|就|还是|请|麻烦|帮忙|帮我|给我|直接|想要|想|要|选择|选|挂号|挂|看一下|看看|看|找|约|预约|去|换|是|个"
    r"|一下|一个|医生|大夫)+"
)
_AFTER = re.compile(
    r"(?:吧|啊|呀|哦|呢|的号|的|了|谢谢|哈|就行|就好|可以吗|可以|行吗|好吗|那个|这个|一个|挂号|门诊)+$"
)
_TITLE = re.compile(r"(?:医生|大夫|主任|教授|专家|医师|老师|院长)$")
_FILLING = frozenset("我要想挂看找选的号吧请帮给约预个那就这先下吗了呢啊谢麻烦去门诊一可以医生大夫主任您好")


@dataclass(frozen=True, slots=True)
class Name:
    """A label or alias: `whole` without spaces; `parts` between spaces and dots, the first being the name proper."""

    whole: str
    parts: tuple[str, ...]
    alias: bool


@lru_cache(maxsize=4096)
def names_of(label: str, aliases: tuple[str, ...]) -> tuple[Name, ...]:
    """The label first, then its aliases (marks such as @yes left out)."""
    return tuple(_read(label, aliases))


def _read(label: str, aliases: tuple[str, ...]) -> Iterator[Name]:
    for text in (label, *aliases):
        if not text.startswith("@") and (whole := folded(text)):
            parts = tuple(part for piece in _SPLIT.split(plain(text)) for part in _dotted(bare(piece)))
            yield Name(whole, parts or (whole,), text is not label)


def _dotted(piece: str) -> Iterator[str]:
    """阿依古丽·买买提 is written with its dot, without it, and by either half."""
    halves = piece.split("·")
    if len(halves) > 1:
        yield "".join(halves)
    yield from filter(None, halves)


def plain(text: str) -> str:
    """Small letters and one way to write days: 星期三, 礼拜三 and 周三 agree, and so do 3号 and 3日."""
    said = normalise(text, LONGEST * 4).casefold()
    said = _WEEK.sub("周", said).replace("周天", "周日")
    return _DATE.sub("日", _DASH.sub("-", said))


def folded(text: str) -> str:
    """Plain, with no spaces and no marks at the ends."""
    return bare(plain(text), LONGEST * 4)


def words_of(text: str) -> list[str]:
    """The pieces of an answer that names several things: 呼吸科的王静 -> 呼吸科, 王静."""
    return [untitled(core(word)) for word in _WORDS.split(plain(text)) if word]


def core(said: str) -> str:
    """Without what surrounds a choice: 我想挂呼吸内科的号吧 -> 呼吸内科."""
    return _AFTER.sub("", _BEFORE.sub("", said)) or said


def untitled(name: str) -> str:
    """王医生 -> 王; a title alone stays."""
    return _TITLE.sub("", name) or name


def said_around(name: str, said: str) -> bool:
    """Whether `said` is `name` and nothing else that means anything: 帮我约一下呼吸内科的号."""
    before, found, after = said.partition(name)
    return bool(found) and _FILLING.issuperset(before + after)


def leaves_out(short: str, name: str) -> bool:
    """Whether `short` is `name` with some characters left out, but not its first: 呼吸科 of 呼吸内科."""
    if not name.startswith(short[:1]) or len(short) >= len(name):
        return False
    rest = iter(name)
    return all(character in rest for character in short)


def distance(one: str, other: str) -> int:
    """Edits between two short strings, a swap of neighbours counting one; anything beyond 2 is given as 3."""
    if abs(len(one) - len(other)) > 2:
        return 3
    older: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        line = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, line[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            line.append(best)
        older, last = last, line
    return min(last[-1], 3)
