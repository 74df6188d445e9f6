"""Times of day as people say them: 10点半, 下午三点一刻, 14:30."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from bot.talk.understand.numbers import HAN, han_number
from bot.talk.understand.text import bare

Half = Literal["am", "pm", "evening"]

_SAYINGS: dict[Half, str] = {
    "am": "上午 早上 早晨 清晨 清早 一早 大早 凌晨 早",
    "pm": "中午 正午 午后 下午 晌午 午间",
    "evening": "傍晚 晚上 夜里 夜间 晚间 夜晚 晚",
}
HALVES: dict[str, Half] = {saying: half for half, sayings in _SAYINGS.items() for saying in sayings.split()}
# 最早 and 早点 say how soon, not which half.
_LONGER = "|".join(sorted((saying for saying in HALVES if len(saying) > 1), key=len, reverse=True))
HALF = rf"(?:{_LONGER}|(?<!最)[早晚](?!点|些|一点))"
CLOCK = (
    rf"(?P<hour>[0-9]{{1,2}}|[{HAN}]{{1,3}})"
    rf"(?:(?:点钟?|时)(?:(?P<half_past>半)|(?P<quarters>[一三1-3两])刻|(?P<minute>[0-9]{{1,2}}|[{HAN}]{{1,4}})分?)?"
    r"|:(?P<minutes>[0-9]{2}))"
)
_SAID = re.compile(rf"(?P<half>{HALF})?的?(?:{CLOCK})(?:左右|整)?(?:的号|的|吧|那个|开始)*")
_LABEL = re.compile(rf"(?P<half>{HALF})?\s*(?P<hour>[0-9]{{1,2}}):(?P<minutes>[0-9]{{2}})")


def read_times(text: str) -> tuple[time, ...]:
    """The times that a whole message may mean: () for none, two for 三点, one for 下午三点."""
    match = _SAID.fullmatch(bare(text, 40))
    return times_of(match, HALVES.get(match["half"] or "")) if match else ()


def first_times(label: str) -> tuple[time, ...]:
    """What the first time in an option's label may mean: 下午 2:30–3:00 -> 14:30."""
    match = _LABEL.search(label)
    return times_of(match, HALVES.get(match["half"] or "")) if match else ()


def times_of(match: re.Match[str], half: Half | None) -> tuple[time, ...]:
    """The times of a match of CLOCK: () where there is no such time, both where the half day is open."""
    found = match.groupdict()
    hour, minute = _number(found["hour"]), 0
    if found.get("half_past"):
        minute = 30
    elif found.get("quarters"):
        minute = 15 * (_number(found["quarters"]) or 0)
    elif said := found.get("minute") or found.get("minutes"):
        minute = -1 if (read := _number(said)) is None else read
    if hour is None or not (0 <= hour <= 23 and 0 <= minute <= 59):
        return ()
    if hour > 12 or hour == 0 or half == "am":
        return (time(hour, minute),)
    if half is not None:
        # 中午 11 点 stays in the morning, 晚上 12 点 is midnight and no hour of a clinic.
        late = hour + 12 if hour < 11 else hour
        return (time(late, minute),)
    return (time(hour, minute), time(hour + 12, minute)) if hour < 12 else (time(hour, minute),)


def half_of(at: time) -> Half:
    """The half day that a time of day lies in, noon counting to the afternoon."""
    return "am" if at.hour < 12 else "pm" if at.hour < 18 else "evening"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() else han_number(text)
