"""What an entry of a route says (entries.py for patients and everybody, entries_desk.py for staff)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """Values of ``owned`` and ``open_`` are kinds of things in the town (``tests.security.town``)."""

    owned: Mapping[str, str] = field(default_factory=dict)
    open_: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    link: bool = False
    """Who has the link may open it: it is handed on on purpose."""


PLAIN = Entry()
