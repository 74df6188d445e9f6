"""The settings of the voice in which messages and pages are read aloud: `[speech]`."""

from __future__ import annotations

import shutil
from typing import Literal

from pydantic import Field, model_validator

from bot.settings_parts import Section

PROGRAM = "espeak-ng"


def program() -> str | None:
    """Where the program of the machine's own voice is; None: not on this machine."""
    return shutil.which(PROGRAM)


class Speech(Section):
    """Whose voice it is (integrations/speech/README.md)."""

    kind: Literal["auto", "espeak", "http", "none"] = Field(
        "auto",
        description="`espeak`: the program espeak-ng on this machine; `http`: a speech server; `none`; "
        "`auto` is `http` where a `url` is set, else `espeak` where the program is there, else `none`",
    )
    url: str = Field(
        "", pattern=r"^(https?://[^\s/]+(/\S*)?)?$",
        description="Speech server that speaks as OpenAI's does; `/v1/audio/speech` follows",
    )
    key: str = Field("", repr=False, pattern=r"^[\x21-\x7e]*$", description="Its key (bearer), where it wants one")
    model: str = Field("tts-1", min_length=1, max_length=100, description="Its model")
    voice: str = Field("alloy", min_length=1, max_length=100, description="Its voice: one that speaks Chinese")
    pace: float = Field(0.9, ge=0.8, le=1.3, description="How fast it speaks; 1: as it does of itself")
    seconds: float = Field(6.0, ge=0.5, le=20, description="So long a text may take to become sound")

    @model_validator(mode="after")
    def _where(self) -> Speech:
        if self.kind == "http" and not self.url:
            raise ValueError("expected a url beside kind http")
        return self

    @property
    def by(self) -> Literal["espeak", "http", "none"]:
        """Who speaks on this machine."""
        if self.kind == "http" or (self.kind == "auto" and self.url):
            return "http"
        return "espeak" if self.kind != "none" and program() else "none"
