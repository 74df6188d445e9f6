"""Visits of which nobody but the patient is to learn by a glance at a phone."""

from __future__ import annotations

from pydantic import Field

from bot.settings_parts import Section


class Discreet(Section):
    """Which clinics are named only to whoever has proved to be the reader, and for how long that holds."""

    clinics: tuple[str, ...] = Field(
        (), description="Codes of departments and clinics, besides those that the hospital's own directory marks"
    )
    minutes: int = Field(10, ge=1, le=60, description="So long a reader who has proved themselves need not do it again")
