"""How days, times, money and ages are said. The words come from templates/common/words.toml, the rules stand here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot import money
from bot.clock import HospitalClock
from bot.documents import age

_MONTHS_UNTIL = 3  # years; so long a child's age is told in months as well
_DAYS_UNTIL = 28
_LONG_NUMBER = re.compile(r"\d(?:[ \-]?\d){5,}[Xx]?")


class Spoken:
    """The template filters that speak. Everywhere a day or time is taken, its ISO text is taken as well, because what a
    conversation remembers has been through JSON. Aware datetimes are turned into the hospital's wall clock."""

    def __init__(self, words: Mapping[str, Any], clock: HospitalClock) -> None:
        self.words = words
        self.clock = clock

    def filters(self) -> dict[str, Any]:
        """Name in templates -> function."""
        return {
            "money": self.amount, "yuan": money.yuan, "day": self.day, "date": self.calendar, "hm": self.hm,
            "clocktime": self.clocktime, "time": self.clocktime, "span": self.span, "age": self.age,
            "quoted": self.quoted, "wall": self.wall,
        }

    def wall(self, moment: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
        """2027-03-01 08:30 by the hospital's clock: for tables, where dates stand one below the other."""
        return self.clock.local(moment).strftime(form)

    def amount(self, amount: int) -> str:
        """2500 -> 25.00 元"""
        return self.words["money"]["amount"].format(yuan=money.yuan(amount))

    def day(self, value: date | datetime | str) -> str:
        """明天(11月22日 周日); 12月3日 周四 further off. Only for what is read at once: tomorrow it is wrong."""
        day, words = self._day(value), self.words["day"]
        near = {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "after_tomorrow"}.get((day - self.clock.today()).days)
        return words["beside"].format(word=words[near], date=self.calendar(day)) if near else self.calendar(day)

    def calendar(self, value: date | datetime | str, year: bool = False) -> str:
        """12月3日 周四; 2027年1月3日 周日 in another year, or when `year` is asked for. For prints and pushes."""
        day, words = self._day(value), self.words["day"]
        form = "date_with_year" if year or day.year != self.clock.today().year else "date"
        return words[form].format(year=day.year, month=day.month, day=day.day, weekday=words["weekdays"][day.weekday()])

    def clocktime(self, value: time | datetime | str) -> str:
        """下午 2:30"""
        at = self._time(value)
        return self.words["time"]["time"].format(part=self._part(at.hour), clock=_clock12(at))

    def hm(self, value: time | datetime | str) -> str:
        """14:30, bare, for lists where the part of the day stands above."""
        at = self._time(value)
        return f"{at.hour}:{at.minute:02d}"

    def span(self, start: time | datetime | str, end: time | datetime | str) -> str:
        """上午 9:30–10:00; the part of the day is said again only where the end lies in another one."""
        first, last = self._time(start), self._time(end)
        # An end on the boundary belongs to the part that ends there: 上午 11:30–12:00.
        within = (datetime.combine(date.min, last) + timedelta(days=1, minutes=-1)).hour
        same = self._part(first.hour) == self._part(within) and first <= last
        return self.words["time"]["span"].format(
            start=self.clocktime(first), end=_clock12(last) if same else self.clocktime(last))

    def age(self, birth: date | str, at: date | datetime | str | None = None) -> str:
        """In days, in months, in years and months, or in years, as people say it; at a day or today."""
        born, day = self._day(birth), self.clock.today() if at is None else self._day(at)
        words, years = self.words["age"], age(born, day)
        months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
        if years >= _MONTHS_UNTIL:
            return words["years"].format(years=years)
        if (day - born).days < _DAYS_UNTIL:
            return words["days"].format(days=(day - born).days)
        if years < 1:
            return words["months"].format(months=max(months, 1))
        rest = months - years * 12
        return words["years_months" if rest > 0 else "years"].format(years=years, months=rest)

    def quoted(self, text: str, most: int = 16) -> str:
        """Somebody's own words in quotation marks, on one line, shortened, unable to become a link (`<a href=…>` in a
        WeChat text is one). Of an identity or phone number nothing is said back."""
        plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        plain = plain.replace("<", "＜").replace(">", "＞")
        plain = _LONG_NUMBER.sub("****", plain)
        words = self.words["text"]
        if len(plain) > most:
            plain = words["shortened"].format(text=plain[: most - 1].rstrip())
        return words["quoted"].format(text=plain)

    def _part(self, hour: int) -> str:
        return next(name for first, name in reversed(self.words["time"]["parts"]) if hour >= first)

    def _day(self, value: date | datetime | str) -> date:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        if isinstance(value, datetime):
            return (self.clock.local(value) if value.tzinfo else value).date()
        return value

    def _time(self, value: time | datetime | str) -> time:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if len(value) > 10 else time.fromisoformat(value)
        if isinstance(value, datetime):
            value = (self.clock.local(value) if value.tzinfo else value).time()
        return value.replace(tzinfo=None)


def _clock12(at: time) -> str:
    return f"{at.hour - 12 if at.hour > 12 else at.hour}:{at.minute:02d}"
