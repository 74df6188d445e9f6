"""What areas tell the desk about themselves: what waits for whom, and how their things are called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.access.rights import Member
from bot.context import Context

Count = Callable[[Context, Member], Awaitable[int]]
Name = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, str]]]
"""Public ids of things -> how staff call them, without a word about a patient; whatever is gone is left out."""
Whose = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, int]]]
"""Public ids of things -> the key of the person whose they are."""


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
