"""Rules that would hold together and leave nobody who fits: a clinic, the hospital above it, a doctor in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from flows.booking.roster.fields import BadRule
from flows.booking.rules import Takes


class NobodyFits(BadRule):
    """Both rules together take nobody. Facts: field, whose (hospital, clinic, doctor: the other rule's), name (of the
    doctor, else ""), min_age, max_age, sex (the other rule's)."""


@dataclass(frozen=True, slots=True)
class Other:
    """A rule that holds besides the one that is decided on."""

    whose: str
    takes: Takes
    name: str = ""


def check_together(own: Takes, others: Iterable[Other]) -> None:
    """Raises NobodyFits for the first that leaves nobody beside `own`."""
    for other in others:
        if field := _against(own, other.takes):
            raise NobodyFits(field=field, whose=other.whose, name=other.name, **asdict(other.takes))


def _against(own: Takes, other: Takes) -> str:
    """The field in which they exclude each other; "" where somebody fits both."""
    if own.sex and other.sex and own.sex != other.sex:
        return "sex"
    both = own.narrowed(other)
    if both.min_age is not None and both.max_age is not None and both.min_age > both.max_age:
        return "max_age" if own.max_age == both.max_age else "min_age"
    return ""
