"""What areas tell the desk about themselves: what waits for whom, and how their things are called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.access.rights import Member
from bot.context import Context

T = TypeVar("T")
Count = Callable[[Context, Member], Awaitable[int]]
Name = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, str]]]
"""Public ids of things -> how staff call them, without a word about a patient; whatever is gone is left out."""
Whose = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, int]]]
"""Public ids of things -> the key of the person whose they are."""


async def of_things(
    known: Mapping[str, Callable[[Context, Sequence[str]], Awaitable[Mapping[str, T]]]], context: Context,
    things: Iterable[str],
) -> dict[str, T]:
    """Thing (``appointment:…``) -> what the area that knows its kind says of it, asked once a kind; ``known`` is by
    kind. What nobody knows is left out."""
    by_kind: dict[str, set[str]] = {}
    for thing in things:
        kind, _, name = thing.partition(":")
        by_kind.setdefault(kind, set()).add(name)
    return {
        f"{kind}:{name}": said
        for kind, ids in by_kind.items()
        if kind in known
        for name, said in (await known[kind](context, sorted(ids))).items()
    }


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits for whoever holds ``right``; ``count`` counts what lies within their reach, ``path`` is
    where it is dealt with. Its words stand in templates/common/words.toml, ``[waits]``, by ``name``. ``late``: it
    should not be there at all."""

    name: str
    right: str
    path: str
    count: Count
    late: bool = False
