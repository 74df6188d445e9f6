"""A speech server that speaks as OpenAI's does: the hospital's own, or a vendor's."""

from __future__ import annotations

import aiohttp

from bot import logs
from bot.errors import OutsideRefused, OutsideUnavailable
from bot.settings_speech import Speech as SpeechSettings
from integrations.outside import ask
from integrations.speech import mp3
from integrations.speech.port import MOST, SECONDS, SYSTEM, Clip

log = logs.get(__name__)

LARGEST = 2 * 1024 * 1024
"""Bytes of one answer: a minute at 256 kbit/s, and what a channel takes as a voice message."""
OURS = ("http-400", "http-413", "http-422")
"""What is refused for its text, not for our settings."""


class SpeechServer:
    """``Speech`` over `POST {url}/v1/audio/speech`. Asking twice costs money and does no harm."""

    def __init__(self, settings: SpeechSettings, session: aiohttp.ClientSession) -> None:
        self._settings, self._session = settings, session
        self._address = f"{settings.url.rstrip('/')}/v1/audio/speech"
        self._headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}

    @property
    def most(self) -> int:
        return MOST

    async def speak(self, text: str) -> Clip:
        asked = {"model": self._settings.model, "voice": self._settings.voice, "input": text,
                 "response_format": "mp3", "speed": self._settings.pace}
        try:
            reply = await ask(self._session, "POST", self._address, system=SYSTEM, seconds=self._settings.seconds,
                              repeatable=True, json=asked, headers=self._headers)
        except OutsideRefused as error:
            if error.code not in OURS:
                log.error("speech_settings_refused", code=error.code)
            raise
        if len(reply.body) > LARGEST:
            raise OutsideRefused("too-large", f"{len(reply.body)} bytes", system=SYSTEM)
        seconds = mp3.seconds(reply.body)
        if not seconds:
            log.error("speech_is_no_mp3", content_type=reply.content_type)
            if reply.content_type.startswith("audio/"):
                raise OutsideRefused("not-mp3", reply.content_type, system=SYSTEM)
            # Some servers say 200 in JSON that they are too busy.
            raise OutsideUnavailable("no sound in the answer", system=SYSTEM)
        if seconds >= SECONDS:
            raise OutsideRefused("too-long", f"{seconds:.0f} s", system=SYSTEM)
        return Clip(reply.body, seconds)
