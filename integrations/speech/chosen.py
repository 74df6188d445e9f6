"""Which voice the settings mean."""

from __future__ import annotations

import aiohttp

from bot import logs
from bot.settings_speech import Speech as SpeechSettings
from integrations.speech.client import SpeechServer
from integrations.speech.embedded import PROGRAM, Espeak, program
from integrations.speech.kept import KeptSpeech
from integrations.speech.port import Speech

log = logs.get(__name__)


def chosen(settings: SpeechSettings, session: aiohttp.ClientSession) -> Speech | None:
    """The hospital's voice; None where it wants none, or where nothing is set and the program is not on this machine:
    all else goes on, and only phones with a voice of their own read aloud."""
    found: Speech | None = None
    if settings.kind == "http" or (settings.kind == "auto" and settings.url):
        found = SpeechServer(settings, session)
    elif settings.kind in ("auto", "espeak"):
        path = program()
        if path is not None:
            found = Espeak(path, pace=settings.pace, seconds=settings.seconds)
        else:
            log.warning("no_voice", missing=PROGRAM)
    return KeptSpeech(found, seconds=settings.seconds) if found is not None else None
