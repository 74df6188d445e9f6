"""Clinics that are not named to whoever happens to look (psychiatry, reproduction, infection). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

VEILED = ("clinic", "department", "doctor", "title", "substitute_for", "kind", "building", "floor", "zone", "room")
"""What tells the clinic: its name, who sits there, and where."""


def is_discreet(clinic: Any | None, department: Any | None, also: Collection[str]) -> bool:
    """As the hospital's directory marks the clinic or its department, or as the settings do by code (`also`)."""
    return any(each is not None and (each.discreet or each.code in also) for each in (clinic, department))


def drawn(facts: Mapping[str, Any], *, open: bool) -> dict[str, Any]:
    """The facts of a visit as they may be said: of a discreet clinic without what tells it, unless `open`. `veiled`
    says that something is left out."""
    if open or not facts["discreet"]:
        return {**facts, "veiled": False}
    return {**facts, **{name: "" for name in VEILED if name in facts}, "veiled": True}


def may_see(actor: str) -> bool:
    """Staff who are signed in see what they work with."""
    return actor.startswith("staff:")
