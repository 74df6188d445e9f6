"""A conversation as it is stored: a stack of frames and their waits, small JSON, names only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from bot import logs
from bot.packing import pack, unpack

log = logs.get(__name__)

DEEPEST = 3


@dataclass(slots=True)
class Wait:
    """What a frame waits for. `options` are [value, label, aliases] as shown; `page` the first shown option's index."""

    kind: str
    prompt: str
    then: str
    until: float
    save: str = ""
    check: str = ""
    event: str = ""
    expired: str = ""
    back: str = ""
    other: str = ""
    happened: str = ""
    options: list[list[Any]] = field(default_factory=list)
    links: list[list[str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    page: int = 0
    misses: int = 0

    def due(self, now: datetime) -> bool:
        return self.until <= now.timestamp()


@dataclass(slots=True)
class Frame:
    """One running flow. `trail` names the steps that asked, the oldest first, for going back."""

    flow: str
    version: int
    data: dict[str, Any] = field(default_factory=dict)
    wait: Wait | None = None
    trail: list[str] = field(default_factory=list)
    then: str = ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass(slots=True)
class Session:
    """The whole conversation. `lapsed` names a flow that ended by itself, to be told at the next word; `unclear` counts
    the texts in a row that nobody could read."""

    frames: list[Frame] = field(default_factory=list)
    lapsed: str = ""
    unclear: int = 0

    @property
    def top(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    def dump(self) -> str:
        if not self.frames and not self.lapsed and not self.unclear:
            return ""
        frames = [_stored(frame) for frame in self.frames]
        return pack({"frames": frames, "lapsed": self.lapsed, "unclear": self.unclear})

    @classmethod
    def load(cls, raw: str) -> Session:
        """A conversation that cannot be read begins anew: an error would meet its contact at every word, for ever."""
        if not raw:
            return cls()
        try:
            return cls._read(raw)
        except (ValueError, TypeError, KeyError, AttributeError):
            log.error("conversation_unreadable", exc_info=True)
            return cls()

    @classmethod
    def _read(cls, raw: str) -> Session:
        stored = unpack(raw)
        frames = []
        for raw_frame in stored["frames"]:
            raw_wait = raw_frame.pop("wait", None)
            wait = Wait(**_known(Wait, raw_wait)) if raw_wait else None
            frames.append(Frame(**_known(Frame, raw_frame), wait=wait))
        return cls(frames, stored.get("lapsed", ""), stored.get("unclear", 0))

    def wakes_at(self) -> datetime | None:
        """The first moment at which a wait of any frame runs out."""
        ends = [frame.wait.until for frame in self.frames if frame.wait]
        return datetime.fromtimestamp(min(ends), UTC) if ends else None

    def awaits(self) -> str | None:
        """`event:key` when the topmost waiting-for-an-event frame does so."""
        for frame in reversed(self.frames):
            if frame.wait and frame.wait.kind == "event":
                return frame.wait.event
        return None


_NAMES = {cls: tuple(entry.name for entry in fields(cls)) for cls in (Wait, Frame)}
_NEEDED = ("kind", "prompt", "then", "until")
_KNOWN = {cls: frozenset(names) for cls, names in _NAMES.items()}
_VALUES = {cls: attrgetter(*names) for cls, names in _NAMES.items()}


def _stored(frame: Frame) -> dict[str, Any]:
    """What is empty, and empty when it is missing, is left out."""
    found = dict(zip(_NAMES[Frame], _VALUES[Frame](frame), strict=True))
    if frame.wait is not None:
        wait = zip(_NAMES[Wait], _VALUES[Wait](frame.wait), strict=True)
        found["wait"] = {name: value for name, value in wait if value or name in _NEEDED}
    return found


def _known(cls: type[Wait] | type[Frame], stored: dict[str, Any]) -> dict[str, Any]:
    """A field that a newer or older program wrote and this one does not know is left out."""
    names = _KNOWN[cls]
    return stored if stored.keys() <= names else {name: stored[name] for name in stored if name in names}
