"""Whose sessions a member of staff may book in: clinic and sitting doctor -> yes or no."""

from __future__ import annotations

from collections.abc import Callable

Reach = Callable[[str, str | None], bool]
