"""Which examination may be when, beside which others: pure functions of dataclasses. Times are the hospital's wall
clock (aware)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flows.booking.exams.refusals import (
    ContrastTooNear,
    ExamAge,
    ExamRefusal,
    ExamSex,
    FastingFirst,
    FastingTooLate,
    NoTimeToPrepare,
    Overlaps,
    SpoilsLater,
    TooNear,
    WrongOrder,
)
from flows.booking.fitting.rules import Visitor, years

WALK = timedelta(minutes=10)
"""From one room to the next: so much lies between two examinations of one person."""


@dataclass(frozen=True, slots=True)
class Item:
    """An examination, as integrations/his/examinations.py tells it."""

    code: str
    name: str
    modality: str = ""
    clinic: str = ""
    rooms: tuple[str, ...] = ()
    minutes: int = 30
    preparation: tuple[str, ...] = ()
    fasting_hours: int = 0
    latest: time | None = None
    notice_hours: int = 0
    contrast: bool = False
    min_age: int | None = None
    max_age: int | None = None
    sex: str | None = None
    fee: int = 0

    def done_in(self, clinic: str, room: str) -> bool:
        return clinic == self.clinic and (not self.rooms or room in self.rooms)


@dataclass(frozen=True, slots=True)
class Conflict:
    """`apart`: `second` not after `first` on its day, nor in the `days` days that follow; `before`: on one day `first`
    is over when `second` begins."""

    kind: str
    first: str
    second: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    code: str
    name: str
    items: tuple[str, ...]
    fee: int


@dataclass(frozen=True, slots=True)
class Book:
    """All that can be examined, and what does not go together."""

    items: Mapping[str, Item] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    packages: tuple[Package, ...] = ()
    contrast_days: int = 0

    def package(self, code: str) -> Package | None:
        return next((each for each in self.packages if each.code == code), None)


@dataclass(frozen=True, slots=True)
class Visit:
    """An examination at a time. `item` None: the person is with a doctor then, `name` says with whom."""

    item: Item | None
    start: datetime
    end: datetime
    name: str = ""

    @property
    def day(self) -> date:
        return self.start.date()

    @property
    def said(self) -> str:
        return self.item.name if self.item else self.name


def check_visitor(item: Item, visitor: Visitor, day: date) -> None:
    """Raise the reason why this examination is not for this person on that day."""
    age = years(visitor.birth_date, day)
    if (item.min_age is not None and age < item.min_age) or (item.max_age is not None and age > item.max_age):
        raise ExamAge(exam=item.name, person=visitor.name, min_age=item.min_age, max_age=item.max_age, age=age)
    if item.sex is not None and visitor.sex != item.sex:
        raise ExamSex(exam=item.name, person=visitor.name, sex=item.sex)


def check_alone(item: Item, start: datetime, now: datetime) -> None:
    """Raise the reason why it cannot begin then, whatever else the person has."""
    if item.latest is not None and start.time() > item.latest:
        raise FastingTooLate(exam=item.name, latest=item.latest)
    if start - now < timedelta(hours=item.notice_hours):
        raise NoTimeToPrepare(exam=item.name, hours=item.notice_hours)


def check_beside(new: Visit, others: Iterable[Visit], book: Book) -> None:
    """Raise the reason why `new` cannot be, given what the person has (also what is over: barium stays for days)."""
    for other in others:
        if new.start < other.end + WALK and other.start < new.end + WALK:
            raise Overlaps(exam=new.said, other=other.said, day=other.day, start=other.start, end=other.end)
        if new.item is None or other.item is None:
            continue
        no = _apart(new, other, book) or _contrast(new, other, book)
        no = no or _order(new, other, book) or _fasting(new, other)
        if no is not None:
            raise no


def fits(new: Visit, others: Iterable[Visit], book: Book) -> bool:
    """Whether `check_beside` raises nothing."""
    try:
        check_beside(new, others, book)
    except ExamRefusal:
        return False
    return True


def _apart(new: Visit, other: Visit, book: Book) -> ExamRefusal | None:
    first, second = _in_time(new, other)
    for rule in _between(first, second, book, "apart"):
        if (second.day - first.day).days <= rule.days:
            facts: dict[str, Any] = {"exam": new.said, "other": other.said, "day": other.day, "days": rule.days}
            if second is new:
                return TooNear(first_day=first.day + timedelta(days=rule.days + 1), **facts)
            return SpoilsLater(**facts)
    return None


def _contrast(new: Visit, other: Visit, book: Book) -> ExamRefusal | None:
    both = new.item is not None and other.item is not None and new.item.contrast and other.item.contrast
    if not both or abs((new.day - other.day).days) >= book.contrast_days:
        return None
    first_day = other.day + timedelta(days=book.contrast_days)
    return ContrastTooNear(exam=new.said, other=other.said, day=other.day, days=book.contrast_days, first_day=first_day)


def _order(new: Visit, other: Visit, book: Book) -> ExamRefusal | None:
    first, second = _in_time(new, other)
    if first.day != second.day or not _between(second, first, book, "before"):
        return None
    return WrongOrder(exam=new.said, first=second.said, second=first.said, day=new.day)


def _fasting(new: Visit, other: Visit) -> ExamRefusal | None:
    """What needs an empty stomach is not kept waiting by what does not."""
    first, second = _in_time(new, other)
    hungry = second.item is not None and second.item.fasting_hours > 0
    if first.day != second.day or not hungry or (first.item is not None and first.item.fasting_hours > 0):
        return None
    return FastingFirst(exam=new.said, first=second.said, second=first.said, day=new.day)


def _in_time(one: Visit, another: Visit) -> tuple[Visit, Visit]:
    return (one, another) if one.start <= another.start else (another, one)


def _between(first: Visit, second: Visit, book: Book, kind: str) -> list[Conflict]:
    """Conflicts of a kind that name these two in this order."""
    assert first.item is not None and second.item is not None
    names = (first.item.code, second.item.code)
    return [rule for rule in book.conflicts if rule.kind == kind and (rule.first, rule.second) == names]
