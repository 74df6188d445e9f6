"""Which fee holds on a day. Pure; fees are whole fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Fee:
    """What a kind of session costs in a clinic from the day `first` on, until the next one begins."""

    clinic: str
    kind: str
    first: date
    fee: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Fees:
    """All of them, and what a session without a fee of its own costs by them."""

    rows: tuple[Fee, ...] = ()

    def on(self, clinic: str, kind: str, day: date) -> int | None:
        """The fee in force on a day; None where the clinic had none by then."""
        found = self._held(clinic, kind, day)
        return found.fee if found else None

    def now(self, clinic: str, day: date) -> Mapping[str, int]:
        """By kind, what is in force on a day."""
        return {each.kind: each.fee for each in sorted(self._of(clinic), key=_first) if each.first <= day}

    def coming(self, clinic: str, day: date) -> list[Fee]:
        """What begins after a day."""
        return sorted((each for each in self._of(clinic) if each.first > day), key=_first)

    def shown(self, clinic: str, day: date) -> list[Fee]:
        """What is in force on a day, and what comes after it; by kind."""
        held = [self._held(clinic, kind, day) for kind in dict.fromkeys(each.kind for each in self._of(clinic))]
        found = [each for each in held if each] + self.coming(clinic, day)
        return sorted(found, key=lambda each: (each.kind, each.first))

    def covers(self, clinic: str, kind: str, day: date, without: str = "") -> bool:
        """Whether every day from `day` on has a fee, also without one of them (its key)."""
        return Fees(tuple(each for each in self.rows if each.key != without)).on(clinic, kind, day) is not None

    def _held(self, clinic: str, kind: str, day: date) -> Fee | None:
        held = (each for each in self._of(clinic) if each.kind == kind and each.first <= day)
        return max(held, key=_first, default=None)

    def _of(self, clinic: str) -> Iterable[Fee]:
        return (each for each in self.rows if each.clinic == clinic)


def _first(fee: Fee) -> date:
    return fee.first
