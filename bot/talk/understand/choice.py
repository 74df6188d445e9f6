"""Which of the options that were shown an answer means. The rungs are tried from the surest down; the first on which
anything fits decides, and where two fit equally, both are given back to be asked about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from bot.talk.understand import pinyin
from bot.talk.understand.labels import (
    LONGEST,
    Name,
    core,
    distance,
    folded,
    leaves_out,
    names_of,
    said_around,
    untitled,
    words_of,
)
from bot.talk.understand.numbers import read_number
from bot.talk.understand.text import normalise
from bot.talk.understand.times import first_times, read_times
from bot.talk.understand.words import meanings

How = Literal["number", "out_of_range", "label", "alias", "time", "part", "pinyin", "sound", "typo", ""]

YES, NO = "@yes", "@no"
"""Aliases for an option that 好的 / 不用了, in all their forms, should choose."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One option as the contact saw it."""

    number: int
    value: Any
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What was meant: `one` option; or `many` that may be (a single one where only a doubtful likeness was found: ask);
    or `none`. `how` names the rung; with `none` it is `out_of_range` where a number was said that is not there."""

    kind: Literal["one", "many", "none"]
    options: tuple[Shown, ...] = ()
    how: How = ""

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(option.value for option in self.options)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(option.number for option in self.options)

    @property
    def exact(self) -> bool:
        """Whether it was said as it was shown: its number, its label or another word for it."""
        return self.how in ("number", "label", "alias")


_Names = Sequence[tuple[Shown, tuple[Name, ...]]]
_Fits = Callable[[Name], bool]
_ANSWERS = frozenset({"男", "女", "有", "无", "nan", "nv"})
"""Short words that are all of an answer to other questions: of an option that only begins with one nobody can tell
whether it is meant. Those of one character that steer (是, 否) are so as well."""
_LATIN = re.compile(r"[a-z' ]{2,40}")
_LAST = re.compile(r"(?:选|要|就)?(?:最后|倒数第?一)(?:那)?(?:一)?(?:个|项|位|条)?(?:吧)?")
_EXTENTS: tuple[pinyin.Extent, ...] = ("whole", "start", "inside")


def match(text: str, options: Sequence[Shown]) -> Match:
    """Read `text` against `options`, all that were shown on the page, in their order.

    Understood: the number in any form, the label, an alias, a time for labels that start at one, a part of a name, a
    name with a title (王医生), pinyin in full or by initials, characters of the same sound, a typing error.
    """
    if len(text) <= 3 and text.isascii() and text.isdigit():
        return _numbered(int(text), options)
    said = folded(text)
    if not said or len(said) > LONGEST:
        return Match("none")
    names = [(option, names_of(option.label, option.aliases)) for option in options]
    if found := _fitting(names, lambda name: said == name.whole):
        exact = any(said == name.whole and not name.alias for _, group in names for name in group)
        return _result(found, "label" if exact else "alias")
    meant = meanings(text)
    for mark, meaning in ((YES, "yes"), (NO, "no")):
        if meaning in meant and (found := [option for option in options if mark in option.aliases]):
            return _result(found, "alias")
    if (number := read_number(text)) is not None:
        return _number_or_day(number, said, names, options)
    if _LAST.fullmatch(said) and options:
        return Match("one", (options[-1],), "number")
    if core(said) in _ANSWERS or (meant and len(said) == 1):
        return _by_short(text, said, names, steering=bool(meant))
    return _by_name(text, said, names, steering=bool(meant))


def _by_short(text: str, said: str, names: _Names, *, steering: bool) -> Match:
    """女 is not a piece of 女儿, by which the option 孩子 is found; 男 may be 男科, which is asked about."""
    labels = [(option, tuple(name for name in group if not name.alias)) for option, group in names]
    for fits in (partial(_is, core(said)), partial(_spelt, said, "whole", False)):
        if found := _fitting(labels, fits):
            return _result(found, "part")
    near = _by_name(text, said, labels, steering=steering)
    return Match("many", near.options, near.how) if near.options else near


def _by_name(text: str, said: str, names: _Names, *, steering: bool) -> Match:
    inner = core(said)
    if steering:
        # 取消 alone is the control word unless an option begins with it.
        found = _fitting(names, lambda name: name.whole.startswith(said))
        return _result(found, "part") if found else Match("none")
    for form in dict.fromkeys((said, inner, untitled(inner))):
        if found := _fitting(names, partial(_is, form)) or _fitting(names, partial(_begins, form)):
            return _result(found, "part")
    if times := read_times(inner):
        found = [option for option, _ in names if not set(times).isdisjoint(first_times(normalise(option.label)))]
        if found:
            return _result(found, "time")
    for fits in _looser(text, said, inner):
        if found := _fitting(names, fits):
            return _result(found, "part")
    typed = normalise(text).casefold()
    if _LATIN.fullmatch(typed):
        return _by_pinyin(typed.replace(" ", "").replace("'", ""), names)
    return _by_likeness(untitled(inner) if len(untitled(inner)) > 1 else inner, names)


def _is(form: str, name: Name) -> bool:
    return form == name.whole or form in name.parts


def _begins(form: str, name: Name) -> bool:
    return len(form) > 1 and any(part.startswith(form) for part in name.parts)


def _looser(text: str, said: str, inner: str) -> Iterator[_Fits]:
    """The rungs of partial agreement, in falling order."""
    surname, words = untitled(inner), words_of(text)
    yield lambda name: name.parts[0].startswith(surname)  # 王医生
    if len(words) > 1:
        yield lambda name: all(word in name.whole or _shortens(word, name) for word in words)  # 呼吸科的王静
    yield lambda name: inner in name.whole
    yield lambda name: len(name.parts[0]) > 1 and said_around(name.parts[0], said)  # 帮我约一下呼吸内科的号
    yield lambda name: _shortens(inner, name)  # 呼吸科


def _shortens(short: str, name: Name) -> bool:
    return len(short) > 1 and any(leaves_out(short, part) for part in name.parts)


def _by_pinyin(typed: str, names: _Names) -> Match:
    for rare in (False, True):
        for extent in _EXTENTS:
            if found := _fitting(names, partial(_spelt, typed, extent, rare)):
                return _result(found, "pinyin")
    if len(typed) < 4:
        return Match("none")
    found = _fitting(names, lambda name: any(distance(typed, pinyin.in_full(part)) == 1 for part in name.parts))
    return _result(found, "typo") if found else Match("none")


def _spelt(typed: str, extent: pinyin.Extent, rare: bool, name: Name) -> bool:
    return any(pinyin.spells(typed, part, rare=rare) == extent for part in name.parts)


def _by_likeness(said: str, names: _Names) -> Match:
    """The same sound, then a slip of the finger (two in eight characters and more)."""
    if len(said) < 2:
        return Match("none")
    for loose in (False, True):
        for whole in (True, False):
            if found := _fitting(names, partial(_sounds, said, whole, loose)):
                return _result(found, "sound")
    slips = 2 if len(said) >= 8 else 1
    near = [(option, name.parts[0]) for option, group in names for name in group
            if min(len(said), len(name.parts[0])) >= 3 and distance(said, name.parts[0]) <= slips]
    found = _once(option for option, _ in near)
    if len(found) == 1 and not said.isascii() and all(_replaces(said, part) for _, part in near):
        # Another character in its place may be another thing: 神经外科 is not a slip for 神经内科.
        return Match("many", (found[0],), "typo")
    return _result(found, "typo") if found else Match("none")


def _sounds(said: str, whole: bool, loose: bool, name: Name) -> bool:
    return any(pinyin.alike(said, part if whole else part[: len(said)], loose=loose) for part in name.parts)


def _replaces(said: str, part: str) -> bool:
    return len(part) == len(said) and sorted(part) != sorted(said)


def _numbered(number: int, options: Sequence[Shown]) -> Match:
    for option in options:
        if option.number == number:
            return Match("one", (option,), "number")
    # 0 is the way to a human, not a wrong number.
    return Match("none", (), "out_of_range" if number else "")


def _number_or_day(number: int, said: str, names: _Names, options: Sequence[Shown]) -> Match:
    """3号 is the third option, or the third of the month where labels are days."""
    day = re.compile(rf"(?<!\d){re.escape(said)}")
    days = _fitting(names, lambda name: day.search(name.whole) is not None) if said.endswith("日") else []
    if not days:
        return _numbered(number, options)
    return _result([option for option in options if option in days or option.number == number], "part")


def _result(found: Sequence[Shown], how: How) -> Match:
    return Match("one" if len(found) == 1 else "many", tuple(found), how)


def _once(found: Iterable[Shown]) -> list[Shown]:
    return list({option.number: option for option in found}.values())


def _fitting(names: _Names, fits: _Fits) -> list[Shown]:
    return [option for option, group in names if any(fits(name) for name in group)]
