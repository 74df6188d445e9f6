"""What was said a moment ago is not put together again: in a rush hundreds are told the same within a second."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from datetime import time as wall
from types import EllipsisType, NoneType
from typing import Any

MOMENT_S = 0.5
MOST = 1000
"""So many texts are remembered at once."""
_PLAIN = frozenset((str, int, bool, float, date, wall, NoneType, EllipsisType))
"""Kinds of facts of which two that are equal are said alike."""

Key = tuple[Any, ...]


class Said:
    """Texts by their template and the facts that it names."""

    def __init__(self) -> None:
        self._texts: dict[Key, str] = {}
        self._since = 0.0

    def key(self, name: str, uses: Sequence[str], facts: Mapping[str, Any]) -> Key | None:
        """None: one of the facts is more than plain."""
        values = [facts.get(each, ...) for each in uses]
        kinds = tuple(map(type, values))  # 1 and True are one key, and said differently
        return (name, kinds, *values) if _PLAIN.issuperset(kinds) else None

    def get(self, key: Key) -> str | None:
        now = time.time()
        if not self._since <= now < self._since + MOMENT_S:
            self._texts.clear()
            self._since = now
        return self._texts.get(key)

    def keep(self, key: Key, text: str) -> None:
        if len(self._texts) < MOST:
            self._texts[key] = text
