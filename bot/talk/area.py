"""What a business area brings along, and the register of all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.access.doors import Door
from bot.access.where import Where
from bot.access.work import Name, Wait, Whose
from bot.context import Context
from bot.talk.flow import Flow
from bot.talk.messages import Inbound

Listener = Callable[[Context, Inbound], Awaitable[None]]
Reader = Callable[[Context, str], Awaitable[tuple[str, str] | None]]
Alarm = Callable[[str], str | None]


@dataclass(frozen=True)
class Area:
    """One business area, furnished like all others.

    `service` is made anew for each turn with its Context. `listens` are called inside the turn for inbound kinds that
    are no part of a conversation (delivery results, unsubscribing ...). `reads` understands a free text that no flow
    asked for, giving (flow, arg) to begin, or None. `alarm` hears emergency words, giving the template that answers.
    `routes` are aiohttp route tables. `pushes` are the kinds of push that the area sends. `permits` are its rights;
    `ranged` those of them that can reach less than everything (bot.access.rights). `doors` are its entries in the menu
    of the desk, `waits` what it counts on each member's start page, `names` how the things of the trail and the journal
    are called that it knows, by what stands before their colon ("appointment"), `whose` the persons whom these are
    about, `where` the clinics in which they lie (bot.access.where). `owners` ask the cashier for money
    (flows.payment.owners).
    """

    name: str
    title: str
    flows: tuple[type[Flow], ...] = ()
    service: Callable[[Context], Any] | None = None
    listens: tuple[tuple[str, Listener], ...] = ()
    reads: Reader | None = None
    alarm: Alarm | None = None
    routes: Sequence[Any] = ()
    pushes: tuple[Any, ...] = ()
    permits: tuple[str, ...] = ()
    ranged: tuple[str, ...] = ()
    doors: tuple[Door, ...] = ()
    waits: tuple[Wait, ...] = ()
    names: Mapping[str, Name] = field(default_factory=dict)
    whose: Mapping[str, Whose] = field(default_factory=dict)
    where: Mapping[str, Where] = field(default_factory=dict)
    owners: tuple[Any, ...] = ()


class Areas:
    """The areas of this installation, in their order, and what is looked up in them for every turn."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.all: tuple[Area, ...] = tuple(areas)
        self.flows: dict[str, type[Flow]] = {}
        self.home: dict[str, Area] = {}
        self.words: dict[str, str] = {}
        self.scenes: dict[str, str] = {}
        for area in self.all:
            for flow in area.flows:
                flow.area = area.name
                self.flows[flow.name] = flow
                self.home[flow.name] = area
                self.words.update(dict.fromkeys(flow.words, flow.name))
                self.scenes.update(dict.fromkeys(flow.scenes, flow.name))

    @cached_property
    def listeners(self) -> dict[str, list[Listener]]:
        found: dict[str, list[Listener]] = {}
        for area in self.all:
            for kind, listener in area.listens:
                found.setdefault(kind, []).append(listener)
        return found

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        return tuple(area.reads for area in self.all if area.reads)

    @cached_property
    def _alarms(self) -> tuple[Alarm, ...]:
        return tuple(area.alarm for area in self.all if area.alarm)

    def alarm(self, text: str) -> str | None:
        """The template that answers emergency words, or None."""
        return next((template for alarm in self._alarms if (template := alarm(text))), None)

    def word_in(self, text: str) -> str | None:
        """The flow of the longest of all words that stands somewhere in `text`."""
        found = [word for word in self.words if word in text]
        return self.words[max(found, key=len)] if found else None
