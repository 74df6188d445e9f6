"""Where things lie, so that a right which does not reach everything can tell what it reaches: a session lies in its
clinic, an appointment where its session does, a person wherever anything of theirs lies. Areas say it (``Area.where``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.access.people import store as people
from bot.access.rights import Member, Places, Range
from bot.access.work import of_things
from bot.context import Context
from bot.errors import NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """Codes: a clinic with its department, or a department alone; the doctor who sits there. ``owner`` is the public id
    of the member of staff whose the thing is."""

    department: str = ""
    clinic: str = ""
    doctor: str = ""
    owner: str = ""


Where = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, Collection[Place]]]]
"""Public ids of things -> where they lie; what lies nowhere, or is gone, is left out."""


class Whereabouts:
    """What all areas know. A thing may lie in places of several areas, as persons do."""

    def __init__(self, known: Iterable[Mapping[str, Where]]) -> None:
        self._known = tuple(each for each in known if each)

    @classmethod
    def of(cls, areas: Iterable[Any]) -> Whereabouts:
        """Of the areas of this installation: objects with ``where``."""
        return cls(area.where for area in areas)

    async def of_things(self, context: Context, things: Iterable[str]) -> dict[str, set[Place]]:
        """Thing (``appointment:…``) -> where it lies; what lies nowhere is left out."""
        wanted, found = set(things), dict[str, set[Place]]()
        for known in self._known:
            for thing, places in (await of_things(known, context, wanted)).items():
                if places:
                    found.setdefault(thing, set()).update(places)
        return found


@dataclass(frozen=True)
class Within:
    """How far one right reaches over things, for one request: ``await Within.of(context, member, right)``."""

    context: Context
    range: Range
    doctor: str = ""
    """Code of the doctor that the member is: their own sessions are within every reach."""

    @classmethod
    async def of(cls, context: Context, member: Member, right: str) -> Within:
        reach = member.range(right)
        row = None if reach.everything else await people.by_id(context.tx, member.id)
        return cls(context, reach, (row.doctor if row and reach.staff else None) or "")

    @property
    def everything(self) -> bool:
        return self.range.everything

    @property
    def places(self) -> Places:
        """The departments and clinics it reaches, for a question to the database; of a reach of one's own, none."""
        return self.range.places if self.range.reach == "department" and self.range.staff else Places()

    def covers(self, places: Iterable[Place]) -> bool:
        """Whether one of these places lies within."""
        if self.everything:
            return True
        return any(
            self.range.covers(owner=each.owner, department=each.department, clinic=each.clinic)
            or bool(self.doctor and each.doctor == self.doctor)
            for each in places
        )

    async def those(self, things: Iterable[str]) -> set[str]:
        """The things that lie within. What lies nowhere is for who reaches everything."""
        wanted = set(things)
        if self.everything or not wanted:
            return wanted
        found = await self.context.ports[Whereabouts].of_things(self.context, wanted)
        return {thing for thing, places in found.items() if self.covers(places)}

    async def has(self, thing: str) -> bool:
        return bool(await self.those([thing]))

    async def need(self, thing: str) -> None:
        """Raises NotFound where the thing lies outside: that it is there would be told else."""
        if not await self.has(thing):
            raise NotFound(thing.partition(":")[0])
