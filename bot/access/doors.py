"""Entries of the desk's menu on the left. Their titles stand in templates/common/words.toml, ``[doors]``, by path."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Door:
    """``path`` is the page, ``right`` who sees the entry, ``icon`` a name in templates/common/desk/icons.html.j2."""

    path: str
    right: str
    icon: str = "list"
