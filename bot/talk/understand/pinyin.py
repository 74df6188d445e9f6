"""Names typed as pinyin (wangjing, wj, hxneike) and names written with another character of the same sound."""

from __future__ import annotations

import json
import unicodedata
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Extent = Literal["whole", "start", "inside"]

# What southern speakers and recognised speech mix up.
_LOOSE_START = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "r": "n", "f": "h"}
_COMMON = 2  # readings of a character that are in everyday use; the table has up to nine


@cache
def _table() -> dict[str, str]:
    """Code point -> readings with tone marks, the common ones first.

    Read from pypinyin's own file: importing the package loads its 47 000 phrases too, a quarter of a second and 50 MB,
    of which nothing is needed here.
    """
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin")
    return json.loads((Path(spec.origin).parent / "pinyin_dict.json").read_bytes())


def warm() -> None:
    """Load the table (about 30 ms), at start rather than in somebody's turn."""
    _table()


@lru_cache(maxsize=8192)
def readings(character: str) -> tuple[str, ...]:
    """Toneless readings, the common ones first, ü as v; of anything but a Han character the character itself."""
    marked = _table().get(str(ord(character)))
    if not marked:
        return (character.casefold(),)
    return tuple(dict.fromkeys(_toneless(reading) for reading in marked.split(",")))


def spells(typed: str, name: str, *, rare: bool = False) -> Extent | None:
    """How much of `name` the latin letters `typed` spell, syllable by syllable, each in full or by its initial.

    `rare`: try rare readings too. A name of latin letters is spelled by its letters.
    """
    syllables = [_spellings(character, rare) for character in name]
    for start in range(len(syllables)):
        end = _reach(typed, syllables, start)
        if end:
            return "inside" if start else "whole" if end == len(syllables) else "start"
    return None


def in_full(name: str) -> str:
    """The usual spelling without tones, for comparing with a misspelt one: 王静 -> wangjing."""
    return "".join(readings(character)[0] for character in name)


def alike(one: str, other: str, *, loose: bool = False) -> bool:
    """Whether two names sound the same, character by character. `loose`: zh = z, ng = n, l = n and the like."""
    return len(one) == len(other) and all(
        a == b or not _sounds(a, loose).isdisjoint(_sounds(b, loose)) for a, b in zip(one, other, strict=True))


def _reach(typed: str, syllables: list[frozenset[str]], start: int) -> int:
    """Index behind the last syllable when `typed` is used up from `start` on; the furthest possible, 0 for never."""
    places = {0}
    best = 0
    for index in range(start, len(syllables)):
        places = {p + len(s) for p in places for s in syllables[index] if typed.startswith(s, p)}
        if len(typed) in places:
            best = index + 1
        places.discard(len(typed))
        if not places:
            break
    return best


@lru_cache(maxsize=8192)
def _spellings(character: str, rare: bool) -> frozenset[str]:
    found: set[str] = set()
    for reading in readings(character)[: None if rare else _COMMON]:
        found |= {reading, reading[:1]}
        if reading[:2] in ("zh", "ch", "sh"):
            found.add(reading[:2])
        if "v" in reading:
            found |= {reading.replace("v", "u"), reading.replace("v", "yu")}
    return frozenset(found - {""})


@lru_cache(maxsize=8192)
def _sounds(character: str, loose: bool) -> frozenset[str]:
    common = readings(character)[:_COMMON]
    return frozenset(_loosened(reading) for reading in common) if loose else frozenset(common)


def _loosened(reading: str) -> str:
    for length in (2, 1):
        if reading[:length] in _LOOSE_START and len(reading) > length:
            reading = _LOOSE_START[reading[:length]] + reading[length:]
            break
    return reading[:-1] if reading.endswith("ng") else reading


def _toneless(reading: str) -> str:
    plain = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in plain if "a" <= c <= "z")
