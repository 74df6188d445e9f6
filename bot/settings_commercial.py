"""The sections of the settings about commercial insurers: `[commercial.<name>]`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.settings_parts import Section

InsurerName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,15}$")]


class CommercialInsurer(Section):
    """A commercial insurer that pays directly or afterwards; its name stands in ledger and days."""

    title: str = Field("", max_length=24, description="As patients call it; empty: as it calls itself")
    sells: Literal["group", "family"] = Field("group", description="What the embedded insurer of this name sells")
