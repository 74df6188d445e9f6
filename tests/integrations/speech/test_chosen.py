"""Which voice it is, and what all of them have in common."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot import metrics, settings_speech
from bot.errors import OutsideRefused, OutsideUnavailable
from bot.ports import Ports
from bot.settings_speech import Speech as SpeechSettings
from integrations.speech import chosen as choosing
from integrations.speech import kept
from integrations.speech.chosen import chosen
from integrations.speech.client import SpeechServer
from integrations.speech.embedded import Espeak
from integrations.speech.kept import KeptSpeech
from integrations.speech.port import Clip, Speech, speech_of
from tests.support.fakes import PlayedSpeech
from tests.support.patience import LONG_S, until


@pytest.mark.parametrize(("settings", "there", "expected"), [
    (SpeechSettings(), "/usr/bin/espeak-ng", Espeak),
    (SpeechSettings(), None, None),
    (SpeechSettings(kind="espeak"), None, None),
    (SpeechSettings(url="https://tts.example"), None, SpeechServer),
    (SpeechSettings(kind="espeak", url="https://tts.example"), "/usr/bin/espeak-ng", Espeak),
    (SpeechSettings(kind="http", url="https://tts.example"), "/usr/bin/espeak-ng", SpeechServer),
    (SpeechSettings(kind="none", url="https://tts.example"), "/usr/bin/espeak-ng", None),
])
async def test_whose_voice(
    monkeypatch: pytest.MonkeyPatch, settings: SpeechSettings, there: str | None, expected: type[object] | None
) -> None:
    for module in (settings_speech, choosing):
        monkeypatch.setattr(module, "program", lambda: there)
    async with aiohttp.ClientSession() as session:
        with capture_logs() as logs:
            found = chosen(settings, session)
    assert isinstance(found, KeptSpeech) == (expected is not None)
    assert expected is None or isinstance(vars(found)["_voice"], expected)
    missing = expected is None and settings.kind != "none"
    assert [each["event"] for each in logs] == (["no_voice"] if missing else [])


def test_a_server_needs_an_address() -> None:
    with pytest.raises(ValueError, match="expected a url"):
        SpeechSettings(kind="http")


def test_a_hospital_may_have_none() -> None:
    ports = Ports()
    assert speech_of(ports) is None
    ports.put(Speech, PlayedSpeech())
    assert speech_of(ports) is not None


class Slow(PlayedSpeech):
    """Speaks when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.speaking = 0
        self.go = asyncio.Event()

    async def speak(self, text: str) -> Clip:
        self.speaking += 1
        await self.go.wait()
        self.speaking -= 1
        return await super().speak(text)


async def test_the_same_again_costs_nothing_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(kept, "time", SimpleNamespace(monotonic=lambda: now))
    voice = PlayedSpeech()
    speech = KeptSpeech(voice, seconds=LONG_S)
    first = await speech.speak("请")
    assert await speech.speak("请") is first and voice.said == ["请"]
    now += kept.KEPT_S + 1
    await speech.speak("请")
    assert voice.said == ["请", "请"]
    assert "请" not in repr(vars(speech)["_clips"])


async def test_it_keeps_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT_BYTES", 20)
    voice = PlayedSpeech()
    speech = KeptSpeech(voice, seconds=LONG_S)
    for text in ("一二三", "四五六", "七八九", "七八九", "一二三"):
        await speech.speak(text)
    assert voice.said == ["一二三", "四五六", "七八九", "一二三"]
    assert vars(speech)["_bytes"] == 18


async def test_a_few_at_a_time() -> None:
    voice = Slow()
    speech = KeptSpeech(voice, seconds=LONG_S)
    texts = [str(n) for n in range(kept.AT_ONCE + 3)]
    asking = [asyncio.create_task(speech.speak(text)) for text in texts]
    await until(lambda: voice.speaking == kept.AT_ONCE)
    with pytest.raises(OutsideUnavailable):
        hurried = KeptSpeech(voice, seconds=0.01)
        vars(hurried)["_free"] = vars(speech)["_free"]
        await hurried.speak("请")
    assert voice.speaking == kept.AT_ONCE
    voice.go.set()
    await asyncio.gather(*asking)
    assert sorted(voice.said) == texts


async def test_a_failure_is_not_kept() -> None:
    voice = PlayedSpeech()
    voice.errors = [OutsideUnavailable("away")]
    speech = KeptSpeech(voice, seconds=LONG_S)
    with pytest.raises(OutsideUnavailable):
        await speech.speak("请")
    assert (await speech.speak("请")).seconds


async def test_texts_of_any_other_length_are_refused() -> None:
    voice = PlayedSpeech(most=5)
    for text in ("", "一二三四五六"):
        with pytest.raises(OutsideRefused):
            await KeptSpeech(voice, seconds=LONG_S).speak(text)
    assert voice.said == []


async def test_it_is_counted_and_nothing_tells_what_was_said() -> None:
    with capture_logs() as logs:
        await KeptSpeech(PlayedSpeech(), seconds=LONG_S).speak("张三明")
    told = metrics.exposition().decode()
    assert 'daoyi_outside_calls_total{call="speak",result="ok",system="speech"}' in told
    assert "张三明" not in told + str(logs)
