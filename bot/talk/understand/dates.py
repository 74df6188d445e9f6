"""Days as people say them: 明天上午, 下周三, 12月3号, 三天后, 周末."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from bot.talk.understand import days
from bot.talk.understand.days import Impossible
from bot.talk.understand.text import normalise
from bot.talk.understand.times import CLOCK, HALF, HALVES, Half, half_of, times_of

__all__ = ["Anyday", "DateAnswer", "Impossible", "Reading", "read_date"]

_LONGEST = 60
_RANGE_DAYS = 31


@dataclass(frozen=True, slots=True)
class DateAnswer:
    """A day, with the half of it and the time where they were said. A day that is over is given as it is: whoever asks
    says that it is over."""

    date: date
    half: Half | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True)
class Anyday:
    """Any day will do; `soonest`: the first there is. `half` where only that was said: 上午都行, 下午."""

    half: Half | None = None
    soonest: bool = False


Reading = DateAnswer | list[DateAnswer] | Impossible | Anyday | None

_HALF = re.compile(HALF)
_CLOCK = re.compile(CLOCK)
_THROUGH = re.compile(r"[到至~-]|直到")
# 周三以后, 3号之前: some days, but which is not said.
_OPEN_END = re.compile(r"(?:以后|之后|以前|之前|过后|开外)")
_NOT = re.compile(r"不|没|别的?(?=今|明|后|大|周|星|礼|下|这|\d)|除")
_NOT_A_NO = re.compile(
    r"要不|不如|不然|不好意思|不要紧|不急|没问题|没关系|没事|差不多|能不能|行不行|可不可以|好不好|有没有|是不是"
)
_SOONEST = re.compile(r"最早|最近|最快|越快越好|越早越好|尽快|尽早|马上|立刻|赶紧|早点|快点|第一个")
_ANY = re.compile(
    r"都行|都可以|都好|都成|随便|随意|无所谓|任意|不限|看着办|[你您]定|[你您]安排|哪天都|什么时候都"
    r"|任何|不挑|听[你您]的|均可"
)
_HALF_ALONE = re.compile(
    rf"(?:我|要|想|挂|就|选)*(?P<half>{HALF})(?<!^早)(?<!^晚)(?:的号|的|吧|去|来|看|就行|可以)*"
)
_SOME = re.compile(r"[早晚快有]一?点|[早晚]些")  # 早一点 is no one o'clock


def read_date(text: str, today: date) -> Reading:
    """The day that `text` names, seen from `today` (the hospital's date).

    One day: DateAnswer. Several (周三或周四, 周末, 下周, 3号到5号): a list, in their order. 2月30号: Impossible.
    都行 or only a half of a day: Anyday. Nothing, a refusal (明天不行) or no definite day (周三以后): None.

    A weekday is the next one to come, today included; 3号 is in this month or, when past, the next; 1月5号 is the
    nearest sensible one, so in November it is next year's. What was said in full is taken as said.
    """
    if len(text) > _LONGEST * 2:
        return None
    said = re.sub(r"(?<=\d)\s+(?=\d)", ",", normalise(text).casefold())  # 3 5 is not thirty-five
    said = _NOT_A_NO.sub("", "".join(said.split()))
    said = re.sub(r"[,。;!?、]+", ",", said).strip(",")
    if not said or len(said) > _LONGEST:
        return None
    found = list(days.found_in(said, today))
    if not found:
        return _any_day(said)
    if _NOT.search(said) or any(_OPEN_END.match(said, end) for _, _, end in found):
        return None
    wrong = next((day for day, _, _ in found if isinstance(day, Impossible)), None)
    if wrong is not None:
        return wrong
    answers = _with_halves(said, found)
    return answers[0] if len(answers) == 1 else answers


def _any_day(said: str) -> Anyday | None:
    half = _half_in(said)
    if _SOONEST.search(said):
        return Anyday(half, soonest=True)
    return Anyday(half) if _ANY.search(said) or _HALF_ALONE.fullmatch(said) else None


def _with_halves(said: str, found: list[days.Found]) -> list[DateAnswer]:
    """The days in their order, once each, each with the half day and time said after it; one that is said once for all,
    before or behind them, goes to all."""
    answers: list[DateAnswer] = []
    pieces = [said[: found[0][1]]] + [
        said[end : found[index + 1][1] if index + 1 < len(found) else len(said)]
        for index, (_, _, end) in enumerate(found)
    ]
    details = [_detail(piece) for piece in pieces]
    told = [detail for detail in details if detail != (None, None)]
    common = told[0] if len(told) == 1 and (details[0] in told or details[-1] in told) else None
    through = False
    for (day, _, _), piece, detail in zip(found, pieces[1:], details[1:], strict=True):
        half, at = common or detail
        group = day if isinstance(day, list) else [day]
        for each in group:
            assert isinstance(each, date)
            if through and answers:
                answers += [replace(answers[-1], date=between) for between in _between(answers[-1].date, each)]
                through = False
            answers.append(DateAnswer(each, half, at))
        through = _THROUGH.fullmatch(piece) is not None
    return list({(a.date, a.half, a.at): a for a in answers}.values())


def _between(first: date, last: date) -> list[date]:
    count = (last - first).days
    return [first + timedelta(days=n) for n in range(1, count)] if 0 < count <= _RANGE_DAYS else []


def _detail(piece: str) -> tuple[Half | None, time | None]:
    piece = _SOME.sub("", piece)
    half = _half_in(piece)
    if clock := _CLOCK.search(piece):
        times = times_of(clock, half)
        if len(times) == 2:
            # Nobody sees a doctor at three in the night: before seven o'clock, the afternoon is meant.
            times = times[1:] if times[0].hour < 7 else times[:1]
        if times:
            return half or half_of(times[0]), times[0]
    return half, None


def _half_in(piece: str) -> Half | None:
    """The half day that is said; None where none or several are."""
    said = {HALVES[match.group()] for match in _HALF.finditer(piece)}
    return said.pop() if len(said) == 1 else None
