"""The fields of what a clinic, or a doctor in it, decides for itself: what each may be, read and written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from bot.errors import Refusal


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number between two, both included."""

    name: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Word:
    """One of these."""

    name: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day."""

    name: str


Field = Number | Word | Clock
_WHOM = (Number("min_age", 0, 120), Number("max_age", 0, 120), Word("sex", ("male", "female")))
OF_CLINIC: Mapping[str, tuple[Field, ...]] = {
    "whom": _WHOM,
    "how_many": (Number("max_open", 1, 99), Number("doctors_a_day", 1, 20), Number("same_doctor", 1, 20),
                 Number("hold_minutes", 1, 120)),
    "cancelling": (Clock("cancel_until"), Word("cancel_same_day", ("never", "booked_today", "always")),
                   Number("cancel_before", 0, 720)),
    "missing": (Number("no_show_minutes", 0, 1440), Number("most_no_shows", 1, 99), Number("within_days", 1, 365),
                Number("lock_days", 1, 365)),
    "paying": (Word("paying", ("hospital", "may", "must")),),
}
OF_DOCTOR: Mapping[str, tuple[Field, ...]] = {
    "whom": _WHOM, "how_many": (Number("max_open", 1, 99), Number("same_doctor", 1, 20)),
}
"""By group, in the order of the page."""


class BadRule(Refusal):
    """A field is not what it may be. Facts: field, least, most (of a number)."""


def fields_of(doctor: str) -> Mapping[str, tuple[Field, ...]]:
    return OF_DOCTOR if doctor else OF_CLINIC


def read(field: Field, text: str) -> Any:
    """What was typed; None where nothing was. Raises BadRule."""
    if not text:
        return None
    if isinstance(field, Word):
        if text in field.among:
            return text
        raise BadRule(field=field.name, least=0, most=0)
    if isinstance(field, Clock):
        try:
            return time.fromisoformat(text[:5])
        except ValueError:
            raise BadRule(field=field.name, least=0, most=0) from None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not field.least <= number <= field.most:
        raise BadRule(field=field.name, least=field.least, most=field.most)
    return number


def plain(value: Any) -> str:
    """As a form shows it."""
    if value is None:
        return ""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)
