"""The kinds of push of this installation, gathered from the areas.

`Kinds` is put into the ports by whoever knows the list of areas (bot.house), because no area may import that list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.talk.area import Area
from bot.talk.pushes import PushKind

__all__ = ["SAID", "Group", "Kinds", "PushKind", "kinds_of"]

SAID = PushKind("notices.said", priority=4, quiet="always", useless_minutes=2880, obligatory=True)
"""Words of a conversation that its channel did not take any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that a contact turns on and off together; `title` is the area's."""

    name: str
    title: str
    on: bool = True


def kinds_of(areas: Iterable[Area]) -> tuple[PushKind, ...]:
    """All kinds that the areas declare, in their order."""
    return tuple(kind for area in areas for kind in area.pushes)


class Kinds:
    """Name -> kind, and the groups that contacts are shown."""

    def __init__(self, areas: Iterable[Area]) -> None:
        areas = tuple(areas)
        self._kinds: dict[str, PushKind] = {}
        for kind in (SAID, *kinds_of(areas)):
            if self._kinds.setdefault(kind.name, kind) is not kind:
                raise ValueError(f"push declared twice: {kind.name}")
        self.groups = tuple(
            Group(area.name, area.title) for area in areas if any(not kind.obligatory for kind in area.pushes)
        )

    def __getitem__(self, name: str) -> PushKind:
        """:raises LookupError: no area declares this kind"""
        try:
            return self._kinds[name]
        except KeyError:
            raise LookupError(f"no area declares the push {name}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._kinds
