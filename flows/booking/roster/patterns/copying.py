"""This week, or this month, once more: the sessions of some days as single days of the next. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows.booking.roster.patterns.rules import Terms

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Copied:
    """``made`` are single days to add; ``there`` counts sessions for which somebody sits there already."""

    made: list[Terms]
    there: int


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last of the month."""
    first = day.replace(day=1)
    return first, after_month(first) - timedelta(days=1)


def after_month(first: date) -> date:
    """The first of the next month."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def next_week(day: date) -> date:
    return day + WEEK


def next_month(day: date) -> date | None:
    """The same weekday of the next month, counted from its beginning (the second Tuesday stays the second Tuesday);
    None where that month has no fifth one."""
    nth = (day.day - 1) // 7
    first = after_month(day)
    at = first + timedelta(days=(day.weekday() - first.weekday()) % 7) + nth * WEEK
    return at if at.month == first.month else None


def copied(
    sessions: Iterable[Terms], unit: str, taken: Collection[tuple[str, date, str]], today: date
) -> Copied:
    """Single days (`first` is the day) to the next week or month.

    :param unit: "week" or "month"
    :param taken: (whom, day, half) where somebody sits already, by whatever roster: nothing is put over it
    """
    made: list[Terms] = []
    there = 0
    seen = set(taken)
    for each in sessions:
        day = next_week(each.first) if unit == "week" else next_month(each.first)
        if day is None or day < today:
            continue
        place = (each.whom, day, each.half)
        if place in seen:
            there += 1
            continue
        seen.add(place)
        made.append(replace(each.on(day), total=each.total, ahead=each.ahead))
    return Copied(made, there)
