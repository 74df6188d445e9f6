"""Numbers as they are said: counted, or digit by digit. The words are those of [aloud]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST = 8
"""Digits of a number that is counted; beyond it nobody follows."""


def each(digits: str, words: Mapping[str, Any], *, called: bool = True) -> str:
    """Digit by digit; `called`: as in phone numbers, where 1 must not sound like 7. What is no digit stays."""
    said = str.maketrans("0123456789", words["digits"])
    return digits.translate(said | {ord("1"): words["one"]} if called else said)


def counted(digits: str, words: Mapping[str, Any]) -> str:
    """As an amount, behind the point digit by digit; longer ones digit by digit all of it."""
    whole, _, rest = digits.partition(".")
    if len(whole) > MOST:
        return each(digits, words)
    high, low = divmod(int(whole), 10_000)
    said = _below(low, words)
    if high:
        gap = words["digits"][0] if 0 < low < 1000 else ""
        said = _below(high, words) + words["ten_thousand"] + (gap + said if low else "")
    said = said or words["digits"][0]
    return said + (words["point"] + each(rest, words, called=False) if rest else "")


def _below(number: int, words: Mapping[str, Any]) -> str:
    """One to 9999; nothing of 0."""
    names, powers, said, gap = words["digits"], words["powers"], "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if not digit:
            gap = bool(said)
            continue
        said += (names[0] if gap else "") + names[digit] + powers[power]
        gap = False
    ten = names[1] + powers[1]
    return said.removeprefix(names[1]) if said.startswith(ten) else said
