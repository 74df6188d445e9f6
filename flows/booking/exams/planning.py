"""Several examinations on as few days as possible, so that every rule holds: pure, and the same for the same input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from flows.booking.exams.rules import Book, Item, Visit, fits

TRIES = 4000
"""So many placings are tried for one choice of days; what is not found by then is taken for impossible on them."""
MOST_DAYS = 4


@dataclass(frozen=True, slots=True)
class Time:
    """A segment with a slot, in which an examination could be."""

    segment: int
    start: datetime
    end: datetime


Plan = dict[str, Time]
"""Name of a wish -> its time."""


def plans(
    wishes: Mapping[str, Item], times: Mapping[str, Sequence[Time]], fixed: Sequence[Visit], book: Book, *,
    most: int = 1,
) -> list[Plan]:
    """Up to `most` plans, all on the same number of days, which is the least there is; the earliest days first, and on
    each the earliest times. `times` are those in which a wish may be by itself; `fixed` is what the person has anyway.
    Nothing: it cannot be done on MOST_DAYS days.
    """
    if not wishes or any(not times.get(name) for name in wishes):
        return []
    days = sorted({time.start.date() for name in wishes for time in times[name]})
    for count in range(1, min(len(wishes), MOST_DAYS) + 1):
        found: list[Plan] = []
        for chosen in combinations(days, count):
            plan = _Search(wishes, times, fixed, book, frozenset(chosen)).run()
            if plan is not None and {time.start.date() for time in plan.values()} == set(chosen):
                found.append(plan)
                if len(found) == most:
                    return found
        if found:
            return found
    return []


class _Search:
    """Tries times one wish after the other and goes back where the next does not fit."""

    def __init__(
        self, wishes: Mapping[str, Item], times: Mapping[str, Sequence[Time]], fixed: Sequence[Visit], book: Book,
        days: frozenset[date],
    ) -> None:
        self.wishes, self.book, self.fixed = wishes, book, fixed
        self.times = {
            name: [each for each in times[name] if each.start.date() in days and self._alone(name, each)]
            for name in wishes
        }
        # Who is hungry goes first, then who has the least to choose from.
        self.order = sorted(wishes, key=lambda name: (wishes[name].fasting_hours == 0, len(self.times[name]), name))
        self.left = TRIES

    def run(self) -> Plan | None:
        if any(not self.times[name] for name in self.order):
            return None
        return next(self._place({}, []), None)

    def _alone(self, name: str, time: Time) -> bool:
        return fits(Visit(self.wishes[name], time.start, time.end), self.fixed, self.book)

    def _place(self, plan: Plan, placed: list[Visit]) -> Iterator[Plan]:
        if len(plan) == len(self.order):
            yield plan
            return
        name = self.order[len(plan)]
        for time in self.times[name]:
            if self.left <= 0:
                return
            self.left -= 1
            visit = Visit(self.wishes[name], time.start, time.end)
            if fits(visit, placed, self.book):
                yield from self._place({**plan, name: time}, [*placed, visit])
