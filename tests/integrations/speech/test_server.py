"""The client of a speech server, against one that knows nothing of our code."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import OutsideRefused, OutsideUnavailable
from bot.settings_speech import Speech as SpeechSettings
from integrations.speech import client, mp3
from integrations.speech.client import SpeechServer
from tests.support.patience import LONG_S
from tests.support.ports import bound, port_of, served

# MPEG 2 layer III, 32 kbit/s, 24000 a second, mono: 96 bytes and 24 ms a frame, as OpenAI's speech is.
FRAME = b"\xff\xf3\x44\xc4" + bytes(92)
ID3 = b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10)
SECOND = FRAME * 42


@dataclass
class Vendor:
    """Keeps what it was asked, answers what it is told to."""

    asked: list[tuple[Any, Any]] = field(default_factory=list)
    status: int = 200
    body: bytes = SECOND
    kind: str = "audio/mpeg"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False

    async def speech(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((json.loads(await request.read()), dict(request.headers)))
        if self.hangs:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(FRAME)
            return response
        return web.Response(status=self.status, body=self.body, content_type=self.kind, headers=self.headers)


@asynccontextmanager
async def vendor(**settings: Any) -> AsyncIterator[tuple[Vendor, SpeechServer]]:
    made, line = Vendor(), bound()
    app = web.Application()
    app.router.add_post("/base/v1/audio/speech", made.speech)
    server: TestServer = served(app, line)
    await server.start_server()
    url = f"http://127.0.0.1:{port_of(line)}/base/"
    async with aiohttp.ClientSession() as session:
        try:
            yield made, SpeechServer(SpeechSettings(url=url, seconds=settings.pop("seconds", 20), **settings), session)
        finally:
            await server.close()


async def test_what_it_is_asked_and_answers() -> None:
    async with vendor(key="k3y", model="cosyvoice", voice="中文女", pace=0.8) as (made, speech):
        made.body = ID3 + SECOND
        clip = await speech.speak("请到二楼。")
    assert clip.audio == ID3 + SECOND and clip.seconds == pytest.approx(1.008)
    [(asked, headers)] = made.asked
    assert asked == {
        "model": "cosyvoice", "voice": "中文女", "input": "请到二楼。", "response_format": "mp3", "speed": 0.8,
    }
    assert headers["Authorization"] == "Bearer k3y"


async def test_without_a_key_none_is_sent() -> None:
    async with vendor() as (made, speech):
        await speech.speak("请")
    assert "Authorization" not in made.asked[0][1]


@pytest.mark.parametrize(("change", "kind", "code"), [
    ({"status": 401, "body": b"{}"}, OutsideRefused, "http-401"),
    ({"status": 400, "body": b"{}"}, OutsideRefused, "http-400"),
    ({"status": 302, "headers": {"Location": "http://elsewhere.example/"}}, OutsideRefused, "http-302"),
    ({"status": 429, "headers": {"Retry-After": "7"}}, OutsideUnavailable, ""),
    ({"status": 503}, OutsideUnavailable, ""),
    ({"status": 500}, OutsideUnavailable, ""),
    ({"body": b"RIFF" + bytes(4000), "kind": "audio/wav"}, OutsideRefused, "not-mp3"),
    ({"body": b"", "kind": "audio/mpeg"}, OutsideRefused, "not-mp3"),
    ({"body": b'{"error": "busy"}', "kind": "application/json"}, OutsideUnavailable, ""),
    ({"body": b"<html>", "kind": "text/html"}, OutsideUnavailable, ""),
    ({"body": FRAME + bytes(3000)}, OutsideRefused, "not-mp3"),
    ({"body": FRAME * 2500}, OutsideRefused, "too-long"),
    ({"body": SECOND * 600}, OutsideRefused, "too-large"),
])
async def test_bad_answers_have_names(change: dict[str, Any], kind: type[Exception], code: str) -> None:
    async with vendor() as (made, speech):
        for name, value in change.items():
            setattr(made, name, value)
        with pytest.raises(kind) as caught:
            await speech.speak("张三明")
    assert getattr(caught.value, "code", "") == code
    assert "张三明" not in str(caught.value)
    assert getattr(caught.value, "retry_after", None) in (None, 7.0)


async def test_one_that_never_ends() -> None:
    async with vendor(seconds=0.5) as (made, speech):
        made.hangs = True
        with pytest.raises(OutsideUnavailable):
            await speech.speak("请")


async def test_one_that_is_away() -> None:
    line = bound()
    url = f"http://127.0.0.1:{port_of(line)}"
    line.close()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(OutsideUnavailable):
            await SpeechServer(SpeechSettings(url=url, seconds=LONG_S / 3), session).speak("请")


def test_how_long_a_clip_is() -> None:
    lasts = 576 / 24000
    assert mp3.seconds(FRAME) == lasts
    assert mp3.seconds(ID3 + FRAME * 3 + b"TAG" + bytes(125)) == pytest.approx(3 * lasts)
    padded = b"\xff\xf3\x46\xc4" + bytes(93)
    assert mp3.seconds(padded + FRAME) == pytest.approx(2 * lasts)
    # MPEG 1, 128 kbit/s at 44100: 417 bytes, and every other way of writing a second.
    assert mp3.seconds(b"\xff\xfb\x90\xc4" + bytes(413)) == 1152 / 44100
    assert mp3.seconds(mp3.encoded(bytes(2 * 16000), 16000)) == pytest.approx(1, abs=0.2)
    for broken in (b"", b"ID3", ID3, b"\xff\xf3\x04\xc4" + bytes(92), b"\xff\xf3\xf4\xc4" + bytes(92),
                   b"\xff\xeb\x44\xc4" + bytes(92), b"\xff\xf5\x44\xc4" + bytes(92), b"\xff\xf3\x4c\xc4" + bytes(92)):
        assert mp3.seconds(broken) == 0, broken[:4]
    assert client.LARGEST < len(SECOND * 600)
