"""Rights, and how far each reaches. Pure.

A right is a slug "area.verb" that an area declares in ``Area.permits``. A role gives it with a reach: ``own`` (what I
made or carry), ``department`` (what belongs to the departments and clinics I work in), ``all``. Rights that are not in
``Area.ranged`` have no reach: they are given whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Reach = Literal["own", "department", "all"]
REACHES: tuple[Reach, ...] = ("own", "department", "all")
"""The narrower first."""
ADMINISTRATOR = "administrator"
"""Code of the role that has every right, also those that a later version brings."""


@dataclass(frozen=True, slots=True)
class Right:
    """``area`` and its ``title`` for the matrix; ``ranged``: whether a reach other than ``all`` means anything."""

    slug: str
    area: str
    title: str
    ranged: bool


class Rights:
    """All rights of this installation, in the areas' order."""

    def __init__(self, rights: Iterable[Right] = ()) -> None:
        self.all = tuple(rights)
        self.by_slug = {right.slug: right for right in self.all}

    @classmethod
    def of(cls, areas: Iterable[Any]) -> Rights:
        """From the areas: objects with name, title, permits, ranged."""
        return cls(
            Right(slug, area.name, area.title, slug in area.ranged) for area in areas for slug in area.permits
        )

    def reaches(self, slug: str) -> tuple[Reach, ...]:
        """Which reaches a role may give this right with."""
        right = self.by_slug.get(slug)
        if right is None:
            return ()
        return REACHES if right.ranged else ("all",)


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody works: codes of whole departments, and of single clinics."""

    departments: frozenset[str] = frozenset()
    clinics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Range:
    """How far one right reaches for one member of staff. Ask it; do not look at ``reach`` and forget a case."""

    reach: Reach
    staff: str
    """Public id of the member."""
    places: Places = field(default_factory=Places)

    @property
    def everything(self) -> bool:
        return self.reach == "all"

    def covers(self, *, owner: str = "", department: str = "", clinic: str = "") -> bool:
        """Whether a thing lies within: ``owner`` is the public id of whom it belongs to, ``department`` and ``clinic``
        are the codes of where it belongs. What is not told does not match anything."""
        if self.reach == "all" or (owner and owner == self.staff):
            return True
        if self.reach == "own":
            return False
        return bool(
            (department and department in self.places.departments) or (clinic and clinic in self.places.clinics)
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as a handler sees them."""

    id: int
    public_id: str
    login: str
    name: str
    places: Places
    reach: Mapping[str, Reach]
    """Right -> the widest reach that one of the roles gives."""
    administrator: bool = False
    """Has the role that may do everything, now and after an update."""

    @property
    def actor(self) -> str:
        """For ``Context.actor`` and the trail."""
        return f"staff:{self.public_id}"

    def may(self, right: str) -> bool:
        return right in self.reach

    def range(self, right: str) -> Range:
        """How far ``right`` reaches; of a right that is not there, nowhere."""
        reach = self.reach.get(right)
        return Range(reach or "own", self.public_id if reach else "", self.places)


def widest(given: Iterable[tuple[str, Reach]]) -> dict[str, Reach]:
    """Of several roles' grants of one right, the widest holds."""
    found: dict[str, Reach] = {}
    for right, reach in given:
        if right not in found or REACHES.index(reach) > REACHES.index(found[right]):
            found[right] = reach
    return found
