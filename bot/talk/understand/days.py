"""The ways to name a day, one pattern each, and what each means seen from today."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.talk.understand.numbers import HAN, han_number


@dataclass(frozen=True, slots=True)
class Impossible:
    """A day that no calendar has, as 2月30号."""


Day = date | list[date] | Impossible
Found = tuple[Day, int, int]
"""A day or several with the place in the text, from and to."""

_N = rf"(?:[0-9]{{1,2}}|[{HAN}]{{1,3}})"
_COUNT = rf"(?:[0-9]{{1,3}}|[{HAN}]{{1,4}})"
_YEAR = rf"(?:[0-9]{{4}}|[{HAN}]{{4}})"
_WEEK = r"(?:周|星期|礼拜)"
_FIRST = "(?<![上下个])"  # 下下下周 is no day; its end is none either
# 3号楼, 12号线, 3号诊室 are places; 5日游 and 3日内 are lengths.
_NO_PLACE = r"(?!楼|诊|线|窗|门|院|病|床|房|厅|台|机|桌|柜|内|游|龄|间|文|选|医)"
_RELATIVE = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "今儿": 0, "当天": 0,
    "明天": 1, "明日": 1, "明儿": 1, "次日": 1, "第二天": 1,
    "后天": 2, "后日": 2, "后儿": 2, "大后天": 3, "大后儿": 3,
}
_SHORT = {"今": 0, "明": 1, "后": 2, "昨": -1}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(n): n - 1 for n in range(1, 8)}
_SHIFTS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "五一": (5, 1), "国庆": (10, 1), "圣诞": (12, 25), "平安夜": (12, 24)}
_WORDS = "|".join(sorted(_RELATIVE, key=len, reverse=True))

_PATTERN = re.compile("|".join([
    rf"(?P<word>{_WORDS})",
    r"(?P<pair>今明|明后)(?:这|那)?(?:两|2|二)?[天日]",
    r"(?P<short>[今明后昨])(?=早|晚|上午|下午|中午|傍晚|一早)",
    rf"(?P<later>{_COUNT})(?:个)?(?P<unit>天|日|周|星期|礼拜|月)(?:以后|之后|过后|后)",
    rf"过(?!两)(?P<past>{_COUNT})(?:个)?(?P<past_unit>天|周|星期|礼拜|月)(?!以|之|内)",
    r"(?P<half_month>半个月(?:以后|之后|后))",
    rf"{_FIRST}(?P<weekend>(?P<end_shift>下下|下|这|本|上)?(?:个)?{_WEEK}末)",
    rf"{_FIRST}(?P<shift>上上|下下|上|下|这|本)?(?:一)?(?:个)?{_WEEK}(?P<weekday>[一二三四五六日天1-7])(?![0-9年月个次回])",
    rf"{_FIRST}(?P<all_shift>下下|下|这|本)(?:一)?(?:个)?{_WEEK}(?!后|以后|之后|内)",
    rf"{_FIRST}(?P<month_shift>下下|下|这|本)(?:个)?月(?:(?P<month_day>{_N})[号日]?|(?P<month_end>底|末))",
    r"(?P<this_end>月底|月末)",
    rf"(?P<near_year>今年|明年|后年|去年)?(?:(?P<year>{_YEAR})年)?"
    rf"(?P<month>{_N})月份?的?(?P<day>{_N})[号日]?{_NO_PLACE}",
    r"(?<![0-9.])(?P<iso_year>(?:19|20)[0-9]{2})[-/.](?P<iso_month>[0-9]{1,2})[-/.](?P<iso_day>[0-9]{1,2})(?![0-9])",
    r"(?<![0-9])(?P<run_year>(?:19|20)[0-9]{2})(?P<run_month>[01][0-9])(?P<run_day>[0-3][0-9])(?![0-9])",
    r"(?<![0-9./-])(?P<slash_month>1[0-2]|0?[1-9])[-/.](?P<slash_day>[0-3]?[0-9])(?![0-9./-]|[点时:℃度%岁元米块天个次周年月分])[号日]?",
    rf"(?P<feast>{'|'.join(_FEASTS)})节?",
    rf"(?<![0-9{HAN}第])(?P<alone>{_N})[号日]{_NO_PLACE}",
]))


def found_in(said: str, today: date) -> Iterator[Found]:
    """Every day named in `said` (no spaces), in order. A bare 5号 after a day with its month is in that month."""
    month: tuple[int, int] | None = None
    for match in _PATTERN.finditer(said):
        if match["alone"] and month is not None:
            day: Day | None = _day(*month, _number(match["alone"]))
        else:
            day = _meaning(match, today)
        if day is None:
            continue
        if isinstance(day, date) and (match["month"] or match["month_shift"]):
            month = (day.year, day.month)
        yield day, match.start(), match.end()


def _meaning(match: re.Match[str], today: date) -> Day | None:
    for group, read in _READERS.items():
        if match[group] is not None:
            try:
                return read(match, today)
            except (OverflowError, ValueError):
                return Impossible()
    return None


def _number(text: str) -> int:
    value = int(text) if text.isascii() else han_number(text)
    return -1 if value is None else value


def _day(year: int, month: int, day: int) -> date | Impossible:
    try:
        return date(year, month, day)
    except ValueError:
        return Impossible()


def _months_on(today: date, count: int) -> tuple[int, int]:
    years, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return years, month + 1


def _week(today: date, shift: int) -> date:
    """The Monday of this week, or of a later or earlier one."""
    return today + timedelta(days=-today.weekday(), weeks=shift)


def _pair(match: re.Match[str], today: date) -> Day:
    first = today + timedelta(days=1 if match["pair"] == "明后" else 0)
    return [first, first + timedelta(days=1)]


def _later(match: re.Match[str], today: date) -> Day | None:
    count, unit = _number(match["later"] or match["past"]), match["unit"] or match["past_unit"]
    if count < 0:
        return None
    if unit != "月":
        return today + timedelta(days=count * (1 if unit in "天日" else 7))
    year, month = _months_on(today, count)
    if year > date.max.year:
        return Impossible()
    # A month after 31 January is the last of February: the patient counts months, not days.
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _weekend(match: re.Match[str], today: date) -> Day:
    saturday = _week(today, _SHIFTS[match["end_shift"] or "这"]) + timedelta(days=5)
    weekend = [saturday, saturday + timedelta(days=1)]
    return [day for day in weekend if day >= today] or weekend


def _weekday(match: re.Match[str], today: date) -> Day:
    weekday, shift = _WEEKDAYS[match["weekday"]], match["shift"]
    if shift is None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return _week(today, _SHIFTS[shift]) + timedelta(days=weekday)


def _whole_week(match: re.Match[str], today: date) -> Day:
    monday = _week(today, _SHIFTS[match["all_shift"]])
    return [day for n in range(7) if (day := monday + timedelta(days=n)) >= today]


def _of_month(match: re.Match[str], today: date) -> Day:
    year, month = _months_on(today, _SHIFTS[match["month_shift"] or "这"])
    if match["month_day"] is None:
        return date(year, month, monthrange(year, month)[1])
    return _day(year, month, _number(match["month_day"]))


def _month_day(match: re.Match[str], today: date) -> Day:
    month, day = _number(match["month"]), _number(match["day"])
    if match["year"]:
        return _day(_number(match["year"]), month, day)
    if near := match["near_year"]:
        return _day(today.year + {"去年": -1, "今年": 0, "明年": 1, "后年": 2}[near], month, day)
    return _nearest(today, month, day)


def _nearest(today: date, month: int, day: int) -> Day:
    """The coming one; but one that is less than half a year over is more likely a slip than a wish for next year."""
    this = _day(today.year, month, day)
    if isinstance(this, Impossible) or (today - this).days <= 183:
        return this
    return _day(today.year + 1, month, day)


def _full(group: str) -> Callable[[re.Match[str], date], Day]:
    return lambda match, today: _day(*(int(match[f"{group}_{part}"]) for part in ("year", "month", "day")))


def _alone(match: re.Match[str], today: date) -> Day:
    day = _number(match["alone"])
    return _day(*(_months_on(today, 1) if 0 < day < today.day else (today.year, today.month)), day)


_READERS: dict[str, Callable[[re.Match[str], date], Day | None]] = {
    "word": lambda match, today: today + timedelta(days=_RELATIVE[match["word"]]),
    "pair": _pair,
    "short": lambda match, today: today + timedelta(days=_SHORT[match["short"]]),
    "later": _later,
    "past": _later,
    "half_month": lambda match, today: today + timedelta(days=15),
    "weekend": _weekend,
    "weekday": _weekday,
    "all_shift": _whole_week,
    "month_shift": _of_month,
    "this_end": _of_month,
    "month": _month_day,
    "iso_year": _full("iso"),
    "run_year": _full("run"),
    "slash_month": lambda match, today: _nearest(today, int(match["slash_month"]), int(match["slash_day"])),
    "feast": lambda match, today: _nearest(today, *_FEASTS[match["feast"]]),
    "alone": _alone,
}
