"""The voice on the machine, by the real program."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import OutsideRefused, OutsideUnavailable
from bot.settings_speech import PROGRAM
from integrations.speech import mp3
from integrations.speech.embedded import Espeak
from integrations.speech.port import MOST, SECONDS
from tests.support.patience import LONG_S, until
from tests.support.programs import find


def espeak(path: str = "", *, pace: float = 0.9, seconds: float = LONG_S) -> Espeak:
    return Espeak(path or find(PROGRAM, package=PROGRAM), pace=pace, seconds=seconds)


async def test_it_speaks() -> None:
    clip = await espeak().speak("约好了。明天，上午九点半到十点。")
    assert 2 < clip.seconds < 8
    assert mp3.seconds(clip.audio) == pytest.approx(clip.seconds, abs=0.15)
    assert len(clip.audio) < clip.seconds * 5000
    assert "ID3" not in repr(clip) and "audio" not in repr(clip)


async def test_it_speaks_chinese() -> None:
    """The program's other Mandarin voice spells 请 in English: that takes three times as long."""
    one, ten = [await espeak(pace=1).speak(text) for text in ("请", "请" * 10)]
    assert ten.seconds - one.seconds < 9 * 0.4


async def test_the_longest_text_at_the_slowest_pace_fits_into_a_clip() -> None:
    for text in ("请，" * (MOST // 2), "床" * MOST, "双幺" * (MOST // 2)):
        assert (await espeak(pace=0.8).speak(text)).seconds < SECONDS


async def test_faster_is_shorter() -> None:
    slow, fast = [await espeak(pace=pace).speak("请到二楼二零五诊室。") for pace in (0.8, 1.3)]
    assert fast.seconds < slow.seconds * 0.8


@pytest.mark.parametrize("text", ["[[hello]]", "<speak>", "-v en --help", "$(id)", "a\nb", "㛃䶮𬎆"])
async def test_whatever_it_is_given_is_only_spoken(text: str) -> None:
    assert (await espeak().speak(text)).seconds < 10


async def test_nothing_to_say() -> None:
    for text in ("。", " "):
        try:
            clip = await espeak().speak(text)
        except OutsideRefused as refused:
            assert refused.code == "no-sound"
        except OutsideUnavailable as error:
            assert error.detail == "no sound"
        else:
            assert clip.seconds < 2


def _program(folder: Path, script: str) -> str:
    path = folder / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


async def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    began = tmp_path / "began"
    hanging = espeak(_program(tmp_path, f"echo $$ > {began}.new; mv {began}.new {began}; exec sleep 600"), seconds=0.3)
    with pytest.raises(OutsideUnavailable):
        await hanging.speak("请")
    if began.exists():
        assert not Path(f"/proc/{began.read_text().strip()}").exists()


async def test_it_ends_with_its_caller(tmp_path: Path) -> None:
    began = tmp_path / "began"
    hanging = espeak(_program(tmp_path, f"echo $$ > {began}.new; mv {began}.new {began}; exec sleep 600"))
    asking = asyncio.create_task(hanging.speak("请"))
    await until(began.exists)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not Path(f"/proc/{began.read_text().strip()}").exists()


@pytest.mark.parametrize(("script", "kind"), [
    ("echo no such voice >&2; exit 1", OutsideRefused), ("cat > /dev/null; echo no sound", OutsideUnavailable),
    ("cat > /dev/null", OutsideUnavailable), ("exit 0", OutsideUnavailable),
])
async def test_what_goes_wrong_has_a_name(tmp_path: Path, script: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        await espeak(_program(tmp_path, script)).speak("张三明")
    assert "张三明" not in str(caught.value)


async def test_many_programs_that_read_nothing(tmp_path: Path) -> None:
    """They end before their text could be given to them, sooner or later as the machine has it."""
    deaf = espeak(_program(tmp_path, "exit 3"))
    for _ in range(5):
        ends = await asyncio.gather(*(deaf.speak("张三明") for _ in range(8)), return_exceptions=True)
        assert [type(end) for end in ends] == [OutsideRefused] * 8


async def test_a_program_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(OutsideUnavailable):
        await espeak(str(tmp_path / "gone")).speak("请")
