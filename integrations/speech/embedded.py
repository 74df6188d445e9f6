"""The voice that stands on the machine: the program espeak-ng. Understood well, sounds like a machine."""

from __future__ import annotations

import asyncio
import os
import wave
from contextlib import suppress
from io import BytesIO

from bot import logs
from bot.errors import OutsideRefused, OutsideUnavailable
from integrations.speech import mp3
from integrations.speech.port import MOST, SECONDS, SYSTEM, Clip

log = logs.get(__name__)

VOICE = "cmn-latn-pinyin"
"""The other Mandarin voice of 1.51, `cmn`, reads 请 as "king"."""
WORDS_PER_MINUTE = 175
"""Its own pace."""


class Espeak:
    """``Speech`` by a process of its own for each text, which never outlives whoever asked."""

    def __init__(self, path: str, *, pace: float, seconds: float) -> None:
        self._command = (path, "-v", VOICE, "-s", str(round(WORDS_PER_MINUTE * pace)), "--stdin", "--stdout")
        self._seconds = seconds

    @property
    def most(self) -> int:
        return MOST

    async def speak(self, text: str) -> Clip:
        if len(text) > MOST:
            raise OutsideRefused("too-long", f"{len(text)} characters", system=SYSTEM)
        try:
            async with asyncio.timeout(self._seconds):
                sound = await self._sound(text)
        except TimeoutError:
            raise OutsideUnavailable("no sound in time", system=SYSTEM) from None
        try:
            with wave.open(BytesIO(sound)) as read:
                rate, samples = read.getframerate(), read.readframes(read.getnframes())
        except (wave.Error, EOFError):
            raise OutsideUnavailable("no sound", system=SYSTEM) from None
        if not samples:
            raise OutsideRefused("no-sound", "nothing in it can be said", system=SYSTEM)
        seconds = len(samples) / mp3.SAMPLE_BYTES / rate
        if seconds >= SECONDS:
            raise OutsideRefused("too-long", f"{seconds:.0f} s", system=SYSTEM)
        return Clip(await asyncio.to_thread(mp3.encoded, samples, rate), seconds)

    async def _sound(self, text: str) -> bytes:
        """The text goes in by a pipe: what stands on a command line, everybody on the machine can read."""
        pipe, spoken = asyncio.subprocess.PIPE, _filled(text.encode())
        try:
            process = await asyncio.create_subprocess_exec(*self._command, stdin=spoken, stdout=pipe, stderr=pipe)
        except OSError as error:
            raise OutsideUnavailable(f"not started ({type(error).__name__})", system=SYSTEM) from None
        finally:
            os.close(spoken)
        try:
            sound, _ = await process.communicate()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            log.error("espeak_failed", code=process.returncode)
            raise OutsideRefused(f"exit-{process.returncode}", system=SYSTEM)
        return sound


def _filled(text: bytes) -> int:
    """The end of a pipe from which the text can be read, all of it there before anybody reads: a program that ends
    without having read it is no fault of the pipe's, which loops report each in its own way."""
    out, into = os.pipe()
    try:
        os.set_blocking(into, False)  # a text of `most` characters fits into the smallest pipe there is
        os.write(into, text)
    except OSError:
        os.close(out)
        raise
    finally:
        os.close(into)
    return out
