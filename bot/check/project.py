"""What is checked: the areas as they are put together, the source they are written in, and the folders beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.check.sources import Sources
from bot.talk.area import Area
from bot.talk.flow import Flow


@dataclass(frozen=True)
class Route:
    """One address. `area` is the area that brought it, or "" for the house's own."""

    method: str
    path: str
    handler: Any
    area: str = ""


@dataclass
class Project:
    """`topics` are the outbox topics that jobs carry out; `tables` maps each table to the module that declares it;
    `jobs` are the registered job modules' short names."""

    root: Path
    areas: tuple[Area, ...]
    routes: Iterable[Route] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[str, ...] = ()

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @cached_property
    def sources(self) -> Sources:
        return Sources.read(self.root)

    @cached_property
    def flows(self) -> tuple[tuple[Area, type[Flow]], ...]:
        return tuple((area, flow) for area in self.areas for flow in area.flows)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(area.name for area in self.areas)

    def file_of(self, flow: type) -> str:
        """Where a class is written, as findings name it."""
        found = self.sources.class_of(flow)
        return found[0].at(found[1]) if found else flow.__module__

    def homes(self, module: str, name: str) -> list[type[Flow]]:
        """The flows that a class of this module is, or is mixed into."""
        return [f for _, f in self.flows if any((c.__module__, c.__name__) == (module, name) for c in f.__mro__)]
