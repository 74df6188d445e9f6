"""Days as people say them: the table in dates.txt, then what the table cannot say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.talk.understand.dates import Anyday, DateAnswer, Impossible, Reading, read_date

SATURDAY = date(2026, 11, 21)
TABLE = [
    tuple(part.strip("\n") for part in line.rsplit(" | ", 1))
    for line in (Path(__file__).parent / "dates.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
CHARACTERS = (
    "今明后大前昨天日周星期礼拜下上这本个一二三四五六七八九十两廿百零〇"
    "0123456789年月号末底半过以之后到或早晚午点刻:-/. ,不都行最"
)


def written(reading: Reading) -> str:
    """A reading in the table's form."""
    if reading is None:
        return "-"
    if isinstance(reading, Impossible):
        return "impossible"
    if isinstance(reading, Anyday):
        return " ".join(filter(None, ["any", reading.half, "soonest" if reading.soonest else ""]))
    if isinstance(reading, list):
        return "; ".join(written(answer) for answer in reading)
    at = reading.at.isoformat("minutes") if reading.at else None
    return " ".join(filter(None, [reading.date.isoformat(), reading.half, at]))


@pytest.mark.parametrize(("said", "understood"), TABLE)
def test_table(said: str, understood: str) -> None:
    assert written(read_date(said, SATURDAY)) == understood


def test_the_table_is_long() -> None:
    assert len(TABLE) > 120


@pytest.mark.parametrize(("said", "today", "day"), [
    ("周三", date(2026, 11, 25), date(2026, 11, 25)),  # on a Wednesday: today
    ("周二", date(2026, 11, 25), date(2026, 12, 1)),
    ("下周日", date(2026, 11, 22), date(2026, 11, 29)),  # on a Sunday: of the next week
    ("下周一", date(2026, 11, 23), date(2026, 11, 30)),
    ("3号", date(2026, 12, 30), date(2027, 1, 3)),
    ("下个月5号", date(2026, 12, 30), date(2027, 1, 5)),
    ("一个月后", date(2027, 1, 31), date(2027, 2, 28)),
    ("2月29号", date(2028, 1, 3), date(2028, 2, 29)),
    ("12月30号", date(2027, 1, 2), date(2027, 12, 30)),
    ("1月2号", date(2027, 1, 2), date(2027, 1, 2)),
    ("三天后", date(2026, 12, 30), date(2027, 1, 2)),
    ("月底", date(2028, 2, 3), date(2028, 2, 29)),
])
def test_seen_from_other_days(said: str, today: date, day: date) -> None:
    assert read_date(said, today) == DateAnswer(day)


def test_a_day_that_the_next_month_lacks_is_asked_about() -> None:
    assert read_date("30号", date(2027, 1, 31)) == Impossible()


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 200))
def test_full_dates_are_read_back_whatever_today_is(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read_date(f"{day.year}年{day.month}月{day.day}日", today) == DateAnswer(day)
    assert read_date(day.isoformat(), today) == DateAnswer(day)
    if ahead <= 180 and (day.month, day.day) != (2, 29):
        assert read_date(f"{day.month}月{day.day}号", today) == DateAnswer(day)


@given(st.one_of(st.text(max_size=200), st.text(CHARACTERS, max_size=30)), st.dates())
@example("下下周末", date.max)
@example("大前天", date.min)
@example("九百个月后", date.max)
@example("٣号", SATURDAY)
def test_never_raises(text: str, today: date) -> None:
    written(read_date(text, today))
