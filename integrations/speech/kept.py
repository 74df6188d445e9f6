"""What every voice has in common: a few texts at a time, counted and timed, and the last clips kept for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

from bot import keys
from bot.errors import OutsideRefused, OutsideUnavailable
from integrations.outside import observed
from integrations.speech.port import SYSTEM, Clip, Speech

AT_ONCE = 4
KEPT_S = 600.0
KEPT_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class _Kept:
    clip: Clip
    until: float


class KeptSpeech:
    """``Speech`` over another one. Texts are somebody's own: clips stay in the memory of this process alone, for ten
    minutes, under a keyed hash of the text; neither log nor metric tells what was said."""

    def __init__(self, voice: Speech, *, seconds: float) -> None:
        self._voice, self._seconds = voice, seconds
        self._free = asyncio.Semaphore(AT_ONCE)
        self._clips: OrderedDict[bytes, _Kept] = OrderedDict()
        self._bytes = 0

    @property
    def most(self) -> int:
        return self._voice.most

    async def speak(self, text: str) -> Clip:
        if not 0 < len(text) <= self.most:
            raise OutsideRefused("length", f"{len(text)} characters", system=SYSTEM)
        key = keys.ring().hash(text, "speech.clip")
        kept = self._clips.get(key)
        if kept is not None and kept.until > time.monotonic():
            return kept.clip
        with observed(SYSTEM, "speak"):
            try:
                async with asyncio.timeout(self._seconds):
                    await self._free.acquire()
            except TimeoutError:
                raise OutsideUnavailable("others are spoken to", system=SYSTEM) from None
            try:
                clip = await self._voice.speak(text)
            finally:
                self._free.release()
        self._keep(key, clip)
        return clip

    def _keep(self, key: bytes, clip: Clip) -> None:
        now = time.monotonic()
        self._drop(key)
        self._clips[key] = _Kept(clip, now + KEPT_S)
        self._bytes += len(clip.audio)
        while self._clips:
            oldest, held = next(iter(self._clips.items()))
            if held.until > now and self._bytes <= KEPT_BYTES:
                break
            self._drop(oldest)

    def _drop(self, key: bytes) -> None:
        gone = self._clips.pop(key, None)
        if gone is not None:
            self._bytes -= len(gone.clip.audio)
