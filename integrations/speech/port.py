"""What Daoyi asks of a voice: one text, made for the ear (``bot.talk.aloud``), as sound.

A hospital may have none; then ``speech_of`` gives None, and nothing offers to be read aloud by us.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.ports import Ports

SYSTEM = "speech"
SECONDS = 60.0
"""No clip is longer: a channel takes no longer voice message."""
MOST = 100
"""Characters that any voice says within 55 s, at the slowest pace that can be set."""


@dataclass(frozen=True, slots=True)
class Clip:
    """`audio` is MP3 (mono), `seconds` its length."""

    audio: bytes = field(repr=False)
    seconds: float


class Speech(Protocol):
    @property
    def most(self) -> int:
        """Characters of one clip, so that it stays below `SECONDS`; ``bot.talk.aloud.pieces`` cuts what is longer."""
        ...

    async def speak(self, text: str) -> Clip:
        """Say `text`, one to `most` characters. The same text again costs nothing for a while.

        :raises OutsideUnavailable: not now; try again
        :raises OutsideRefused: never this text, or never with these settings
        """
        ...


def speech_of(ports: Ports) -> Speech | None:
    """The hospital's voice, if it has one."""
    return ports[Speech] if Speech in ports else None
