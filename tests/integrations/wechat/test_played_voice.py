"""Voice messages of the account's on the played server, with its limits."""

from __future__ import annotations

import pytest

from bot.context import Contact
from integrations.speech import mp3
from integrations.wechat import errors
from integrations.wechat.accounts import WeChatClients
from integrations.wechat.channel import WeChatChannels
from tests.integrations.playing import Play


def _sound(seconds: float) -> bytes:
    return mp3.encoded(bytes(int(8000 * seconds) * mp3.SAMPLE_BYTES), 8000)


async def test_an_answer_is_heard(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    client = play.client()
    where = WeChatChannels(WeChatClients(play.settings.accounts, play.session), play.settings).of("main")
    me = Contact(1, "public", "main", "wechat", play.openid)
    await where.voice(me, _sound(3))
    heard = play.seen("customer")[-1]
    assert heard["type"] == "voice" and 2.8 < heard["seconds"] < 3.3
    assert (await client.download(heard["media_id"])).content == _sound(3)
    await play.post("/misbehave", {"api": "wechat/cgi-bin/message/custom/send", "errcode": 40007, "times": 1})
    await where.voice(me, _sound(2))  # no such file there: it is uploaded anew
    assert [each["type"] for each in play.seen("customer")] == ["voice", "voice"]
    await play.post("/misbehave", {"api": "wechat/cgi-bin/message/custom/send", "errcode": 40007, "times": 2})
    with pytest.raises(errors.MediaRefused):
        await where.voice(me, _sound(2))
    await where.voice(me, _sound(2))
    with pytest.raises(errors.WindowUsedUp):  # each costs one message
        await where.voice(me, _sound(2))


@pytest.mark.parametrize(("content", "code"), [
    (b"RIFF....WAVEfmt ", "40005"), (_sound(61), "45007"), (b"", "40010"), (b"#!AMR" + b"x" * 2_100_000, "40010")])
async def test_no_voice_is_taken_that_the_platform_refuses(play: Play, content: bytes, code: str) -> None:
    with pytest.raises(errors.MediaRefused) as refused:
        await play.client().upload("voice", "answer.mp3", content, "audio/mpeg")
    assert refused.value.code == code


async def test_a_picture_is_no_voice(play: Play) -> None:
    await play.post("/phones/1/event", {"event": "subscribe"})
    client = play.client()
    media_id = await client.upload("image", "a.png", b"\x89PNG...", "image/png")
    with pytest.raises(errors.MediaRefused):
        await client.send_voice(play.openid, media_id)
