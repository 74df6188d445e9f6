"""Which voice the settings mean."""

from __future__ import annotations

import aiohttp

from bot import logs
from bot.settings_speech import PROGRAM, program
from bot.settings_speech import Speech as SpeechSettings
from integrations.speech.client import SpeechServer
from integrations.speech.embedded import Espeak
from integrations.speech.kept import KeptSpeech
from integrations.speech.port import Speech

log = logs.get(__name__)


def chosen(settings: SpeechSettings, session: aiohttp.ClientSession) -> Speech | None:
    """The hospital's voice; None where it wants none, or where nothing is set and the program is not on this machine:
    all else goes on, and only phones with a voice of their own read aloud."""
    found: Speech
    if settings.by == "http":
        found = SpeechServer(settings, session)
    elif settings.by == "espeak":
        found = Espeak(str(program()), pace=settings.pace, seconds=settings.seconds)
    else:
        if settings.kind != "none":
            log.warning("no_voice", missing=PROGRAM)
        return None
    return KeptSpeech(found, seconds=settings.seconds)
